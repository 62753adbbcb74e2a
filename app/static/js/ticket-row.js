// One ticket's row: made from <template id="ticket-row">, filled from a Row of the live line, changes tinted.

import { now, put as putLeft } from "./time.js";
import { say, words } from "./words.js";

export const cell = (item, name) => item.querySelector(`[data-cell="${name}"]`);
export const blank = () => document.getElementById("ticket-row").content.firstElementChild.cloneNode(true);

export function fill(item, row, tinted) {
  item.dataset.number = row.number;
  item.querySelector("a").href = `/tickets/${row.number}`;
  const texts = {
    category: words.categories?.[row.category] || words.unclassified, region: row.place || row.region_name, number: row.number,
    status: words.status[row.status], urgency: words.urgency[row.urgency], holder: row.holder_name,
    facts: factsOf(row),
  };
  for (const [name, text] of Object.entries(texts)) set(cell(item, name), text, tinted);
  const done = row.status === "HANDLED", over = row.due_at && Date.parse(row.due_at) <= now();
  const light = cell(item, "light"), look = `sla sla--${done ? "done" : over ? "over" : row.light}`;
  if (tinted && !light.className.startsWith(look)) tintOnce(light);
  light.className = look;
  if (row.due_at && !done) putLeft(light.firstElementChild, row.due_at);
  else { delete light.firstElementChild.dataset.due; light.firstElementChild.textContent = done ? words.status[row.status] : words.light[row.light]; }
  return item;
}

function factsOf(row) {
  const told = row.repeats ? say(words.repeats, { n: row.repeats }) : row.lead ? say(words.follows, { number: row.lead }) : "";
  return [told, words.attention[row.attention]].filter(Boolean).join(" · ");
}

function set(element, text, tinted) {
  if (!element || element.textContent === text) return;
  element.textContent = text;
  if (tinted) tintOnce(element);
}

const tintOnce = (element) => {
  element.classList.add("changed");
  element.addEventListener("animationend", () => element.classList.remove("changed"), { once: true });
};
