// Five classes of a figure with round limits, and their legend.

import { element } from "./map.js";

// Where classes 2 to 5 begin: 1 and three round steps, the largest for which the last class is used.
export function limitsOf(most) {
  if (most <= 4) return [1, 2, 3, 4];
  const rough = (most - 1) / 3, power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].map((n) => n * power).find((n) => n <= rough);
  return [1, step + 1, 2 * step + 1, 3 * step + 1];
}

export const stepOf = (figure, limits) => limits.filter((limit) => figure >= limit).length + 1;

export function legend(word, limits) {
  const ramp = document.querySelector("#legend svg"), starts = [0, ...limits];
  document.getElementById("legend-word").textContent = word;
  ramp.replaceChildren(...starts.flatMap((from, i) => {
    const to = starts[i + 1] - 1;
    const range = i === 4 ? `≥ ${from}` : from === to ? `${from}` : `${from}–${to}`;
    return [element("rect", { class: `q${i + 1}`, x: i * 50, width: 49, height: 8 }),
      element("text", { x: i * 50 + 24, y: 23, "text-anchor": "middle" }, range)];
  }));
}
