// A draft survives a reload of this tab, and nothing else: it is personal data, so sessionStorage only.

import { second, now } from "./time.js";
import { say, words } from "./words.js";

const KEY = "desk";
const form = document.getElementById("desk"), told = document.getElementById("kept");
const NAMES = ["description", "address", "category", "kind", "urgency", "caller_phone", "caller_name", "lon", "lat", "datum"];

function keep() {
  const values = NAMES.map((name) => [name, form.elements[name].value, form.elements[name].dataset.touched || ""]);
  sessionStorage.setItem(KEY, JSON.stringify(values));
  told.textContent = say(words.kept, { time: second(now()) });
}

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) || "[]");
  for (const [name, value, touched] of kept) {
    const field = form.elements[name];
    if (!field || field.value && field.tagName !== "SELECT") continue;
    field.value = value;
    field.dataset.touched = touched;
  }
}

if (form.dataset.fresh) sessionStorage.removeItem(KEY);
else if (!form.dataset.filled) restore();
form.addEventListener("input", keep);
form.addEventListener("submit", () => form.querySelectorAll("button").forEach((button) => setTimeout(() => { button.disabled = true; })));
addEventListener("pageshow", () => form.querySelectorAll("button").forEach((button) => { button.disabled = false; }));
