// fetch() to /api/v1 with the session: JSON in, JSON out, problem+json as an Error with the server's sentence.

import { words } from "./words.js";

export const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";

export const get = (path, options = {}) => call(path, options);

export const post = (path, body, options = {}) => call(path, {
  ...options, method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...options.headers },
});

async function call(path, options) {
  const headers = { Accept: "application/json", "X-CSRFToken": token(), ...options.headers };
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: words.offline }, 0);
  }
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(body, answer.status);
  return body;
}

export class Problem extends Error {
  constructor(body, status) {
    super(body.detail || body.title || words.failed);
    this.status = status;
    this.fields = body.errors || {};
  }
}
