// Sends a verb's form once. Without an answer it waits on this phone; refused, everything written and photographed stays on the page.

import { contentOf } from "./case-content.js";
import { keep, newKey, packed, PATIENCE, unheard, waiting } from "./outbox.js";
import { clear, photos } from "./photo-pick.js";
import { markFaults } from "./snap-faults.js";
import { token } from "./api.js";
import { words } from "./words.js";

const CONFLICT = 409;
const fault = document.querySelector("[data-fault]");

async function send(form) {
  const answer = await fetch(form.dataset.api, {
    method: "POST", body: contentOf(form.dataset.verb, filled(form)), credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE),
    headers: { "X-CSRFToken": token(), "Idempotency-Key": keyOf(form), Accept: "application/json" },
  }).catch(() => null);
  if (unheard(answer?.status)) return wait(form);
  if (answer.ok) {
    form.dispatchEvent(new Event("sent"));
    return location.replace(form.dataset.next);
  }
  const problem = await answer.json().catch(() => ({}));
  markFaults(form, problem.errors);
  document.querySelector("[data-again]")?.toggleAttribute("hidden", answer.status !== CONFLICT);
  return tell(problem.detail || problem.title || words.failed);
}

function filled(form) {
  const data = new FormData(form);
  for (const name of ["photo", "csrf_token"]) data.delete(name);
  for (const [name, value] of [...data]) if (value === "") data.delete(name);
  if (form.dataset.verb === "handle") for (const photo of photos()) data.append("photo", photo, photo.name);
  return data;
}

async function wait(form) {
  const { verb, word, ticket: number, api, page } = form.dataset;
  const by = document.querySelector("[data-acts]")?.dataset.by;
  try {
    const twice = (await waiting("acts")).some((act) => act.number === number && act.verb === verb && !act.why);
    if (!twice) await keep("acts", { key: keyOf(form), by, verb, word, number, api, page, ...packed(filled(form)) });
  } catch {
    return tell(words.unsent); // no room in this browser: all stays on the page
  }
  form.dispatchEvent(new Event("sent"));
  form.reset();
  if (verb === "handle") clear();
  delete form.dataset.key;
  dispatchEvent(new Event("kept"));
  return tell(words.act_kept);
}

function keyOf(form) {
  form.dataset.key ||= newKey();
  return form.dataset.key;
}

function tell(sentence) {
  fault.textContent = sentence;
  fault.hidden = false;
  fault.focus();
}

for (const form of document.querySelectorAll("form[data-verb]:not([data-verb='reveal'])")) {
  for (const name of ["input", "photos"]) form.addEventListener(name, () => { delete form.dataset.key; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = [...document.querySelectorAll("form[data-verb] button:not([type]), [data-handle]")];
    if (buttons.some((button) => button.disabled)) return;
    fault.hidden = true;
    for (const button of buttons) button.disabled = true;
    await send(form);
    for (const button of buttons) button.disabled = false;
  });
}
