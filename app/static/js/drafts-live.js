// What happens elsewhere: new drafts wait behind one line, rows say who is at them, settled ones fade. Nothing moves.

import { get } from "./api.js";
import { mark } from "./drafts-act.js";
import { show as showCount } from "./drafts-count.js";
import { current, recheck, row, shown } from "./drafts-queue.js";
import { showState, showTime } from "./live.js";
import { say, words } from "./words.js";

const EVERY = 2000;
const list = document.getElementById("drafts"), waiting = document.getElementById("waiting");
const given = new URLSearchParams(location.search);
const growing = (given.get("state") || "open") === "open" && !given.get("cursor");

async function ask() {
  const query = new URLSearchParams();
  for (const name of ["region", "urgency", "late"]) if (given.get(name)) query.set(name, given.get(name));
  const found = await get(`/api/v1/drafts/waiting?${query}`);
  showCount(found.bar);
  for (const [name, count] of Object.entries({ ...found.urgency, open: found.open, late: Object.values(found.late).reduce((a, b) => a + b, 0) })) {
    const place = document.querySelector(`[data-count="${name}"]`);
    if (place && place.textContent !== String(count)) place.textContent = count;
  }
  if (growing) offer(found.first.filter(({ id }) => !row(id)));
  tellOthers(found);
}

function offer(fresh) {
  const emergencies = fresh.filter(({ urgency }) => urgency === "emergency").length;
  waiting.hidden = !fresh.length;
  waiting.textContent = say(emergencies ? words.moreEmergency : words.more, { n: fresh.length, e: emergencies });
}

function tellOthers({ claims, settled }) {
  for (const item of list.children) {
    const { draft: id } = item.dataset, state = settled[id];
    if (growing && state && (state !== "open") !== item.classList.contains("gone")) mark(id, state);
    if (item.classList.contains("gone")) continue;
    const name = claims[id], cell = item.querySelector("[data-cell=state]");
    if (growing) cell.textContent = name ? say(words.working, { name }) : "";
    if (shown()?.dataset.id === id && Boolean(name) !== Boolean(shown().querySelector(".claim"))) recheck();
  }
}

waiting.addEventListener("click", async () => {
  const answer = await fetch(`/drafts${location.search}`, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const here = current()?.closest("li").dataset.draft;
  list.replaceChildren(...page.getElementById("drafts").childNodes);
  current()?.removeAttribute("aria-current");
  if (here) row(here)?.querySelector("a").setAttribute("aria-current", "true");
  waiting.hidden = true;
  waiting.blur();
});

async function beat() {
  if (document.hidden) return;
  await ask().then(() => { showState("on"); showTime(); }, () => showState("off"));
}

beat();
setInterval(beat, EVERY);
document.addEventListener("visibilitychange", beat);
