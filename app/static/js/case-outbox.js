// The acts that wait on this phone: listed, sent in their order as soon as there is a network, each once. One that is
// refused stays with its reason and what was written; the later ones of its ticket wait behind it, as behind one without an answer.

import { token } from "./api.js";
import { contentOf } from "./case-content.js";
import { drop, keep, newKey, PATIENCE, unheard, unpacked, waiting } from "./outbox.js";
import { say, words } from "./words.js";

const box = document.querySelector("[data-acts]"), list = box.querySelector("ul");
const AGAIN = 30000, LOGGED_OUT = 401; // waits until somebody has logged in again

const mine = async () => (await waiting("acts")).filter(({ by }) => by === box.dataset.by);

async function show() {
  const acts = await mine();
  list.replaceChildren(...acts.map(row));
  box.hidden = !acts.length;
}

function row(act) {
  const { key, word, number, page, why, fields } = act;
  const item = document.createElement("li"), link = document.createElement("a"), button = document.createElement("button");
  const note = document.createElement("small");
  item.className = why ? "qitem qitem--conflict" : "qitem";
  Object.assign(link, { href: page, textContent: say(why ? words.act_refused : words.act_waits, { verb: word, number, why }) });
  note.textContent = fields.filter(([name]) => ["note", "reason"].includes(name)).map(([, text]) => text).join(" ");
  Object.assign(button, { type: "button", className: "btn", textContent: words.act_drop });
  button.addEventListener("click", () => confirm(say(words.act_sure, { verb: word, number })) && drop("acts", key).then(show));
  link.append(note);
  item.append(document.createElement("span"), link, button);
  if (why) button.before(again(act));
  return item;
}

// After a refusal somebody may have made room for it: sent anew as it was written, whatever has changed meanwhile.
function again(act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.act_again });
  button.addEventListener("click", async () => {
    await keep("acts", { ...act, key: newKey(), why: "", fields: act.fields.filter(([name]) => name !== "version") });
    await drop("acts", act.key);
    await show();
    flush();
  });
  return button;
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
