// The product's time in the browser, Beijing clock times, and the words for time left.
// The server's clock counts, not the device's: <html data-now="ISO" data-speed="1">.

import { words, say } from "./words.js";

const page = document.documentElement.dataset;
const loaded = performance.now();
const start = page.now ? Date.parse(page.now) : Date.now();
const speed = Number(page.speed || 1);
const HOUR = 60, DAY = 24 * 60, BEIJING = 8 * 3600e3;

export const now = () => start + (performance.now() - loaded) * speed;

const two = (number) => String(number).padStart(2, "0");
const beijing = (at) => new Date((typeof at === "string" ? Date.parse(at) : at) + BEIJING);

// "11-23 15:20"
export function clockTime(at) {
  const time = beijing(at);
  return `${two(time.getUTCMonth() + 1)}-${two(time.getUTCDate())} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

// "15:20:08"
export function second(at) {
  const time = beijing(at);
  return [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(":");
}

// "剩 8 小时 20 分", "超 3 分"; the two largest parts
export function left(dueAt) {
  const minutes = Math.trunc((Date.parse(dueAt) - now()) / 60000);
  return say(minutes < 0 || Date.parse(dueAt) <= now() ? words.over : words.left, { time: amount(Math.abs(minutes)) });
}

export function amount(minutes) {
  const days = Math.floor(minutes / DAY), hours = Math.floor((minutes % DAY) / HOUR), rest = minutes % HOUR;
  const parts = days ? [[days, words.days], [hours, words.hours]] : [[hours, words.hours], [rest, words.minutes]];
  const told = parts.filter(([number]) => number).map(([n, word]) => say(word, { n }));
  return told.join(" ") || say(words.minutes, { n: 0 });
}

// Every [data-due] in the page tells the time left in its own text, once a minute; put() is for new elements.
export const put = (element, dueAt) => { element.dataset.due = dueAt; element.textContent = left(dueAt); };
const tick = () => document.querySelectorAll("[data-due]").forEach((element) => {
  const text = left(element.dataset.due);
  if (element.textContent !== text) element.textContent = text;
});
setInterval(tick, Math.max(1000, 60000 / speed));
