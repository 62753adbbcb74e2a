// The bar of every staff page: how many drafts wait, emergencies by name.

import { get } from "./api.js";

const EVERY = 10_000;
const bar = document.querySelector("[data-drafts]");

export function show({ open, emergency }) {
  const total = bar?.querySelector("[data-open]"), urgent = bar?.querySelector("[data-emergency]");
  if (!total) return;
  total.textContent = open || "";
  urgent.hidden = !emergency;
  urgent.querySelector("b").textContent = emergency;
}

async function ask() {
  if (document.hidden) return;
  const found = await get("/api/v1/drafts/waiting").catch(() => null);
  if (found) show(found.bar);
}

if (bar && !document.getElementById("drafts")) setInterval(ask, EVERY);  // the queue asks for itself
