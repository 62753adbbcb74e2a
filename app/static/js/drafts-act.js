// Filing and dropping with one key each; a drop can be undone for ten seconds, what is missing is said at its field.

import { post } from "./api.js";
import { focusForm, next, recheck, row, show, shown } from "./drafts-queue.js";
import { say, words } from "./words.js";

const pane = document.getElementById("pane"), toast = document.getElementById("toast");
const [told, link, button] = toast.children;
const FIELDS = ["description", "address", "region", "category", "kind", "urgency"], UNDO = 10_000;
let busy = false, dropped = null, timer;

export function tell(text, { href = "", undo = null } = {}) {
  clearTimeout(timer);
  dropped = undo;
  toast.hidden = false;
  told.textContent = text;
  Object.assign(link, { hidden: !href, href, textContent: words.open });
  Object.assign(button, { hidden: !undo, textContent: `${words.undo} u` });
  if (undo) timer = setTimeout(() => { dropped = null; button.hidden = true; }, UNDO);
}

export function mark(id, state) {
  const item = row(id);
  if (!item) return;
  item.classList.toggle("gone", state !== "open");
  item.querySelector("[data-cell=state]").textContent = state === "open" ? "" : words.state[state];
}

function faulty({ fields, message, status }) {
  for (const place of pane.querySelectorAll("[data-fault]")) {
    const text = fields[place.dataset.fault];
    place.hidden = !text;
    place.textContent = text || "";
    place.closest(".field").classList.toggle("field--fault", Boolean(text));
  }
  if (message) tell(message);
  if (Object.keys(fields).length) focusForm();
  else if (status === 409) recheck();
}

async function once(act) {
  const draft = shown();
  if (busy || !draft || draft.dataset.state !== "open") return;
  busy = true;
  await act(draft.dataset.id).catch(faulty);
  busy = false;
}

export const file = (complete = true) => once(async (id) => {
  const form = pane.querySelector("#draft-form");
  if (!form) return;
  const lacks = [...pane.querySelectorAll("#outlook:not([data-old]) [data-missing]")];
  if (complete && lacks.length) return faulty({ fields: Object.fromEntries(lacks.map((each) => [each.dataset.missing, each.textContent])) });
  const given = FIELDS.map((name) => [name, form.elements[name]?.value?.trim()]).filter(([, value]) => value);
  const ticket = await post(`/api/v1/drafts/${id}/file`, { ...Object.fromEntries(given), complete });
  mark(id, "filed");
  tell(say(words.filed, { number: ticket.number, unit: ticket.holder.name }), { href: `/tickets/${ticket.number}` });
  next();
});

export const drop = (reason) => once(async (id) => {
  await post(`/api/v1/drafts/${id}/drop`, { reason });
  mark(id, "dropped");
  tell(say(words.dropped, { id }), { undo: id });
  next();
});

export async function undo() {
  const id = dropped;
  if (!id) return;
  dropped = null;
  await post(`/api/v1/drafts/${id}/restore`, {}).then(() => {
    mark(id, "open");
    tell(say(words.restored, { id }));
    const back = row(id)?.querySelector("a");
    back?.focus();
    return show(back);
  }).catch(({ message }) => tell(message));
}

button.addEventListener("click", undo);
pane.addEventListener("submit", (event) => {
  const filing = event.target.id === "draft-form", dropping = "drop" in event.target.dataset;
  if (!filing && !dropping) return;
  event.preventDefault();
  filing ? file(event.submitter?.name !== "coarse") : drop(event.submitter?.value || event.target.elements.other.value);
});
