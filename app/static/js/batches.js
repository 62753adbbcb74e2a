// Files dropped anywhere on the form are those of its file input; one that misses must not replace the page.

const zone = document.querySelector(".dropzone"), input = document.getElementById("files");

for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
if (zone) {
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => { input.files = event.dataTransfer.files; });
}
