// What may be the same matter, with enough to decide; one of them can be chosen, and the new ticket is merged into it.

import { clockTime } from "./time.js";
import { say, words } from "./words.js";

const list = document.getElementById("similar"), empty = document.getElementById("no-similar");
const form = document.getElementById("desk"), into = form.elements.into;
const OPEN = ["RECEIVED", "DISPATCHED", "SIGNED_IN", "HANDLED"];

function item(row) {
  const link = Object.assign(document.createElement("a"), { className: "trow", href: `/tickets/${row.number}`, target: "_blank", rel: "noopener" });
  const part = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
  const meta = part("trow__meta", "");
  const far = typeof row.distance_m === "number" ? say(words.metres, { n: Math.round(row.distance_m) }) : "";
  const told = row.repeats ? say(words.repeats, { n: row.repeats }) : "", share = say(words.alike, { n: `${Math.round(row.score * 100)}%` });
  meta.append(part("", [row.number, told, far, share, clockTime(row.created_at), ...row.reason_words].filter(Boolean).join(" · ")));
  link.append(part("trow__what", row.description), part("chip chip--state", words.status[row.status]), meta);
  const made = document.createElement("li");
  made.append(link);
  if (OPEN.includes(row.status)) made.append(button(row.number));
  return made;
}

function button(number) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
  made.dataset.number = number;
  made.addEventListener("click", () => { into.value = into.value === number ? "" : number; mark(); });
  return made;
}

function mark() {
  for (const each of list.querySelectorAll("button")) {
    const chosen = each.dataset.number === into.value;
    each.setAttribute("aria-pressed", chosen);
    each.textContent = chosen ? words.joined : words.join;
  }
}

form.addEventListener("reading", ({ detail }) => {
  list.replaceChildren(...(detail.similar || []).slice(0, 5).map(item));
  empty.hidden = Boolean(detail.similar?.length);
  if (!(detail.similar || []).some((row) => row.number === into.value)) into.value = "";
  mark();
});
