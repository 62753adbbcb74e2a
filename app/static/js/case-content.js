// What a verb's form sends to the API: its filled fields, as JSON; feedback with its photos, as a form with files.

export function contentOf(verb, data) {
  if (verb === "handle") return data;
  return new Blob([JSON.stringify(Object.fromEntries([...data].filter(([, value]) => typeof value === "string")))], { type: "application/json" });
}
