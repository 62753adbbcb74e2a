// Each guess with the words it came from and how sure it is; what the agent has corrected is never overwritten.

import { say, words } from "./words.js";

const LOW = 0.8;
const form = document.getElementById("desk");
const SOURCES = { caller_phone: "phone", caller_name: "name" };

for (const field of form.querySelectorAll("[data-guess] .input, [data-guess] input")) {
  field.addEventListener("input", () => { field.dataset.touched = field.value ? "1" : ""; });
}

function show(row, reading) {
  const name = row.dataset.guess, field = form.elements[name];
  let guess = reading[SOURCES[name] || name];
  if (name === "address" && !guess && reading.place) guess = { ...reading.place, value: "" };  // its value is a code
  const touched = Boolean(field.dataset.touched);
  if (!touched) field.value = guess?.value ?? "";
  const from = [...new Set((guess?.spans || []).map((span) => span.text))];
  row.querySelector("small").textContent = touched ? (field.value === field.defaultValue ? words.given : words.corrected)
    : from.length ? say(words.from, { words: from.map((word) => `“${word}”`).join("") }) : guess ? words.derived : words.unknown;
  surety(row, touched ? 1 : guess?.confidence);
}

function surety(row, share) {
  const known = typeof share === "number", low = known && share < LOW;
  const told = row.querySelector(".surety");
  told.classList.toggle("surety--low", low);
  row.classList.toggle("doubt", low);
  told.querySelector(".bar-value").setAttribute("width", known ? Math.round(share * 40) : 0);
  told.querySelector("span").textContent = known ? `${Math.round(share * 100)}%` : "–";
}

form.addEventListener("reading", ({ detail }) => {
  form.querySelectorAll("[data-guess]").forEach((row) => show(row, detail.reading));
  const secret = form.elements.confidential;
  if (!secret.dataset.touched) secret.checked = Boolean(detail.reading.confidential?.value);
});
form.elements.confidential.addEventListener("change", ({ target }) => { target.dataset.touched = "1"; });
