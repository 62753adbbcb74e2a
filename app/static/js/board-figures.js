// The figures of the board in place: four tiles, the table of children, the rates; what changed is tinted.

import { get } from "./api.js";
import { say, words } from "./words.js";

const percent = (share) => (share * 100).toFixed(1);

export function tint(cell) {
  cell.classList.remove("changed");
  void cell.offsetWidth;  // so that a second change starts the tint again
  cell.classList.add("changed");
}

function put(cell, text) {
  const inner = cell.querySelector("a, span") || cell;
  if (inner.textContent.trim() === String(text)) return;
  inner.textContent = text;
  tint(cell);
}

// counters as the socket brings them
export function showTotals(counters) {
  const flat = { ...counters, ...counters.today };
  for (const tile of document.querySelectorAll("[data-total]")) put(tile, flat[tile.dataset.total]);
}

// {total, children, here} as /board/<code>/figures gives them
export function showTable(figures) {
  const rows = { here: figures.here, total: figures.total };
  for (const child of figures.children) rows[child.code] = child;
  for (const line of document.querySelectorAll("#children tr[data-code]")) {
    const row = rows[line.dataset.code];
    if (!row) continue;
    for (const cell of line.querySelectorAll("[data-figure]")) {
      put(cell, row[cell.dataset.figure]);
      if (cell.dataset.figure === "overdue") cell.querySelector("a")?.classList.toggle("over", row.overdue > 0);
    }
    const rate = line.querySelector("[data-rate]");
    if (rate) put(rate, row.rate_words);
  }
  for (const line of document.querySelectorAll("[data-rate-row]")) showRate(line, figures.total.rates[line.dataset.rateRow]);
}

function showRate(line, { value, low, high, cases }) {
  const part = (name) => line.querySelector(`[data-part="${name}"]`);
  const few = cases < Number(document.getElementById("main").dataset.enough);
  put(part("value"), value === null ? "–" : `${percent(value)}%`);
  put(part("interval"), low === null ? "" : `${percent(low)}–${percent(high)}`);
  put(part("cases"), say(words.cases, { n: cases }));
  part("few").hidden = !few;
  line.querySelector("svg").classList.toggle("few", few);
  line.querySelector(".span").setAttribute("d", `M${(low ?? 0) * 140} 11H${(high ?? 0) * 140}`);
  line.querySelector(".point").setAttribute("cx", (value ?? 0) * 140);
}

// At most one question at a time and one a second, however fast the changes come; always one after the last.
export function reader(code, done) {
  let asked = false, again = false;
  return async function read() {
    if (asked) return void (again = true);
    asked = true;
    const figures = await get(`/board/${code}/figures`).catch(() => null);
    if (figures) done(figures);
    setTimeout(() => { asked = false; if (again) { again = false; read(); } }, figures ? 1000 : 5000);
  };
}
