// Where: a pin set by hand, else the photo's own place, else the phone's. Shows which one counts and its place's name.
// The photo's place is left to the server to read (it knows the original); pin and phone fill lon, lat, accuracy.

import { get } from "./api.js";
import { gpsOf } from "./photo-exif.js";
import { pinMap } from "./pin-map.js";
import { moveByHand } from "./pin-move.js";
import { say, words } from "./words.js";

const box = document.querySelector("[data-place]");
const form = box.closest("form");
const part = (name) => box.querySelector(`[data-${name}]`);
const map = pinMap(part("map"), (lon, lat) => put({ lon, lat, accuracy: null, source: "pin" }));
const MATTERS = ["phone", "photo", "pin"]; // later ones win
const SIX = 6, PAUSE = 400;
let place = null, named = 0;

function put(found) {
  if (place && MATTERS.indexOf(found.source) < MATTERS.indexOf(place.source)) return;
  place = found;
  const sent = found.source === "photo" ? {} : found;
  for (const name of ["lon", "lat", "accuracy"]) form.elements[name].value = sent[name] == null ? "" : Number(sent[name]).toFixed(SIX);
  form.dispatchEvent(new Event("input"));
  showPin(true);
  const within = found.accuracy ? ` ${say(words.within, { n: Math.round(found.accuracy) })}` : "";
  part("source").textContent = words[found.source] + within;
  map.show(found.lon, found.lat, found.accuracy);
  clearTimeout(named);
  named = setTimeout(tellName, PAUSE);
}

async function tellName() {
  try {
    const { path } = await get(`/api/v1/locate?lon=${place.lon}&lat=${place.lat}`);
    const names = path.map((region) => region.name);
    part("name").textContent = names.slice(1, 4).join(" ");
    part("under").textContent = names.slice(4).join(" ");
  } catch (problem) {
    part("name").textContent = problem.status ? problem.message : words.nonet;
    part("under").textContent = "";
  }
}

function showPin(on) {
  part("pin").hidden = !on;
  part("written").hidden = on;
}

form.addEventListener("photos", async ({ detail }) => {
  const places = await Promise.all(detail.map(gpsOf));
  const first = places.find(Boolean);
  if (first) return put({ ...first, source: "photo" });
  if (place?.source === "photo") forget();
  if (detail.length && !place) locate();
});

function forget() {
  place = null;
  for (const name of ["lon", "lat", "accuracy"]) form.elements[name].value = "";
  part("source").textContent = "";
  showPin(false);
}

function locate() {
  if (!navigator.geolocation) return;
  part("source").textContent = words.locating;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => put({ lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, source: "phone" }),
    () => { part("source").textContent = place ? part("source").textContent : words.denied; },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
  );
}

part("write").addEventListener("click", () => {
  if (place.source === "photo") part("written").hidden = false; // the server reads the photo's place in any case
  else forget();
  part("address").focus();
});
part("locate").addEventListener("click", locate);
moveByHand(box, map);
part("locate").hidden = !navigator.geolocation;
if (form.elements.lon.value) put({ lon: +form.elements.lon.value, lat: +form.elements.lat.value, accuracy: +form.elements.accuracy.value || null, source: "pin" });
