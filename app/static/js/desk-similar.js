// What may be the same matter, with enough to decide: what, how far, since when, in which state.

import { clockTime } from "./time.js";
import { say, words } from "./words.js";

const list = document.getElementById("similar"), empty = document.getElementById("no-similar");

function item(row) {
  const link = Object.assign(document.createElement("a"), { className: "trow", href: `/tickets/${row.number}`, target: "_blank", rel: "noopener" });
  const part = (name, text) => Object.assign(document.createElement("span"), { className: name, textContent: text });
  const meta = part("trow__meta", "");
  const far = typeof row.distance_m === "number" ? say(words.metres, { n: Math.round(row.distance_m) }) : "";
  meta.append(part("", [row.number, far, clockTime(row.updated_at), row.holder_name].filter(Boolean).join(" · ")));
  link.append(part("trow__what", row.description), part("chip chip--state", words.status[row.status]), meta);
  const made = document.createElement("li");
  made.append(link);
  return made;
}

document.getElementById("desk").addEventListener("reading", ({ detail }) => {
  list.replaceChildren(...(detail.similar || []).slice(0, 5).map(item));
  empty.hidden = Boolean(detail.similar?.length);
});
