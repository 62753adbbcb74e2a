// The children drawn as SVG, areas as links: where the browser has no WebGL, and on paper.

import { bounds, element, middle, outline, projection, shortName } from "./map.js";
import { isDeep } from "./map-classes.js";

export function drawSvg(svg, features, linked) {
  const { width, height } = svg.viewBox.baseVal, project = projection(bounds(features), width, height);
  const areas = new Map(), names = element("g", { "aria-hidden": "true" }), taken = [];
  svg.removeAttribute("hidden");
  for (const { properties, geometry } of features) {
    const shape = element("path", { class: "area q1", d: outline(geometry, project), "fill-rule": "evenodd" });
    if (!linked) { svg.append(shape); continue; }
    const link = element("a", { href: `/board/${properties.code}` });
    link.append(shape);
    svg.append(link);
    const [x, y] = middle(geometry, project);
    const name = element("text", { x, y: y - 2, "text-anchor": "middle" }, shortName(properties.name));
    const figure = element("text", { x, y: y + 13, "text-anchor": "middle", class: "strong" });
    if (fits(shape, name.textContent.length) && free(taken, x, y, name.textContent.length)) names.append(name, figure);
    areas.set(properties.code, { shape, figure, name, link });
  }
  svg.append(names, hatching());
  return (painted) => {
    for (const { code, step, figure, label } of painted) {
      const area = areas.get(code);
      if (!area) continue;
      area.shape.setAttribute("class", `area ${step}`);
      area.link.setAttribute("aria-label", label);
      area.figure.textContent = figure;
      const ink = isDeep(step) ? "on-high" : "on-low";
      area.name.setAttribute("class", ink);
      area.figure.setAttribute("class", `strong ${ink}`);
    }
  };
}

// Too few cases are hatched, not coloured.
function hatching() {
  const pattern = element("pattern", { id: "map-few", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
  pattern.append(element("path", { class: "hatch", d: "M0 0V6" }));
  const defs = element("defs", {});
  defs.append(pattern);
  return defs;
}

// A label stands only where its area is large enough to carry it; the list beside the map names every area.
function fits(shape, letters) {
  const { width, height } = shape.getBBox();
  return width > letters * 9 && height > 28;
}

function free(taken, x, y, letters) {
  const half = letters * 6;
  const clear = taken.every((other) => Math.abs(other.x - x) > half + other.half || Math.abs(other.y - y) > 30);
  if (clear) taken.push({ x, y, half });
  return clear;
}
