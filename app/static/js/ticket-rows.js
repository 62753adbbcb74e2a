// A live list of tickets: rows change where they stand, gone ones fade, new ones wait behind one line.

import { blank, cell, fill } from "./ticket-row.js";
import { say, words } from "./words.js";

// list: the <ol>; waiting: the button; limit: how many rows are shown; onShow: called when the list is shown anew
export function liveRows(list, waiting, limit, onShow = () => {}) {
  const items = new Map([...list.children].map((item) => [item.dataset.number, item]));
  let known = new Set(items.keys());
  const fresh = new Set();
  let rows = new Map();

  function show() {
    const first = soonest();
    list.replaceChildren(...first.map((row) => fill(items.get(row.number) || blank(), row, false)));
    items.clear();
    for (const item of list.children) { item.classList.remove("gone"); items.set(item.dataset.number, item); }
    fresh.clear();
    tell();
    onShow(first.length);
  }

  const soonest = () => [...rows.values()].sort(byDue).slice(0, limit);

  function tell() {
    waiting.hidden = !fresh.size;
    waiting.textContent = say(words.waiting, { n: fresh.size });
  }

  function change(row) {
    const item = items.get(row.number);
    if (row.removed) {
      fresh.delete(row.number);
      item?.classList.add("gone");
      if (item) cell(item, "status").textContent = words.gone;
    } else if (item) {
      item.classList.remove("gone");
      fill(item, row, true);
    } else if (!known.has(row.number)) {
      fresh.add(row.number);
    }
    known.add(row.number);
  }

  // What the page could not know when it was made: rows that left, and those that now stand among the first.
  function snapshot(all) {
    rows = all;
    for (const number of items.keys()) change(all.get(number) || { number, removed: true });
    const last = items.size < limit ? "9" : [...items.keys()].map((number) => all.get(number)?.due_at || "").sort().at(-1);
    for (const row of soonest()) if (!items.has(row.number) && row.due_at < last) fresh.add(row.number);
    known = new Set(all.keys());
    items.size ? tell() : show();
  }

  function changes(all, changed) {
    rows = all;
    changed.forEach(change);
    items.size ? tell() : show();
  }

  waiting.addEventListener("click", show);
  return { snapshot, changes };
}

const byDue = (a, b) => (a.due_at || "9").localeCompare(b.due_at || "9") || a.number.localeCompare(b.number);
