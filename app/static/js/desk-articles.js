// The knowledge base beside the talk: the answers that fit, the first one open; Alt+A or its button settles the call.

import { writing } from "./keys.js";

const form = document.getElementById("desk"), card = document.getElementById("knowledge");
const list = document.getElementById("articles"), frame = document.getElementById("article-row");
let shown = "";

function item({ code, title, text, source }, place) {
  const made = frame.content.cloneNode(true), button = made.querySelector("button");
  made.querySelector("summary").textContent = title;
  made.querySelector("p").textContent = text;
  made.querySelector("small").textContent = source;
  made.querySelector("details").open = place === 0;
  button.dataset.code = code;
  if (place === 0) button.append(" ", Object.assign(document.createElement("kbd"), { textContent: "Alt+A" }));
  return made;
}

function settle(code) {
  form.elements.article.value = code;
  form.requestSubmit(form.querySelector("[value=answer]") || document.querySelector("button[form=desk][value=answer]"));
}

form.addEventListener("reading", ({ detail }) => {
  const found = detail.articles || [], codes = found.map(({ code }) => code).join();
  if (codes === shown) return;  // nothing moves under the hand while the same answers fit
  shown = codes;
  list.replaceChildren(...found.map(item));
  card.hidden = !found.length;
});

list.addEventListener("click", ({ target }) => target.dataset.code && settle(target.dataset.code));
addEventListener("keydown", (event) => {
  const first = list.querySelector("button");
  if (writing(event) || !event.altKey || event.code !== "KeyA" || !first) return;
  event.preventDefault();
  settle(first.dataset.code);
});
