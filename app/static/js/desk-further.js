// Further matters of the same call: told below the text, so that none is lost with the first one filed.

import { say, words } from "./words.js";

const list = document.getElementById("further");

function item(reading) {
  const told = [say(words.further, { matter: reading.matter.value }), reading.category?.label, reading.urgency?.label];
  return Object.assign(document.createElement("li"), { textContent: told.filter(Boolean).join(" · ") });
}

document.getElementById("desk").addEventListener("reading", ({ detail }) => {
  list.replaceChildren(...(detail.further || []).filter((reading) => reading.matter).map(item));
  list.hidden = !list.children.length;
});
