// Moving a pin without dragging: a button opens the map for taps, four arrows move by metres.

import { words } from "./words.js";

export function moveByHand(box, map) {
  const part = (name) => box.querySelector(`[data-${name}]`);
  part("move").addEventListener("click", ({ currentTarget }) => {
    const moving = part("pin").classList.toggle("where--moving");
    part("map").classList.toggle("map--moving", moving);
    part("arrows").hidden = !moving;
    currentTarget.setAttribute("aria-expanded", moving);
    currentTarget.textContent = moving ? words.stop : words.move;
  });
  for (const arrow of box.querySelectorAll("[data-step]")) {
    arrow.addEventListener("click", () => map.step(...arrow.dataset.step.split(",").map(Number)));
  }
}
