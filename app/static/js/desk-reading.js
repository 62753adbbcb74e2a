// While the agent writes, the text is read by the server; every answer is told to the form as the event "reading".

import { post } from "./api.js";
import { words } from "./words.js";

const PAUSE = 350;
const form = document.getElementById("desk"), text = form.elements.description;
const state = document.getElementById("reading-state");
let waiting, asked;

async function read() {
  asked?.abort();
  asked = new AbortController();
  const body = { text: text.value };
  for (const name of ["caller_phone", "address", "lon", "lat", "datum"]) {
    const field = form.elements[name];
    if (field.value.trim() && field.dataset.touched) body[name] = name.startsWith("l") ? Number(field.value) : field.value.trim();
  }
  if (!body.text.trim() && !body.address && body.lon === undefined) return;
  state.textContent = words.reading;
  try {
    const reading = await post("/api/v1/readings", body, { signal: asked.signal });
    state.textContent = "";
    form.dispatchEvent(new CustomEvent("reading", { detail: reading }));
  } catch (problem) {
    if (problem.name !== "AbortError") state.textContent = problem.message;
  }
}

const later = () => { clearTimeout(waiting); waiting = setTimeout(read, PAUSE); };
text.addEventListener("input", later);
form.addEventListener("read", later);
for (const name of ["address", "caller_phone", "lon", "lat", "datum"]) form.elements[name].addEventListener("change", later);
if (text.value.trim()) later();
