// "w" puts the board on the wall and takes it down again, "f" fills the screen with it.

import { onKeys } from "./keys.js";

onKeys({
  w: () => location.assign(document.documentElement.dataset.theme === "wall" ? location.pathname : "?wall=1"),
  f: () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
});
