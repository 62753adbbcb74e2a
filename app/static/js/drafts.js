// The drafts desk: a queue, one draft beside it, its acts and keys, and what happens elsewhere.

import "./keys.js";
import "./drafts-form.js";
import "./drafts-act.js";
import "./drafts-keys.js";
import "./drafts-live.js";
