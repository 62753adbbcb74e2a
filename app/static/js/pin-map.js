// A small map without outside tiles: the cells around a point and a pin that moves by tap or by metres.
//   const map = pinMap(svg, (lon, lat) => {}); map.show(lon, lat, accuracy); map.step(east, north)
// Points are (lon, lat) WGS-84; the drawing is in metres around the place where it was last centred.

import { get } from "./api.js";

const METRES = 111320, HALF = 150, EDGE = 110, PAUSE = 300;
const NS = "http://www.w3.org/2000/svg";

export function pinMap(svg, onMove) {
  let middle = null, pin = null, asked = null, soon = 0;

  const scale = () => METRES * Math.cos(middle.lat * Math.PI / 180);
  const toMetres = (lon, lat) => [(lon - middle.lon) * scale(), (middle.lat - lat) * METRES];
  const toPoint = (x, y) => [middle.lon + x / scale(), middle.lat - y / METRES];

  function show(lon, lat, accuracy = null) {
    pin = { lon, lat, accuracy };
    const far = !middle || toMetres(lon, lat).some((metres) => Math.abs(metres) > EDGE);
    if (far) {
      middle = { lon, lat };
      svg.replaceChildren();
    }
    drawPin();
    clearTimeout(soon);
    soon = setTimeout(drawCells, far ? 0 : PAUSE);
  }

  async function drawCells() {
    asked?.abort();
    asked = new AbortController();
    const answer = await get(`/api/v1/locate/map?lon=${pin.lon}&lat=${pin.lat}`, { signal: asked.signal }).catch(() => null);
    if (!answer) return; // without a network the pin still stands on the plain ground
    const cells = answer.features.map((cell) => shape("path", {
      d: rings(cell.geometry).map((ring) => `M${ring.map(([lon, lat]) => toMetres(lon, lat).map(Math.round).join(" ")).join("L")}Z`).join(""),
      class: cell.properties.here ? "cell cell--here" : "cell",
    }));
    svg.querySelectorAll(".cell").forEach((old) => old.remove());
    svg.prepend(...cells);
  }

  function drawPin() {
    svg.querySelectorAll(".near, .mark").forEach((old) => old.remove());
    const [x, y] = toMetres(pin.lon, pin.lat);
    if (pin.accuracy) svg.append(shape("circle", { class: "near", cx: x, cy: y, r: Math.min(pin.accuracy, HALF) }));
    const mark = shape("g", { class: "mark", transform: `translate(${x} ${y}) scale(1.7)` });
    mark.append(shape("path", { class: "pin", d: "M0 0C-4-7-10-11-10-18a10 10 0 1 1 20 0C10-11 4-7 0 0Z" }), shape("circle", { class: "pin-eye", cy: -18, r: 3.6 }));
    svg.append(mark);
  }

  function step(east, north) {
    if (!pin) return;
    const [x, y] = toMetres(pin.lon, pin.lat);
    onMove(...toPoint(x + east, y - north));
  }

  svg.addEventListener("click", (event) => {
    if (!pin || !svg.classList.contains("map--moving")) return;
    const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    onMove(...toPoint(spot.x, spot.y));
  });

  return { show, step };
}

const rings = ({ type, coordinates }) => (type === "MultiPolygon" ? coordinates.flat() : coordinates);

function shape(name, attributes) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
