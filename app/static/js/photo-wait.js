// Photos that are still being decoded: asks until they are there, then shows them where the words stood.

const FIRST = 300, EVERY = 1000, TIMES = 60; // milliseconds, milliseconds, how often

const later = (place, left) => left && setTimeout(() => ask(place, left - 1), left === TIMES ? FIRST : EVERY);

async function ask(place, left) {
  if (!place.isConnected) return;
  const answer = await fetch(place.dataset.photoWait, { credentials: "same-origin" }).catch(() => null);
  if (!answer || answer.status === 202) return later(place, left);
  if (answer.ok) return show(place);
  const problem = await answer.json().catch(() => ({}));
  place.textContent = problem.detail || place.textContent;
  place.removeAttribute("href");
}

function show(place) {
  const image = Object.assign(document.createElement("img"), { src: place.dataset.photoWait, alt: place.dataset.alt });
  place.classList.remove("photo-wait");
  place.replaceChildren(image);
}

export const waitFor = (root) => root.querySelectorAll("[data-photo-wait]").forEach((place) => later(place, TIMES));

waitFor(document);
