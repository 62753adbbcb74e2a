// The acts that wait on this phone: listed, sent in their order as soon as there is a network, each once. One that is
// refused stays with its reason and what was written; the later ones of its ticket wait behind it, as behind one without an answer.

import { token } from "./api.js";
import { contentOf } from "./case-content.js";
import { drop, keep, PATIENCE, unheard, unpacked, waiting } from "./outbox.js";
import { say, words } from "./words.js";

const box = document.querySelector("[data-acts]"), list = box.querySelector("ul");
const AGAIN = 30000, LOGGED_OUT = 401; // waits until somebody has logged in again

const mine = async () => (await waiting("acts")).filter(({ by }) => by === box.dataset.by);

async function show() {
  const acts = await mine();
  list.replaceChildren(...acts.map(row));
  box.hidden = !acts.length;
}

function row({ key, word, number, page, why, fields }) {
  const item = document.createElement("li"), link = document.createElement("a"), button = document.createElement("button");
  const note = document.createElement("small");
  item.className = why ? "qitem qitem--conflict" : "qitem";
  Object.assign(link, { href: page, textContent: say(why ? words.act_refused : words.act_waits, { verb: word, number, why }) });
  note.textContent = fields.filter(([name]) => ["note", "reason"].includes(name)).map(([, text]) => text).join(" ");
  Object.assign(button, { type: "button", className: "btn", textContent: words.act_drop });
  button.addEventListener("click", () => confirm(say(words.act_sure, { verb: word, number })) && drop("acts", key).then(show));
  link.append(note);
  item.append(document.createElement("span"), link, button);
  return item;
}

const flush = () => navigator.locks.request("acts", async () => {
  const held = new Set();
  for (const act of await mine()) {
    if (act.why || held.has(act.number)) held.add(act.number);
    else if (!(await send(act))) held.add(act.number);
    if (!navigator.onLine) break;
  }
  await show();
});

async function send(act) {
  const headers = { "X-CSRFToken": token(), "Idempotency-Key": act.key, Accept: "application/json" };
  const body = contentOf(act.verb, unpacked(act));
  const answer = await fetch(act.api, { method: "POST", body, headers, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  if (unheard(answer?.status) || answer.status === LOGGED_OUT) return false;
  if (answer.ok) {
    await drop("acts", act.key);
    if (location.pathname === act.page) location.replace(act.page);
    return true;
  }
  const problem = await answer.json().catch(() => ({}));
  await keep("acts", { ...act, why: problem.detail || words.failed });
  return true;
}

addEventListener("online", flush);
addEventListener("kept", show);
setInterval(() => navigator.onLine && flush(), AGAIN);
show().then(() => navigator.onLine && flush());
