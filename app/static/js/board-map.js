// The map of the children: areas are links, five classes with round limits, drawn anew when the figures change.

import { get } from "./api.js";
import { bounds, element, middle, outline, projection } from "./map.js";
import { words } from "./words.js";

const svg = document.getElementById("map");
const { width, height } = svg.viewBox.baseVal;
const areas = new Map();  // code -> {shape, figure, link}
let chosen = "overdue";
let shown = [];
const taken = [];  // middles of the labels that stand: the next one must not touch them

export async function drawMap(code, children) {
  const path = `/api/v1/regions/${code}/geometry`;
  const found = await get(children.length ? `${path}?children=1` : path).catch(() => null);
  const features = found?.features || (found?.geometry ? [found] : []);
  if (!features.length) return void svg.append(element("text", { x: 20, y: 30 }, found ? words.nomap : words.mapfault));
  const project = projection(bounds(features), width, height);
  const names = element("g", { "aria-hidden": "true" });
  for (const { properties, geometry } of features) {
    const shape = element("path", { class: "area q1", d: outline(geometry, project), "fill-rule": "evenodd" });
    if (!children.length) { svg.append(shape); continue; }
    const link = element("a", { href: `/board/${properties.code}` });
    link.append(shape);
    svg.append(link);
    const [x, y] = middle(geometry, project);
    const name = element("text", { x, y: y - 2, "text-anchor": "middle" }, properties.name.replace(/(街道|社区)$/, ""));
    const figure = element("text", { x, y: y + 13, "text-anchor": "middle", class: "strong" });
    if (fits(shape, name.textContent.length) && free(x, y, name.textContent.length)) names.append(name, figure);
    areas.set(properties.code, { shape, figure, name, link, full: properties.name });
  }
  svg.append(names);
  colour(children);
}

// A label stands only where its area is large enough to carry it; the list beside the map names every area.
function fits(shape, letters) {
  const { width, height } = shape.getBBox();
  return width > letters * 9 && height > 28;
}

function free(x, y, letters) {
  const half = letters * 6;
  const clear = taken.every((other) => Math.abs(other.x - x) > half + other.half || Math.abs(other.y - y) > 30);
  if (clear) taken.push({ x, y, half });
  return clear;
}

export function colour(children) {
  shown = children;
  if (!areas.size) return;
  const limits = limitsOf(Math.max(0, ...children.map((child) => child[chosen])));
  for (const child of children) {
    const area = areas.get(child.code);
    if (!area) continue;
    const step = limits.filter((limit) => child[chosen] >= limit).length + 1;
    area.shape.setAttribute("class", `area q${step}`);
    area.link.setAttribute("aria-label", `${area.full} ${words[chosen]} ${child[chosen]}`);
    area.figure.textContent = child[chosen];
    area.name.setAttribute("class", step > 3 ? "on-high" : "on-low");
    area.figure.setAttribute("class", `strong ${step > 3 ? "on-high" : "on-low"}`);
  }
  legend(limits);
}

// Where classes 2 to 5 begin: 1 and three round steps, the largest for which the last class is used.
export function limitsOf(most) {
  if (most <= 4) return [1, 2, 3, 4];
  const rough = (most - 1) / 3, power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((n) => n * power).find((n) => n <= rough);
  return [1, step + 1, 2 * step + 1, 3 * step + 1];
}

function legend(limits) {
  const ramp = document.querySelector("#legend svg"), starts = [0, ...limits];
  document.getElementById("legend-word").textContent = words[chosen];
  ramp.replaceChildren(...starts.flatMap((from, i) => {
    const to = starts[i + 1] - 1;
    const range = i === 4 ? `≥ ${from}` : from === to ? `${from}` : `${from}–${to}`;
    return [element("rect", { class: `q${i + 1}`, x: i * 50, width: 49, height: 8 }),
      element("text", { x: i * 50 + 24, y: 23, "text-anchor": "middle" }, range)];
  }));
}

document.getElementById("colour")?.addEventListener("click", ({ target }) => {
  if (!target.value) return;
  chosen = target.value;
  for (const button of target.parentElement.children) button.setAttribute("aria-pressed", button === target);
  colour(shown);
});
