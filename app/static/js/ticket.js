// The ticket page: its map, and one line that offers to show it anew when it has changed elsewhere.

import "./keys.js";
import "./map-path.js";
import "./map-place.js";
import "./photo-blur.js";
import "./photo-wait.js";
import "./ticket-here.js";
import { watch } from "./live.js";
import { words } from "./words.js";

const { number, region } = document.getElementById("main").dataset;
const button = document.getElementById("changed");

const offer = (tickets) => {
  if (!tickets.some((row) => row.number === number)) return;
  button.textContent = words.changed;
  button.hidden = false;
};

button.addEventListener("click", () => location.assign(`/tickets/${number}`));
watch(region, { onChanges: ({ tickets }) => offer(tickets) });
