// Screen pop: as soon as a number is known, the caller's last five tickets.

import { get } from "./api.js";
import { clockTime } from "./time.js";
import { say, words } from "./words.js";

const form = document.getElementById("desk"), field = form.elements.caller_phone;
const list = document.getElementById("calls"), empty = document.getElementById("no-calls"), told = document.getElementById("calls-told");
const COMPLETE = /^(1\d{10}|0\d{9,11}|\d{7,8})$/;
let last = field.value.trim();

async function look() {
  const phone = field.value.replace(/[\s-]/g, "");
  if (phone === last || !COMPLETE.test(phone)) return;
  last = phone;
  const { items } = await get(`/api/v1/callers?phone=${encodeURIComponent(phone)}`).catch(() => ({ items: [] }));
  list.replaceChildren(...items.map(item));
  empty.hidden = items.length > 0;
  empty.textContent = words.nocalls;
  told.textContent = say(words.calls, { n: items.length });
}

function item(row) {
  const made = document.getElementById("call-row").content.firstElementChild.cloneNode(true);
  made.querySelector("a").href = `/tickets/${row.number}`;
  made.querySelector(".trow__what").textContent = row.description || words.categories[row.category] || row.number;
  made.querySelector(".chip").textContent = words.status[row.status];
  made.querySelector(".trow__meta").textContent = `${row.number} · ${clockTime(row.updated_at)} · ${row.holder_name}`;
  return made;
}

field.addEventListener("input", look);
form.addEventListener("reading", look);
