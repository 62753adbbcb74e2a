// Keys of the drafts desk. Single letters count outside text boxes only; Enter alone never files: it chooses words.

import { drop, file, undo } from "./drafts-act.js";
import { current, focusForm, step } from "./drafts-queue.js";
import { inText, writing } from "./keys.js";

const pane = document.getElementById("pane");
const help = document.getElementById("help");

function openDrop() {
  const details = pane.querySelector("#drop");
  if (!details) return;
  details.open = !details.open;
  if (details.open) details.querySelector("[name=reason]").focus();
}

function pick(number) {
  const reasons = pane.querySelector("#drop[open]")?.querySelectorAll("[name=reason]");
  if (reasons) return void (reasons[number - 1] && drop(reasons[number - 1].value));
  const choice = pane.querySelector(`[data-pick="${number}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("input", { bubbles: true }));
}

const KEYS = { f: () => file(), d: openDrop, u: undo, j: () => step(1), k: () => step(-1) };

addEventListener("keydown", (event) => {
  if (writing(event) || help.open) return;
  const whole = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  const act = whole ? () => file() : plain(event);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act();
}, true);

function plain(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "Escape" && pane.contains(event.target)) return () => current()?.focus();
  if (inText(event.target)) return event.key === "Enter" && event.target.matches("#draft-form input") ? () => {} : null;
  if (/^[1-9]$/.test(event.key)) return () => pick(Number(event.key));
  return KEYS[event.key];
}

document.getElementById("help-button").addEventListener("click", () => help.showModal());
document.getElementById("help-close").addEventListener("click", () => { help.close(); focusForm(); });
