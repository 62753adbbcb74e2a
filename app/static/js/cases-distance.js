// How far each ticket is and in which direction, once the phone may tell its place; sorting by it when asked.
// [data-distance] carries data-lon and data-lat (WGS-84).

import { say, words } from "./words.js";

const EARTH = 6371008.8, RADIAN = Math.PI / 180;
const sort = document.querySelector("[data-sort]");
const list = document.querySelector("[data-cases]");
let here = null;

function tell() {
  if (!here) return;
  for (const element of document.querySelectorAll("[data-distance]")) {
    const { metres, way } = from(here, { lon: +element.dataset.lon, lat: +element.dataset.lat });
    element.dataset.metres = metres;
    const far = metres >= 1000;
    element.textContent = say(far ? words.kilometres : words.metres, { way: words.ways[way], n: far ? (metres / 1000).toFixed(1) : Math.round(metres) });
  }
}

function from(a, b) {
  const x = (b.lon - a.lon) * RADIAN * Math.cos(((a.lat + b.lat) / 2) * RADIAN), y = (b.lat - a.lat) * RADIAN;
  const turn = (Math.atan2(x, y) / RADIAN + 360) % 360;
  return { metres: EARTH * Math.hypot(x, y), way: Math.round(turn / 45) % 8 };
}

function locate(then = () => {}) {
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    here = { lon: coords.longitude, lat: coords.latitude };
    tell();
    then();
  }, () => { if (sort) document.querySelector("[data-sort-word]").textContent = words.denied; }, { timeout: 15000, maximumAge: 60000 });
}

function order(by) {
  const metres = (row) => Number(row.querySelector("[data-distance]")?.dataset.metres ?? Infinity);
  const rows = [...list.querySelectorAll("[data-number]")];
  const place = by === "distance" ? metres : (row) => Number(row.dataset.place);
  list.append(...rows.sort((a, b) => place(a) - place(b)));
  for (const button of sort.querySelectorAll("button")) button.setAttribute("aria-pressed", button.dataset.by === by);
}

if (sort && navigator.geolocation) {
  sort.hidden = false;
  list.querySelectorAll("[data-number]").forEach((row, index) => { row.dataset.place = index; });
  sort.addEventListener("click", ({ target }) => {
    if (target.dataset.by === "due") order("due");
    if (target.dataset.by === "distance") locate(() => order("distance"));
  });
}
list?.addEventListener("rows", tell);
navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => { if (state === "granted") locate(); }, () => {});
