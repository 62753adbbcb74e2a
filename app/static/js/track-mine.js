// Remembers on this phone what it reported ([data-remember], [data-link]) and lists it ([data-mine]); can be forgotten.

const KEY = "mine", MOST = 20;
const read = () => JSON.parse(localStorage.getItem(KEY) || "[]");
const fresh = document.querySelector("[data-remember]");
const box = document.querySelector("[data-mine]");

export function remember(number, link) {
  const others = read().filter((one) => one.number !== number);
  localStorage.setItem(KEY, JSON.stringify([{ number, link }, ...others].slice(0, MOST)));
  if (box) show();
}

if (fresh) remember(fresh.dataset.remember, fresh.dataset.link);

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
