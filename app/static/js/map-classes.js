// Five classes of a figure with round limits, or of a rate as the server compared it, and their legend.

import { element } from "./map.js";
import { words } from "./words.js";

// Where classes 2 to 5 begin: 1 and three round steps, the largest for which the last class is used.
export function limitsOf(most) {
  if (most <= 4) return [1, 2, 3, 4];
  const rough = (most - 1) / 3, power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((n) => n * power).find((n) => n <= rough);
  return [1, step + 1, 2 * step + 1, 3 * step + 1];
}

const stepOf = (figure, limits) => limits.filter((limit) => figure >= limit).length + 1;
const rangeOf = (from, next) => next === undefined ? `≥ ${from}` : from === next - 1 ? `${from}` : `${from}–${next - 1}`;

// Each child with its figure and class: q1 to q5 for counts, d1 to d5 for rates, few where there are too few cases.
export function classed(children, chosen) {
  if (chosen === "rate") {
    legend(words.beside, "d", words.against);
    return children.map((child) => ({ ...child, figure: child.rate_short, step: child.rate_class ? `d${child.rate_class}` : "few", label: `${child.name} ${words.rate} ${child.rate_words}` }));
  }
  const limits = limitsOf(Math.max(0, ...children.map((child) => child[chosen]))), starts = [0, ...limits];
  legend(words[chosen], "q", starts.map((from, i) => rangeOf(from, starts[i + 1])));
  return children.map((child) => ({ ...child, figure: child[chosen], step: `q${stepOf(child[chosen], limits)}`, label: `${child.name} ${words[chosen]} ${child[chosen]}` }));
}

// Whether light letters stand on this class.
export const isDeep = (step) => ["q4", "q5", "d1", "d5"].includes(step);

function legend(word, ramp, ranges) {
  document.getElementById("legend-word").textContent = word;
  document.querySelector("#legend svg").replaceChildren(...ranges.flatMap((range, i) => [
    element("rect", { class: `${ramp}${i + 1}`, x: i * 50, width: 49, height: 8 }),
    element("text", { x: i * 50 + 24, y: 23, "text-anchor": "middle" }, range)]));
}
