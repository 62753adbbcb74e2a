// The small map of one place: the cells around a point with a pin, or the outline of a region when no point is known.

import { get } from "./api.js";
import { bounds, element, outline, pin, projection } from "./map.js";

export async function showPoint(svg, lon, lat) {
  const found = await get(`/api/v1/locate/map?lon=${lon}&lat=${lat}`).catch(() => null);
  const { width, height } = svg.viewBox.baseVal;
  const reach = 0.0021;  // about 230 m to each side: the cell and its neighbours
  const project = projection([lon - reach, lat - reach * 0.55, lon + reach, lat + reach * 0.55], width, height, 0);
  const shapes = (found?.features || []).map(({ properties, geometry }) => {
    const shape = element("path", { class: properties.here ? "cell cell--here" : "cell", d: outline(geometry, project) });
    shape.append(element("title", {}, properties.name));
    return shape;
  });
  shapes.sort((a, b) => a.classList.length - b.classList.length);
  svg.replaceChildren(...shapes, pin(...project([lon, lat])));
}

export async function showRegion(svg, code) {
  const found = await get(`/api/v1/regions/${code}/geometry`).catch(() => null);
  const { width, height } = svg.viewBox.baseVal;
  const features = found?.features || (found?.geometry ? [found] : []);
  if (!features.length) return svg.replaceChildren();
  const project = projection(bounds(features), width, height, 16);
  svg.replaceChildren(...features.map(({ geometry }) => element("path", { class: "cell cell--here", d: outline(geometry, project), "fill-rule": "evenodd" })));
}

for (const svg of document.querySelectorAll("[data-pin-map]")) {
  const { lon, lat, region } = svg.dataset;
  lon ? showPoint(svg, Number(lon), Number(lat)) : showRegion(svg, region);
}
