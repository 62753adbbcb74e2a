// Says every fifteen seconds that this ticket is open here, and shows who else has it open.

import { post } from "./api.js";
import { say, words } from "./words.js";

const EVERY = 15_000;
const chip = document.getElementById("others"), { number } = document.getElementById("main").dataset;

async function sign() {
  if (document.hidden) return;
  const found = await post(`/api/v1/tickets/${number}/here`, {}).catch(() => null);
  if (!found) return;
  chip.hidden = !found.others.length;
  chip.textContent = say(words.others, { names: found.others.join(", ") });
}

setInterval(sign, EVERY);
addEventListener("visibilitychange", sign);
sign();
