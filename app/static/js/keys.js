// Keys outside text boxes: "/" to the search, "?" to the help, j and k through lists. Ctrl+Enter is the desk's own.

export const writing = (event) => event.isComposing || event.keyCode === 229;  // an input method is still open
export const inText = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

const step = (way) => {
  const links = [...document.querySelectorAll("[data-keys] a, #rows a.trow")];
  const here = links.indexOf(document.activeElement);
  links[Math.min(Math.max(here + way, 0), links.length - 1)]?.focus();
};

const KEYS = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => document.getElementById("help")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
};

export const onKeys = (keys) => addEventListener("keydown", (event) => {
  if (writing(event) || event.ctrlKey || event.metaKey || event.altKey || inText(event.target)) return;
  if (!keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

onKeys(KEYS);
