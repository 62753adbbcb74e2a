// Manual blur: two corners clicked on the photo fill four numbers (per cent); the numbers draw the frame.

const NAMES = ["left", "top", "width", "height"];
const tenth = (share) => Math.round(share * 1000) / 10;

for (const box of document.querySelectorAll("[data-blur]")) {
  const stage = box.querySelector("[data-stage]");
  const fields = NAMES.map((name) => box.querySelector(`[name="${name}"]`));
  const frame = stage.appendChild(Object.assign(document.createElement("span"), { className: "blur__frame", hidden: true }));
  let corner = null;

  const draw = () => {
    const filled = fields.every((field) => field.value !== "");
    frame.hidden = !filled;
    if (filled) NAMES.forEach((name, i) => { frame.style[name] = `${fields[i].value}%`; });
  };
  const fill = (area) => {
    area.forEach((share, i) => { fields[i].value = tenth(share); });
    draw();
  };

  stage.addEventListener("click", (event) => {
    const { left, top, width, height } = stage.getBoundingClientRect();
    const here = [(event.clientX - left) / width, (event.clientY - top) / height];
    const [x, y] = corner ?? here;
    fill([Math.min(x, here[0]), Math.min(y, here[1]), Math.abs(x - here[0]), Math.abs(y - here[1])]);
    corner = corner ? null : here;
  });
  for (const field of fields) field.addEventListener("input", draw);
  for (const button of box.querySelectorAll("[data-area]")) {
    button.addEventListener("click", () => fill(button.dataset.area.split(",").map(Number)));
  }
  box.addEventListener("toggle", () => box.parentElement.classList.toggle("wide", box.open));
  draw();
}
