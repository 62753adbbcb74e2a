// The agent desk: the parts and what ties them, one form and one event, "reading".

import "./keys.js";
import "./desk-articles.js";
import "./desk-drop.js";
import "./desk-evidence.js";
import "./desk-further.js";
import "./desk-guesses.js";
import "./desk-caller.js";  // after the guesses: they may have read the number
import "./desk-keep.js";
import "./desk-keys.js";
import "./desk-place.js";
import "./desk-reading.js";
import "./desk-similar.js";
import "./desk-live.js";
import "./desk-undo.js";
