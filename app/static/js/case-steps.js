// The thumb's button on the last two steps: it opens the camera, then sends; and the phone's position goes with it.

import { say, words } from "./words.js";

const form = document.querySelector("form[data-verb='handle']");
const dock = document.querySelector("[data-shoot]");

function enter() {
  const link = document.querySelector("[data-to-handle]");
  dock.hidden = false;
  link.hidden = true;
  form.addEventListener("photos", ({ detail }) => (detail.length ? offer(link) : take(link)));
}

function take(link) {
  dock.hidden = false;
  link.hidden = true;
  mark("photo", "handle");
}

function offer(link) {
  dock.hidden = true;
  link.hidden = false;
  link.textContent = words.handle;
  link.onclick = (event) => {
    event.preventDefault();
    form.requestSubmit();
  };
  mark("handle", "photo");
}

function mark(current, other) {
  document.querySelector(`[data-step="${other}"]`)?.removeAttribute("aria-current");
  document.querySelector(`[data-step="${current}"]`)?.setAttribute("aria-current", "step");
}

function carryPlace() {
  const field = (name) => form.querySelector(`[data-here="${name}"]`);
  const told = form.querySelector("[data-here-word]");
  navigator.geolocation?.getCurrentPosition(({ coords }) => {
    field("lon").value = coords.longitude.toFixed(6);
    field("lat").value = coords.latitude.toFixed(6);
    field("datum").disabled = false;
    told.textContent = say(told.dataset.known, { n: Math.round(coords.accuracy) });
  }, () => {}, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
}

for (const link of document.querySelectorAll("[data-open]")) {
  link.addEventListener("click", () => { document.getElementById(link.dataset.open).open = true; });
}
if (location.hash) document.querySelector(`details${location.hash}`)?.setAttribute("open", "");
if (form && dock) enter();
if (form) carryPlace();
