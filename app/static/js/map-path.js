// The way down to a place in two steps: the city and district in their province, then street, community and cell in
// the district. Whoever may not see the region sees the words only.

import { get } from "./api.js";
import { bounds, element, outline, projection } from "./map.js";

const MIDDLE = 3, MARGIN = 6;

function nest(features, left, width, height) {
  const project = projection(bounds(features.slice(0, 1)), width, height, MARGIN);
  const group = element("g", { transform: `translate(${left} 0)` });
  features.forEach(({ properties, geometry }, i) => {
    const here = i === features.length - 1;
    const shape = element("path", { class: here ? "cell cell--here" : "cell", d: outline(geometry, project), "fill-rule": "evenodd" });
    shape.append(element("title", {}, properties.name));
    group.append(shape);
  });
  return group;
}

async function draw(svg) {
  const found = await get(`/map/${svg.dataset.pathMap}/path`).catch(() => null);
  const { width, height } = svg.viewBox.baseVal, half = width / 2;
  const above = found?.features.filter(({ properties }) => properties.level <= MIDDLE) || [];
  const below = found?.features.filter(({ properties }) => properties.level >= MIDDLE) || [];
  svg.replaceChildren(...[above, below].flatMap((features, i) => features.length ? [nest(features, i * half, half, height)] : []));
  svg.toggleAttribute("hidden", !svg.children.length);
}

document.querySelectorAll("[data-path-map]").forEach(draw);
