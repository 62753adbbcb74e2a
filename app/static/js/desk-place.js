// Where it is: pin and cell, how near the border, what to ask the caller, who receives it and until when.

import { showRegion } from "./map-place.js";
import { pinMap } from "./pin-map.js";
import { clockTime } from "./time.js";
import { say, words } from "./words.js";

const form = document.getElementById("desk");
const part = (name) => document.getElementById(`place-${name}`);
const points = part("map"), coarse = part("region-map");
const map = pinMap(points, (lon, lat) => setPoint(lon, lat));

function setPoint(lon, lat) {
  for (const [name, value] of [["lon", lon.toFixed(6)], ["lat", lat.toFixed(6)], ["datum", "wgs84"]]) {
    form.elements[name].value = value;
    form.elements[name].dataset.touched = "1";
  }
  form.dispatchEvent(new Event("read"));
}

for (const name of ["lon", "lat", "datum"]) {
  form.elements[name].addEventListener("input", () => {
    const both = form.elements.lon.value && form.elements.lat.value;
    for (const each of ["lon", "lat", "datum"]) form.elements[each].dataset.touched = both ? "1" : "";
  });
}

function keep(location) {
  for (const name of ["lon", "lat"]) if (!form.elements[name].dataset.touched) form.elements[name].value = location ? location[name] : "";
}

form.addEventListener("reading", ({ detail: { region, location, border_m, candidates, questions, route, due_at } }) => {
  keep(location);
  points.classList.toggle("away", !location);
  coarse.classList.toggle("away", Boolean(location));
  if (location) map.show(location.lon, location.lat);
  else if (region) showRegion(coarse, region.code);
  const border = typeof border_m === "number" ? say(words.border, { n: Math.round(border_m) }) : "";
  part("path").textContent = region ? region.path.map((each) => each.name).join(" › ") : words.noplace;
  part("border").textContent = border;
  part("near").textContent = (candidates || []).slice(0, 4).map((each) => `${each.name ?? each.code} ${say(words.metres, { n: Math.round(each.distance_m) })}`).join(" · ");
  part("ask").hidden = !questions?.length;
  part("questions").replaceChildren(...(questions || []).map((question) => Object.assign(document.createElement("p"), { textContent: question.text ?? question })));
  part("route").textContent = route ? route.name : words.noroute;
  part("reason").textContent = route?.reason || "";
  document.getElementById("promise-due").textContent = due_at ? say(words.before, { time: clockTime(due_at) }) : "–";
});
