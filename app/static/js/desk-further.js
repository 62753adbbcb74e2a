// Further matters of the same call: told below the text, so that none is lost with the first one filed.

import { say, words } from "./words.js";

const list = document.getElementById("further");

function item(reading) {
  const text = say(words.further, { matter: reading.matter?.value || "" });
  const kind = [reading.category?.label, reading.urgency?.label].filter(Boolean).join(" · ");
  return Object.assign(document.createElement("li"), { textContent: kind ? `${text}（${kind}）` : text });
}

document.getElementById("desk").addEventListener("reading", ({ detail }) => {
  list.replaceChildren(...(detail.further || []).filter((reading) => reading.matter).map(item));
  list.hidden = !list.children.length;
});
