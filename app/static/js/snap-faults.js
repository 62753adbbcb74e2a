// Writes the server's sentence under each field that is wrong, and clears the others.

export function markFaults(form, errors = {}) {
  for (const place of form.querySelectorAll("[data-wrong]")) {
    const sentence = errors[place.dataset.wrong] || "";
    place.textContent = sentence;
    place.hidden = !sentence;
    place.closest(".field")?.classList.toggle("field--fault", Boolean(sentence));
  }
}
