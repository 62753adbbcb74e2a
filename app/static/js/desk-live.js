// Call-backs that became due while the agent works wait behind one line; settled ones fade.

import { watch } from "./live.js";
import { say, words } from "./words.js";

const { region } = document.getElementById("main").dataset;
const part = document.getElementById("call-backs"), waiting = document.getElementById("more-call-backs");
const fresh = new Set();
const item = (number) => part.querySelector(`[data-number="${number}"]`);

function changed(tickets) {
  for (const { number, status, removed } of tickets) {
    const due = !removed && status === "HANDLED";
    item(number)?.classList.toggle("gone", !due);
    due && !item(number) ? fresh.add(number) : fresh.delete(number);
  }
  waiting.hidden = !fresh.size;
  waiting.textContent = say(words.waiting, { n: fresh.size });
}

waiting.addEventListener("click", async () => {
  const answer = await fetch("/desk/call-backs", { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  part.replaceChildren(...page.getElementById("call-backs").childNodes);
  fresh.clear();
  waiting.hidden = true;
});

if (region) watch(region, { onChanges: ({ tickets }) => changed(tickets) });
