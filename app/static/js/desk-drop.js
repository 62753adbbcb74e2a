// Transcripts by drag and drop or by choosing files: one request a file, a bar for all; number and promise of each.

import { Problem, token } from "./api.js";
import { clockTime } from "./time.js";
import { say, words } from "./words.js";

const zone = document.getElementById("drop"), input = document.getElementById("drop-files");
const list = document.getElementById("drop-results"), bar = document.querySelector("#drop-bar .used"), told = document.getElementById("drop-told");
const queue = [];
let total = 0, done = 0, busy = false;

async function send(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  const answer = await fetch("/api/v1/transcripts", { method: "POST", body: form, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(body, answer.status);
  return body.items;
}

function line(name) {
  const made = document.createElement("li");
  made.append(name, " ", Object.assign(document.createElement("small"), { textContent: words.sending }));
  list.append(made);
  return made.lastElementChild;
}

function result(place, items) {
  const tickets = items.flatMap((item) => item.tickets || []), drafts = items.flatMap((item) => item.drafts || []);
  const faults = items.map((item) => item.error).filter(Boolean);
  const link = (number) => Object.assign(document.createElement("a"), { href: `/tickets/${number}`, textContent: number });
  const promise = (dueAt) => (dueAt ? say(words.before, { time: clockTime(dueAt) }) : "");
  place.replaceChildren(...tickets.flatMap(({ number, due_at: dueAt }) => [link(number), ` ${promise(dueAt)} `]),
    [drafts.length ? say(words.drafted, { n: drafts.length }) : "", ...faults].filter(Boolean).join(" · "));
}

async function work() {
  if (busy) return;
  busy = true;
  for (let next; (next = queue.shift()); done += 1, progress()) {
    await send(next.file).then((items) => result(next.place, items), (problem) => { next.place.textContent = problem.message || words.offline; });
  }
  busy = false;
}

function progress() {
  bar.setAttribute("width", total ? Math.round(228 * done / total) : 0);
  told.textContent = `${done} / ${total}`;
}

function take(files) {
  for (const file of files) queue.push({ file, place: line(file.name) });
  total += files.length;
  progress();
  work();
}

input.addEventListener("change", () => { take([...input.files]); input.value = ""; });
for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
zone.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
// A file that misses the zone must not replace the page and what was typed.
for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
