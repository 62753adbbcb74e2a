// The map of the children: coloured by the chosen figure, drawn by MapLibre, or as SVG where there is no WebGL.

import { get } from "./api.js";
import { drawSvg } from "./board-map-svg.js";
import { element } from "./map.js";
import { classed } from "./map-classes.js";
import { words } from "./words.js";

const svg = document.getElementById("map"), ground = document.getElementById("map-gl");
let chosen = "overdue", shown = [], paint = () => {};

export async function drawMap(code, children) {
  const path = `/api/v1/regions/${code}/geometry`;
  const found = await get(children.length ? `${path}?children=1` : path).catch(() => null);
  const features = found?.features || (found?.geometry ? [found] : []);
  if (!features.length) {
    svg.removeAttribute("hidden");
    return void svg.append(element("text", { x: 20, y: 30 }, found ? words.nomap : words.mapfault));
  }
  const linked = children.length > 0;
  paint = await drawGl(features, linked) || drawSvg(svg, features, linked);
  colour(children);
}

async function drawGl(features, linked) {
  if (!document.createElement("canvas").getContext("webgl2")) return null;
  try {
    const { drawMapLibre } = await import(ground.dataset.script);
    const painter = await drawMapLibre(ground, features, linked);
    ground.hidden = !painter;
    return painter;
  } catch {
    ground.hidden = true;
    return null; // a driver that says yes and cannot
  }
}

export function colour(children) {
  shown = children;
  paint(classed(children, chosen));
}

document.getElementById("colour")?.addEventListener("click", ({ target }) => {
  if (!target.value) return;
  chosen = target.value;
  for (const button of target.parentElement.children) button.setAttribute("aria-pressed", button === target);
  colour(shown);
});
