// The cards below the board: fetched anew after changes, at most every five seconds, never under the hand.

const PACE = 5000;
const ground = document.getElementById("asides");
let soon = 0, last = 0;

const busy = () => ground.matches(":hover") || ground.contains(document.activeElement);

async function renew() {
  soon = 0;
  if (busy()) return later();
  last = Date.now();
  const answer = await fetch(ground.dataset.address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.ok && !busy()) ground.innerHTML = await answer.text();
}

export function later() {
  if (ground && !soon) soon = setTimeout(renew, Math.max(0, last + PACE - Date.now()) || 1000);
}
