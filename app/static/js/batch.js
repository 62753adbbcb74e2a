// The progress of a batch, fetched while it is worked off; new results wait behind a line until they are asked for.

import { say, words } from "./words.js";

const EVERY = 1500; // ms
const page = document.getElementById("main"), more = document.getElementById("more");
const live = document.querySelector("[data-live]");
const shown = Number(document.getElementById("progress").dataset.over);

function state(name) {
  if (!live) return;
  live.className = `live live--${name}`;
  live.textContent = live.dataset[name] || "";
}

async function look() {
  try {
    const answer = await fetch(`/batches/${page.dataset.batch}/progress`, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("progress");
    const before = document.getElementById("progress");
    if (before.outerHTML !== part.outerHTML) before.replaceWith(part);
    const fresh = Number(part.dataset.over) - shown;
    more.hidden = fresh <= 0;
    more.textContent = say(words.more, { n: fresh });
    state("on");
  } catch {
    state("off");
  }
  if (document.getElementById("progress").dataset.state === "working") setTimeout(look, EVERY);
}

look();
