// Sends what waits in the outbox as soon as there is a network, each report once, and says what became of it.

import { drop, PATIENCE, unpacked, waiting } from "./outbox.js";
import { remember } from "./track-mine.js";
import { say, words } from "./words.js";

const box = document.querySelector("[data-outbox]"), list = box.querySelector("ul");
const form = document.querySelector("[data-snap]");
const AGAIN = 30000, REFUSED = [400, 409, 413, 415, 422];
const refusals = new Map();

export async function show() {
  const reports = await waiting("reports");
  list.replaceChildren(...reports.map(row));
  box.hidden = !reports.length && !box.querySelector("[data-sent]").textContent;
}

function row({ key, at, fields, photos }) {
  const item = document.createElement("li"), told = document.createElement("span"), button = document.createElement("button");
  const words_ = new Map(fields).get("description") || "";
  told.textContent = say(refusals.has(key) ? words.refused : words.waits, {
    time: new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }), n: photos.length, words: words_, why: refusals.get(key),
  });
  Object.assign(button, { type: "button", className: "btn", textContent: words.drop });
  button.addEventListener("click", () => confirm(words.sure) && drop("reports", key).then(show));
  item.append(told, button);
  return item;
}

const flush = () => navigator.locks.request("outbox", async () => {
  for (const report of await waiting("reports")) if (!refusals.has(report.key)) await send(report);
  await show();
});

async function send({ key, ...report }) {
  const data = unpacked(report);
  const headers = { "Idempotency-Key": key, Accept: "application/json" };
  const answer = await fetch(form.dataset.api, { method: "POST", body: data, headers, credentials: "omit", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
  const body = await answer?.json().catch(() => null);
  if (answer?.ok && body?.number) return sent(key, body);
  if (answer && REFUSED.includes(answer.status)) refusals.set(key, body?.detail || words.failed);
}

async function sent(key, { number, tracking_token: token }) {
  await drop("reports", key);
  const link = `${form.dataset.done.replace("NUMBER", number)}?token=${encodeURIComponent(token)}`;
  remember(number, link);
  const told = document.createElement("a");
  Object.assign(told, { href: link, textContent: say(words.sent, { number }) });
  box.querySelector("[data-sent]").append(told, " ");
}

addEventListener("online", flush);
addEventListener("kept", flush);
setInterval(() => navigator.onLine && flush(), AGAIN);
flush();
navigator.serviceWorker?.register("/sw.js").catch(() => {}); // without it the form needs a network to open
