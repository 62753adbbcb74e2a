// Tells how precisely a typed address is understood, so that the writer can add the district or the road.

import { get } from "./api.js";
import { say, words } from "./words.js";

const input = document.querySelector("[data-address]");
const told = document.querySelector("[data-found]");

input.addEventListener("change", async () => {
  const query = input.value.trim();
  if (!query) return;
  const answer = await get(`/api/v1/geocode?q=${encodeURIComponent(query)}`).catch(() => null);
  if (!answer || input.value.trim() !== query) return;
  const best = answer.items[0];
  told.textContent = best ? say(words.found, { name: best.name }) : words.unfound;
});
