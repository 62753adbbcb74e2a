// Follows one ticket for a citizen: asks every five seconds while the page is seen, and changes it where it stands.
// A form that somebody has begun to fill in is left alone.

import { get } from "./api.js";
import { waitFor } from "./photo-wait.js";

const EVERY = 5000;
const main = document.querySelector("[data-track]");
let seen = JSON.stringify(JSON.parse(main.dataset.seen));

async function look() {
  if (document.hidden || !navigator.onLine) return;
  const answer = await get(main.dataset.track).catch(() => null);
  if (!answer) return;
  const { timeline, status, photos, due_at: dueAt, overdue } = answer;
  const fresh = JSON.stringify([timeline.length, status, photos.map(({ state }) => state), dueAt || "", overdue]);
  if (fresh !== seen && (await renew())) seen = fresh;
}

async function renew() {
  const answer = await fetch(main.dataset.page, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of main.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (!next || next.innerHTML === part.innerHTML || begun(part)) continue;
    part.className = next.className;
    part.replaceChildren(...next.childNodes);
    waitFor(part);
    part.classList.add("changed");
    setTimeout(() => part.classList.remove("changed"), EVERY / 2);
  }
  return true;
}

const begun = (part) => part.contains(document.activeElement)
  || [...part.querySelectorAll("textarea, input:checked")].some((field) => field.type === "radio" || field.value);

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
