// The page's own words for scripts: JSON of <script id="words"> (base.html) and <script id="page-words">.

const read = (id) => JSON.parse(document.getElementById(id)?.textContent || "{}");

export const words = { ...read("words"), ...read("page-words") };

// say("超 {time}", {time: "3 分"}) -> "超 3 分"; a pair of sentences is for one and for more
export const say = (sentence, values = {}) =>
  ((Array.isArray(sentence) ? sentence[values.n === 1 ? 0 : 1] : sentence) || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
