// Keys of the desk: Ctrl+Enter saves and takes the next call, Alt+1 to Alt+6 correct a guess.
// Enter alone never sends: an input method uses it to choose words.

import { writing } from "./keys.js";

const form = document.getElementById("desk");

addEventListener("keydown", (event) => {
  if (writing(event)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[value=next]"));
  }
  const field = event.altKey && form.querySelector(`[data-key="${event.code.replace("Digit", "")}"] .input`);
  if (field) { event.preventDefault(); field.focus(); }
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.ctrlKey && event.target.matches("input")) event.preventDefault();
});

document.getElementById("help-button").addEventListener("click", () => document.getElementById("help").showModal());
document.getElementById("help-close").addEventListener("click", () => document.getElementById("help").close());
