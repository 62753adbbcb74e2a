// Remembers on this phone what it reported ([data-remember], [data-link]) and lists it ([data-mine]); can be forgotten.

const KEY = "mine", MOST = 20;
const read = () => JSON.parse(localStorage.getItem(KEY) || "[]");
const fresh = document.querySelector("[data-remember]");
const box = document.querySelector("[data-mine]");

if (fresh) {
  const { remember, link } = fresh.dataset;
  const others = read().filter(({ number }) => number !== remember);
  localStorage.setItem(KEY, JSON.stringify([{ number: remember, link }, ...others].slice(0, MOST)));
}

function show() {
  const mine = read();
  box.hidden = !mine.length;
  box.querySelector("[data-mine-list]").replaceChildren(...mine.map(({ number, link }) => {
    const item = document.createElement("li");
    const to = document.createElement("a");
    Object.assign(to, { className: "trow", href: link, textContent: number });
    item.append(to);
    return item;
  }));
}

if (box) {
  show();
  box.querySelector("[data-forget]")?.addEventListener("click", () => {
    localStorage.removeItem(KEY);
    show();
  });
}
