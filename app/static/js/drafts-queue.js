// The queue and the pane beside it: a draft is shown without leaving the page, and its address stands in the bar.

import { Problem, token } from "./api.js";
import { words } from "./words.js";

const list = document.getElementById("drafts"), pane = document.getElementById("pane");
const narrow = matchMedia("(max-width: 800px)");  // there the draft is a page of its own
let asked;

export const shown = () => pane.querySelector(".draft");
export const row = (id) => list.querySelector(`[data-draft="${id}"]`);
export const links = () => [...list.querySelectorAll("li:not(.gone) a.trow")];
export const current = () => list.querySelector("a[aria-current]");

// fetch() of a part of the page: HTML, also where the server refuses and says why in it.
export async function part(path, options = {}) {
  const headers = { Accept: "text/html", "HX-Request": "true", "X-CSRFToken": token() };
  const answer = await fetch(path, { credentials: "same-origin", ...options, headers }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: words.offline }, 0);
  });
  if (![200, 409, 422].includes(answer.status)) throw new Problem({}, answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

export function put(page) {
  pane.replaceChildren(...page.body.childNodes);
  pane.scrollTop = 0;
  pane.dispatchEvent(new Event("shown"));
}

export async function show(link) {
  if (!link) return;
  current()?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.scrollIntoView({ block: "nearest" });
  asked?.abort();
  asked = new AbortController();
  const path = new URL(link.href).pathname;
  const page = await part(path, { signal: asked.signal }).catch(() => null);
  if (!page) return;
  put(page);
  history.replaceState(null, "", path + location.search);
}

// Who is at it now, with what is written left as it is; a draft that somebody has settled is shown anew.
export async function recheck() {
  const page = await part(`/drafts/${shown().dataset.id}`).catch(() => null), fresh = page?.querySelector(".draft");
  if (!fresh || fresh.dataset.id !== shown()?.dataset.id) return;
  if (fresh.dataset.state !== "open") return put(page);
  const notice = fresh.querySelector(".claim");
  shown().querySelector(".claim")?.remove();
  if (notice) shown().querySelector(".draft__body").before(notice);
}

// One step in the queue from the draft that is shown; it gets the focus, so that single letters count.
export function step(way) {
  const all = links(), here = all.indexOf(current());
  const link = all[Math.min(Math.max(here + way, 0), all.length - 1)];
  link?.focus();
  return link === current() ? undefined : show(link);
}

// After an act: the next that waits, as it stood in the queue.
export function next() {
  const every = [...list.querySelectorAll("a.trow")], from = every.indexOf(current());
  const waits = (link) => !link.closest("li").classList.contains("gone");
  const link = every.slice(from + 1).find(waits) || every.find(waits);
  if (!link) return;
  link.focus();
  show(link);
}

export function focusForm() {
  const fault = pane.querySelector("[data-fault]:not([hidden])")?.dataset.fault;
  const field = pane.querySelector(`#draft-form [name="${fault || "address"}"]`);
  field?.focus();
  if (field?.name === "address") field.setSelectionRange(0, 0);  // what is missing stands before what is known
}

list.addEventListener("click", async (event) => {
  const link = event.target.closest("a.trow");
  if (!link || narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await show(link);
  if (event.detail === 0) focusForm();  // by Enter, not by a pointer
});
