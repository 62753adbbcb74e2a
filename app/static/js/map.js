// Drawing shapes as SVG: (lon, lat) WGS-84 to the units of a viewBox, flat projection around the middle latitude.

const SPACE = "http://www.w3.org/2000/svg";

export function element(name, attributes = {}, text) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A function from [lon, lat] to [x, y] that fits the box [west, south, east, north] into width x height.
export function projection([west, south, east, north], width, height, margin = 8) {
  const narrow = Math.cos(((south + north) / 2) * Math.PI / 180);
  const wide = Math.max((east - west) * narrow, 1e-9), tall = Math.max(north - south, 1e-9);
  const scale = Math.min((width - 2 * margin) / wide, (height - 2 * margin) / tall);
  const left = (width - wide * scale) / 2, top = (height - tall * scale) / 2;
  return ([lon, lat]) => [left + (lon - west) * narrow * scale, top + (north - lat) * scale];
}

// A region's name as it stands on a map, where the level is plain.
export const shortName = (name) => name.replace(/(街道|社区)$/, "");

export const rings = (geometry) => !geometry ? []
  : geometry.type === "Polygon" ? geometry.coordinates
  : geometry.type === "MultiPolygon" ? geometry.coordinates.flat()
  : (geometry.geometries || []).flatMap(rings);

export function bounds(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const feature of features) for (const ring of rings(feature.geometry)) for (const [lon, lat] of ring) {
    box[0] = Math.min(box[0], lon); box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon); box[3] = Math.max(box[3], lat);
  }
  return box;
}

export const outline = (geometry, project) => rings(geometry)
  .map((ring) => "M" + ring.map((point) => project(point).map((n) => n.toFixed(1)).join(" ")).join("L") + "Z").join("");

// The middle of the largest ring, where a name can stand.
export function middle(geometry, project) {
  const sized = rings(geometry).map((ring) => ({ ring: ring.map(project), size: Math.abs(area(ring)) }));
  const { ring } = sized.sort((a, b) => b.size - a.size)[0];
  const doubled = area(ring) * 3 || 1;
  let x = 0, y = 0;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length];
    x += (x1 + x2) * (x1 * y2 - x2 * y1); y += (y1 + y2) * (x1 * y2 - x2 * y1);
  });
  return [x / doubled, y / doubled];
}

// Twice the signed area of a ring.
const area = (ring) => ring.reduce((sum, [x1, y1], i) => {
  const [x2, y2] = ring[(i + 1) % ring.length];
  return sum + x1 * y2 - x2 * y1;
}, 0);

export function pin(x, y) {
  const group = element("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
  group.append(element("path", { class: "pin", d: "M0 0C-4 -7 -10 -11 -10 -18A10 10 0 1 1 10 -18C10 -11 4 -7 0 0Z" }),
    element("circle", { class: "pin-eye", cy: -18, r: 3.6 }));
  return group;
}
