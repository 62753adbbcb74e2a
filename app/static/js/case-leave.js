// Log-out: whoever leaves is asked about acts that were not sent, and nothing of them stays on the phone.

import { waiting, wipe } from "./outbox.js";
import { say, words } from "./words.js";

for (const form of document.querySelectorAll("form[data-leave]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const left = (await waiting("acts")).length;
    if (left && !confirm(say(words.act_leave, { n: left }))) return;
    await wipe("acts");
    sessionStorage.clear(); // what was typed and not sent
    await globalThis.caches?.delete("cases");
    form.submit();
  });
}
