// Keeps what was typed in a form[data-keep="name"] in this tab, until it was sent: a reload or a dead battery loses nothing.

const keyOf = (form) => `keep:${form.dataset.keep}`;
const fields = (form) => [...form.elements].filter((field) => field.name && field.matches("textarea, select, input.input:not([readonly])"));

function restore(form) {
  const kept = JSON.parse(sessionStorage.getItem(keyOf(form)) || "{}");
  for (const field of fields(form)) {
    if (kept[field.name] === undefined) continue;
    field.value = kept[field.name];
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function keep(form) {
  const values = Object.fromEntries(fields(form).map((field) => [field.name, field.value]));
  sessionStorage.setItem(keyOf(form), JSON.stringify(values));
}

for (const form of document.querySelectorAll("form[data-keep]")) {
  restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("sent", () => sessionStorage.removeItem(keyOf(form)));
}
