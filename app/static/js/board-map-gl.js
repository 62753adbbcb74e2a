// The board's map by MapLibre: areas whose colour is a feature state, so that a change sends and builds no geometry;
// names and figures as points; cells and clustered tickets when close. A click on an area goes down a level.

import { Map as MapLibre, NavigationControl, setWorkerUrl } from "maplibre-gl";
import { followView } from "./board-map-view.js";
import { bounds, middle, shortName } from "./map.js";
import { isDeep } from "./map-classes.js";
import { FEW, hatch, NONE, styleOf, token } from "./map-style.js";

const PADDING = 16, FARTHEST = 17, PATIENCE = 8000;

export async function drawMapLibre(ground, features, linked) {
  setWorkerUrl(new URL(ground.dataset.worker, location.href).href);
  ground.hidden = false;
  const cells = ground.dataset.tiles
    ? { type: "vector", tiles: [location.origin + ground.dataset.tiles], minzoom: 12, maxzoom: 14 }
    : { type: "geojson", data: NONE };
  const [west, south, east, north] = bounds(features);
  const given = { areas: { type: "FeatureCollection", features }, base: JSON.parse(ground.dataset.base), attribution: ground.dataset.attribution, cells };
  const map = new MapLibre({
    container: ground, style: styleOf(given), bounds: [[west, south], [east, north]], fitBoundsOptions: { padding: PADDING },
    maxZoom: FARTHEST, dragRotate: false, touchPitch: false, fadeDuration: 0, renderWorldCopies: false,
    attributionControl: given.base.length ? { compact: false } : false, locale: JSON.parse(ground.dataset.words),
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.on("style.load", () => map.hasImage(FEW) || map.addImage(FEW, hatch()));
  const drawn = new Promise((done) => { map.once("style.load", () => done(true)); setTimeout(done, PATIENCE, false); });
  if (!await drawn) return void map.remove();
  map.once("idle", () => { ground.dataset.drawn = "1"; });
  if (linked) goDown(map);
  const lookAgain = followView(map, ground.dataset.code, cells.type === "geojson");
  const spots = new Map(features.map(({ properties, geometry }) => [properties.code, { name: properties.name, at: middle(geometry, (point) => point) }]));
  let painted = [];
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    map.setStyle(styleOf(given), { diff: false });
    map.once("style.load", () => paint(painted));
  });
  function paint(fresh) {
    painted = fresh;
    lookAgain();
    for (const { code, step } of fresh) map.setFeatureState({ source: "areas", id: code }, { step });
    if (linked) map.getSource("labels").setData({ type: "FeatureCollection", features: fresh.flatMap((one) => label(one, spots.get(one.code))) });
  }
  return paint;
}

const label = ({ step, figure }, spot) => spot ? [{
  type: "Feature", geometry: { type: "Point", coordinates: spot.at },
  properties: { text: step === FEW ? shortName(spot.name) : `${shortName(spot.name)}\n${figure}`, halo: step === FEW ? 2 : 0, ink: token(isDeep(step) ? "--seq-label-high" : "--seq-label-low") },
}] : [];

function goDown(map) {
  let under = null;
  const mark = (code) => {
    if (under) map.setFeatureState({ source: "areas", id: under }, { under: false });
    if (code) map.setFeatureState({ source: "areas", id: code }, { under: true });
    under = code;
    map.getCanvas().style.cursor = code ? "pointer" : "";
  };
  map.on("mousemove", "areas", ({ features }) => features[0].properties.code !== under && mark(features[0].properties.code));
  map.on("mouseleave", "areas", () => mark(null));
  map.on("click", "areas", (event) => {
    if (!map.queryRenderedFeatures(event.point, { layers: ["points", "clusters"] }).length) location.assign(`/board/${event.features[0].properties.code}`);
  });
}
