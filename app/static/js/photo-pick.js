// Chosen photos: kept in a list, shown, removable; told to the form as the event "photos".
// What the inputs hold is added to the list, so that the camera can be used several times.

import { say, words } from "./words.js";

const box = document.querySelector("[data-photos]"); // a page may have no place for photos
const form = box?.closest("form");
const shots = box?.querySelector("[data-shots]");
const hint = box?.querySelector("[data-photo-hint]");
const most = Number(box?.dataset.max), bytes = Number(box?.dataset.bytes);
let chosen = [];

export const photos = () => chosen;

export function clear() {
  chosen = [];
  draw();
}

for (const input of box?.querySelectorAll("[data-photo]") ?? []) {
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
}

function add(files) {
  const faults = files.map(faultOf).filter(Boolean);
  const good = files.filter((file) => !faultOf(file));
  if (chosen.length + good.length > most) faults.push(say(words.many, { n: most }));
  chosen = [...chosen, ...good].slice(0, most);
  hint.textContent = faults.join(" ");
  draw();
}

function faultOf(file) {
  if (!file.type.startsWith("image/")) return say(words.kind, { name: file.name });
  const size = (n) => Math.ceil(n / 1e6);
  return file.size > bytes ? say(words.big, { name: file.name, size: size(file.size), most: size(bytes) }) : "";
}

function draw() {
  for (const image of shots.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  shots.replaceChildren(...chosen.map(shot));
  shots.hidden = !chosen.length;
  box.classList.toggle("photo--has", chosen.length > 0);
  box.querySelector("[data-ask]").hidden = chosen.length > 0;
  box.querySelector("[data-camera-label]")?.classList.toggle("btn--primary", !chosen.length);
  const word = box.querySelector("[data-camera-word]");
  if (chosen.length && words.again) word.textContent = words.again;
  form.dispatchEvent(new CustomEvent("photos", { detail: chosen }));
}

function shot(file, index) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  const remove = document.createElement("button");
  Object.assign(image, { src: URL.createObjectURL(file), alt: say(words.shot, { n: index + 1 }) });
  Object.assign(remove, { type: "button", className: "btn", textContent: "✕" });
  remove.setAttribute("aria-label", say(words.remove, { n: index + 1 }));
  remove.addEventListener("click", () => {
    chosen = chosen.filter((other) => other !== file);
    draw();
  });
  item.append(image, remove);
  return item;
}
