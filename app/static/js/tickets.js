// The list of tickets: rows change where they stand; what is new is offered, never pushed in.

import "./keys.js";
import { watch } from "./live.js";
import { cell, fill } from "./ticket-row.js";
import { say, words } from "./words.js";

const list = document.getElementById("rows"), waiting = document.getElementById("waiting");
const { region } = document.getElementById("main").dataset;
const items = new Map([...list.children].map((item) => [item.dataset.number, item]));
const others = new Set();

function changed(tickets) {
  for (const row of tickets) {
    const item = items.get(row.number);
    if (!item) others.add(row.number);
    else if (row.removed) { item.classList.add("gone"); cell(item, "status").textContent = words.gone; }
    else { item.classList.remove("gone"); fill(item, row, true); }
  }
  waiting.hidden = !others.size;
  waiting.textContent = say(words.others, { n: others.size });
}

waiting.addEventListener("click", () => location.reload());
if (region) watch(region, { onChanges: ({ tickets }) => changed(tickets) });
