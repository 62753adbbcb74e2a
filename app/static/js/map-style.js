// The style of every MapLibre map of ours, in the colours of the page's tokens; anew when light turns to dark.

export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const tokens = (...names) => names.map(token);

export const NONE = { type: "FeatureCollection", features: [] };
const FACE = ["sans-serif"];
const RAMPS = { q: "--seq-", d: "--div-" };
const STEP = ["coalesce", ["feature-state", "step"], "q1"];
const byStep = () => ["match", STEP, ...Object.entries(RAMPS).flatMap(([ramp, name]) => [1, 2, 3, 4, 5].flatMap((n) => [`${ramp}${n}`, token(`${name}${n}`)])), token("--surface")];
export const FEW = "few";

// Strokes aslant for what has too few cases, as an image of 8 × 8 points.
export function hatch() {
  const canvas = document.createElement("canvas"), size = 8;
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d");
  pen.strokeStyle = token("--ink-3");
  for (const shift of [-size, 0, size]) { pen.moveTo(shift, size); pen.lineTo(shift + size, 0); }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
}

// `areas`: GeoJSON with code and name; `base`: addresses of raster tiles; `cells`: a source of its own, GeoJSON or tiles.
export function styleOf({ areas, base, attribution, cells }) {
  const sources = {
    areas: { type: "geojson", data: areas, promoteId: "code" },
    labels: { type: "geojson", data: NONE },
    cells,
    tickets: { type: "geojson", data: NONE, cluster: true, clusterRadius: 44, clusterMaxZoom: 16 },
  };
  base.forEach((url, i) => { sources[`base${i}`] = { type: "raster", tiles: [url], tileSize: 256, maxzoom: 18, attribution: i ? "" : attribution }; });
  return { version: 8, sources, layers: layers(base, cells) };
}

function layers(base, cells) {
  const [ground, border, cell, ink, surface, accent] = tokens("--map-ground", "--map-border", "--map-cell", "--ink", "--surface", "--accent");
  const text = { "text-font": FACE, "text-size": Number.parseInt(token("--text-xs"), 10) };
  return [
    { id: "ground", type: "background", paint: { "background-color": ground } },
    ...base.map((_, i) => ({ id: `base${i}`, type: "raster", source: `base${i}` })),
    { id: "areas", type: "fill", source: "areas", paint: { "fill-color": byStep(), "fill-opacity": base.length ? 0.7 : 1 } },
    { id: "few", type: "fill", source: "areas", paint: { "fill-pattern": FEW, "fill-opacity": ["case", ["==", STEP, FEW], 1, 0] } },
    { id: "cells", type: "line", source: "cells", ...(cells.type === "vector" && { "source-layer": "cells" }), minzoom: 12, paint: { "line-color": cell, "line-width": 0.6 } },
    { id: "borders", type: "line", source: "areas", paint: { "line-color": ["case", ["boolean", ["feature-state", "under"], false], ink, border], "line-width": ["case", ["boolean", ["feature-state", "under"], false], 2.5, 1.2] } },
    { id: "names", type: "symbol", source: "labels", layout: { ...text, "text-field": ["get", "text"] },
      paint: { "text-color": ["get", "ink"], "text-halo-color": surface, "text-halo-width": ["get", "halo"] } },
    { id: "clusters", type: "circle", source: "tickets", filter: ["has", "point_count"], paint: { "circle-color": accent, "circle-radius": ["step", ["get", "point_count"], 12, 10, 15, 100, 19], "circle-stroke-width": 2, "circle-stroke-color": surface } },
    { id: "counts", type: "symbol", source: "tickets", filter: ["has", "point_count"], layout: { ...text, "text-field": ["to-string", ["get", "point_count"]], "text-allow-overlap": true }, paint: { "text-color": token("--on-accent") } },
    { id: "points", type: "symbol", source: "tickets", filter: ["!", ["has", "point_count"]], layout: { ...text, "text-size": 18, "text-allow-overlap": true,
      "text-field": ["match", ["get", "light"], "over", "■", "near", "▲", "half", "▲", "paused", "○", "●"] },
      paint: { "text-halo-color": surface, "text-halo-width": 1.5, "text-color": ["match", ["get", "light"], "over", token("--sla-red-fill"), ["near", "half"], token("--sla-yellow-fill"), "paused", token("--sla-held"), token("--sla-green-fill")] } },
  ];
}
