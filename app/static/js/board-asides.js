// Cards of the board that are fetched anew after changes, at most every five seconds, never under the hand.

const PACE = 5000;
let soon = 0, last = 0;

const grounds = () => [...document.querySelectorAll("[data-renew]")];
const busy = (ground) => ground.matches(":hover") || ground.contains(document.activeElement);

async function renew() {
  soon = 0;
  last = Date.now();
  const waits = await Promise.all(grounds().map(fetched));
  if (waits.some(Boolean)) later();
}

// Whether it has to be looked at again: somebody is at it, or there was no answer.
async function fetched(ground) {
  if (busy(ground)) return true;
  const answer = await fetch(ground.dataset.renew, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || busy(ground)) return true;
  const fresh = document.createElement("template");
  fresh.innerHTML = (await answer.text()).trim();
  const whole = fresh.content.firstElementChild;
  if (whole?.dataset.renew) ground.replaceWith(whole);
  else ground.replaceChildren(fresh.content);
  return false;
}

export function later() {
  if (!soon) soon = setTimeout(renew, Math.max(1000, last + PACE - Date.now()));
}
