// "w" puts the board on the wall and takes it down again, "f" fills the screen with it.

import { inText, writing } from "./keys.js";

addEventListener("keydown", (event) => {
  if (writing(event) || event.ctrlKey || event.metaKey || event.altKey || inText(event.target)) return;
  if (event.key === "w") location.assign(document.documentElement.dataset.theme === "wall" ? location.pathname : "?wall=1");
  if (event.key === "f") document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
});
