// The ticket that was just logged can be taken back for some seconds; then the button goes.

const button = document.querySelector("[data-undo]");

if (button) {
  let left = Number(button.dataset.undo);
  const ticking = setInterval(() => {
    left -= 1;
    button.textContent = button.dataset.word.replace("{n}", left);
    if (left <= 0) { clearInterval(ticking); button.remove(); }
  }, 1000);
}
