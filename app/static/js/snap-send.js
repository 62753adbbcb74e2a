// Sends the report once: with progress, the same Idempotency-Key for the same content, and everything kept on a fault.

import { keep, newKey, packed, PATIENCE, unheard } from "./outbox.js";
import { clear, photos } from "./photo-pick.js";
import { markFaults } from "./snap-faults.js";
import { token } from "./api.js";
import { say, words } from "./words.js";

const form = document.querySelector("[data-snap]");
const fault = form.querySelector("[data-fault]");
const button = form.querySelector("[data-send]");
const progress = form.querySelector("[data-progress]");
const bar = progress.querySelector("progress");
const told = form.querySelector("[data-progress-word]");
let key = null;

for (const name of ["input", "photos"]) form.addEventListener(name, () => { key = null; });

const lead = () => button.classList.toggle("btn--primary", photos().length > 0); // one primary button: camera first
form.addEventListener("photos", lead);
lead();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button.disabled) return;
  if (!photos().length) return tell(words.nophoto);
  key ??= newKey();
  busy(true);
  send(content(), key);
});

function content() {
  const data = new FormData(form);
  for (const name of ["photo", "csrf_token"]) data.delete(name);
  for (const [name, value] of [...data]) if (value === "") data.delete(name);
  for (const photo of photos()) data.append("photo", photo, photo.name);
  return data;
}

function send(data, idempotencyKey) {
  const request = new XMLHttpRequest(); // fetch() tells nothing of the upload's progress
  request.open("POST", form.dataset.api);
  request.responseType = "json";
  for (const [name, value] of [["X-CSRFToken", token()], ["Idempotency-Key", idempotencyKey], ["Accept", "application/json"]]) {
    request.setRequestHeader(name, value);
  }
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    told.textContent = loaded < total ? say(words.sending, { n: Math.floor(bar.value) }) : words.working;
  });
  request.timeout = PATIENCE;
  request.addEventListener("loadend", () => unheard(request.status) ? wait(data, idempotencyKey) : answered(request.status, request.response || {}));
  request.send(data);
}

function answered(status, body) {
  if (status >= 300 || !body.number) return tell(body.detail || body.title || words.failed, body.errors);
  form.dispatchEvent(new Event("sent"));
  location.assign(`${form.dataset.done.replace("NUMBER", body.number)}?token=${encodeURIComponent(body.tracking_token)}`);
}

async function wait(data, idempotencyKey) {
  try {
    await keep("reports", { key: idempotencyKey, ...packed(data) });
  } catch {
    return tell(words.lost); // no room in this browser: all stays in the form
  }
  form.dispatchEvent(new Event("sent"));
  form.reset();
  clear();
  key = null;
  tell(words.kept);
  dispatchEvent(new Event("kept"));
}

function tell(sentence, errors = {}) {
  busy(false);
  markFaults(form, errors);
  fault.textContent = sentence;
  fault.hidden = false;
  fault.focus();
}

function busy(on) {
  button.disabled = on;
  progress.hidden = !on;
  if (on) fault.hidden = true;
}
