// Keeps the attendant's list true: a change in the own region, or the clock where there is none, fetches the list anew.
// Rows change where they stand; new ones wait behind a line; one that has left is struck through until the page is opened again.

import { showState, watch } from "./live.js";
import { now, second } from "./time.js";
import { say, words } from "./words.js";

const list = document.querySelector("[data-cases]");
const { cases: page, region, unit } = list.dataset;
const waiting = document.querySelector("[data-waiting]");
const SOON = 500, POLL = 15000, LIGHTS = 60000;
let planned = 0;

const plan = () => {
  clearTimeout(planned);
  planned = setTimeout(refresh, SOON);
};

const mine = (row) => row.holder === unit || list.querySelector(`[data-number="${row.number}"]`);

if (region) {
  watch(region, { onSnapshot: plan, onChanges: ({ tickets }) => tickets.some(mine) && plan() });
  setInterval(refresh, LIGHTS);
} else {
  setInterval(refresh, POLL);
  refresh();
}

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(page, { credentials: "same-origin" }).catch(() => null);
  if (!region) showState(answer?.ok ? "on" : "off");
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  merge(fresh);
  if (!region) for (const element of document.querySelectorAll("[data-as-of]")) element.textContent = second(now());
}

function merge(fresh) {
  const rows = new Map([...fresh.querySelectorAll("[data-number]")].map((row) => [row.dataset.number, row]));
  for (const old of list.querySelectorAll("[data-number]")) {
    const next = rows.get(old.dataset.number);
    rows.delete(old.dataset.number);
    next ? change(old, next) : leave(old);
  }
  waiting.hidden = rows.size === 0;
  waiting.textContent = say(waiting.dataset.word, { n: rows.size });
  document.querySelector("[data-count]").textContent = fresh.querySelector("[data-count]").textContent;
  list.dispatchEvent(new Event("rows"));
}

function change(old, next) {
  const light = (row) => row.querySelector(".sla")?.className;
  if (old.dataset.version === next.dataset.version && light(old) === light(next)) return;
  old.dataset.version = next.dataset.version;
  const link = old.querySelector("a");
  link.replaceChildren(...next.querySelector("a").childNodes);
  link.classList.add("changed");
  setTimeout(() => link.classList.remove("changed"), 2000);
}

function leave(old) {
  if (old.dataset.version === "gone") return;
  old.dataset.version = "gone";
  old.querySelector(".trow__what").classList.add("gone");
  old.querySelector(".sla, .chip--state")?.replaceWith(words.gone);
}
