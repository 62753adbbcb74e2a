// Ctrl+K: goes anywhere by a few letters. Pages of the bar at once, regions and tickets as the server finds them.

import { get } from "./api.js";

const PAUSE = 200, MOST = 5;
const box = document.getElementById("go"), text = document.getElementById("go-text"), list = document.getElementById("go-list");
const pages = [...document.querySelectorAll(".topbar__nav a")].map((link) => ({ href: link.getAttribute("href"), name: link.firstChild.textContent.trim(), kind: "" }));
let waiting = 0, asked = null, chosen = 0;

const fold = (word) => word.toLowerCase();
const matching = (words) => pages.filter(({ name, href }) => fold(name).includes(fold(words)) || href.includes(fold(words)));

function show(found) {
  chosen = 0;
  list.replaceChildren(...found.map(({ href, name, kind }, place) => {
    const row = Object.assign(document.createElement("li"), { id: `go-${place}`, role: "option", textContent: name });
    row.dataset.href = href;
    row.append(Object.assign(document.createElement("small"), { textContent: kind }));
    return row;
  }));
  mark(0);
}

function mark(way) {
  const rows = [...list.children];
  chosen = Math.min(Math.max(chosen + way, 0), rows.length - 1);
  rows.forEach((row, place) => row.setAttribute("aria-selected", place === chosen));
  if (rows[chosen]) text.setAttribute("aria-activedescendant", rows[chosen].id);
}

const go = (row) => row && location.assign(row.dataset.href);

async function look() {
  const words = text.value.trim();
  asked?.abort();
  asked = new AbortController();
  show(matching(words));
  if (words.length < 2) return;
  const from = (path) => get(path, { signal: asked.signal }).then(({ items }) => items, () => []);
  const q = encodeURIComponent(words), { signal } = asked;
  const [regions, tickets] = await Promise.all([
    box.dataset.boards === "true" ? from(`/api/v1/geocode?q=${q}&limit=${MOST}`) : [], from(`/api/v1/tickets?q=${q}&limit=${MOST}`)]);
  if (signal.aborted) return;
  show([...matching(words),
    ...regions.map(({ region, name }) => ({ href: `/board/${region.code}`, name, kind: list.dataset.board })),
    ...tickets.map(({ number, address, region }) => ({ href: `/tickets/${number}`, name: `${number} ${address || region.name}`, kind: list.dataset.ticket }))]);
}

addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || fold(event.key) !== "k" || box.open) return;
  event.preventDefault();
  text.value = "";
  box.showModal();
  look();
});

list.addEventListener("click", ({ target }) => go(target.closest("li")));
text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, PAUSE); });
text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) { event.preventDefault(); mark(way); }
  if (event.key === "Enter") { event.preventDefault(); go(list.children[chosen]); }
});
