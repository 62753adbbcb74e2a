// What: the commonest categories as one tap each; the rest, and the value that is sent, stay in the form's select.

const box = document.querySelector("[data-choices]");
const all = document.querySelector("[data-all]");
const select = all.querySelector("select");
const other = box.querySelector("[data-other]");

const show = () => {
  const chips = [...box.querySelectorAll("[data-code]")];
  for (const chip of chips) chip.setAttribute("aria-pressed", chip.dataset.code === select.value);
  const listed = !select.value || chips.some((chip) => chip.dataset.code === select.value);
  all.hidden = listed && other.getAttribute("aria-expanded") !== "true";
};

box.addEventListener("click", ({ target }) => {
  const chip = target.closest("button");
  if (!chip) return;
  if (chip === other) other.setAttribute("aria-expanded", other.getAttribute("aria-expanded") !== "true");
  else select.value = select.value === chip.dataset.code ? "" : chip.dataset.code;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  show();
});
select.addEventListener("change", show);
box.hidden = false;
show();
