// Copies the tracking link and says so on the button.

const button = document.querySelector("[data-copy]");
const field = document.querySelector("[data-copy-text]");
field.value = new URL(field.value, location.href).href;

async function copy() {
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand("copy"); // pages without https have no clipboard object
  button.textContent = button.dataset.done;
}

button.hidden = false;
button.addEventListener("click", copy);
