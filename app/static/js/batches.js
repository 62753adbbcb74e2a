// Files dropped anywhere on the form are those of its file input; the figures of all batches are kept up to date.

const EVERY = 3000; // ms
const zone = document.querySelector(".dropzone"), input = document.getElementById("files");
const live = document.querySelector("[data-live]");

// A file that misses the zone must not replace the page.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
if (zone) {
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; });
}

function state(name) {
  live.className = `live live--${name}`;
  live.textContent = live.dataset[name];
}

async function look() {
  try {
    const answer = await fetch("/batches", { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("tbody");
    const held = document.querySelector("tbody");
    if (held && fresh && held.innerHTML !== fresh.innerHTML && !held.contains(document.activeElement)) held.replaceWith(fresh);
    state("on");
  } catch {
    state("off");
  }
  setTimeout(look, EVERY);
}

look();
