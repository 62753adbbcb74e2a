// The form of the draft that is shown: where it would go is read anew while it is corrected, and others are told who is at it.

import { post } from "./api.js";
import { part, put, recheck, shown } from "./drafts-queue.js";

const pane = document.getElementById("pane");
const PAUSE = 300, RENEW = 45_000;
let waiting, asked, claimed = { id: null, at: 0 };

const form = () => pane.querySelector("#draft-form");

async function preview() {
  const outlook = pane.querySelector("#outlook"), id = shown()?.dataset.id;
  if (!outlook || !form()) return;
  asked?.abort();
  asked = new AbortController();
  const page = await part(`/drafts/${id}/preview`, { method: "POST", body: new FormData(form()), signal: asked.signal }).catch(() => null);
  if (!page || !outlook.isConnected) return;
  outlook.replaceChildren(...page.body.childNodes);
  delete outlook.dataset.old;
}

async function claim() {
  const draft = shown();
  if (!draft || draft.dataset.state !== "open") return;
  const { id } = draft.dataset;
  if (claimed.id === id && Date.now() - claimed.at < RENEW) return;
  claimed = { id, at: Date.now() };
  await post(`/api/v1/drafts/${id}/claim`, {}).catch(() => {});  // who is at it stands in the queue; filing says it again
}

pane.addEventListener("input", ({ target }) => {
  if (!target.closest("#draft-form")) return;
  if (target.name === "address") for (const pick of pane.querySelectorAll("[data-pick]")) pick.checked = false;
  const fault = pane.querySelector(`[data-fault="${target.name === "region" ? "address" : target.name}"]`);
  if (fault) { fault.hidden = true; fault.closest(".field").classList.remove("field--fault"); }
  pane.querySelector("#outlook").dataset.old = "1";  // what it says is missing may be there now: the server is asked
  clearTimeout(waiting);
  waiting = setTimeout(preview, PAUSE);
  claim();
});

pane.addEventListener("submit", async (event) => {
  if (event.target.matches(".claim")) {
    event.preventDefault();
    await post(`/api/v1/drafts/${shown().dataset.id}/claim`, { take_over: true }).catch(() => {});
    return recheck();
  }
  const sent = event.target.closest("form[data-part]");
  if (!sent) return;
  event.preventDefault();
  const page = await part(sent.action, { method: "POST", body: new FormData(sent) }).catch(() => null);
  page ? put(page) : sent.submit();
});
