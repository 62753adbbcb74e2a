// The service worker: the report form opens without a network. VERSION and FILES stand above this, written by the server.
// Versioned files come from the cache, everything else from the network first. Nothing but the empty form is kept.

const CACHE = `hotline-${VERSION}`;
const FORM = "/";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([FORM, ...FILES])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(url.search ? kept(request) : fresh(request, request));
  else if (request.mode === "navigate" && ["/", "/snap"].includes(url.pathname)) event.respondWith(fresh(request, FORM));
});

async function kept(request) {
  return (await caches.match(request)) || fetch(request);
}

async function fresh(request, instead) {
  try {
    return await fetch(request);
  } catch (lost) {
    const found = await caches.match(instead);
    if (found) return found;
    throw lost;
  }
}
