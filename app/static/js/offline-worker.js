// The service worker: the report form opens without a network, and so do the attendant's own pages, as they were last seen.
// VERSION and FILES stand above this, written by the server. Versioned files come from the cache, everything else from
// the network first. Of pages with people's matters only those under /cases are kept, until log-out.

const CACHE = `hotline-${VERSION}`, CASES = "cases";
const FORM = "/", LIST = "/cases", PATIENCE = 6000; // milliseconds that a page kept here waits for a fresher one

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([FORM, ...FILES])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE && name !== CASES).map((name) => caches.delete(name))))
    .then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(url.search ? kept(request) : fresh(request, request));
  else if (request.mode !== "navigate") return;
  else if (["/", "/snap"].includes(url.pathname)) event.respondWith(fresh(request, FORM));
  else if (url.pathname === LIST || url.pathname.startsWith(`${LIST}/`)) event.respondWith(page(request, url));
  else if (url.pathname === "/login") event.waitUntil(caches.delete(CASES));
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

// The page itself, kept anew; the one that was kept where there is no answer, or none in time; the list for a ticket
// that is not on this phone.
async function page(request, { pathname: path, search }) {
  const cache = await caches.open(CASES), found = await cache.match(path);
  try {
    const answer = await fetch(request, found && { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok && !answer.redirected && !search) await cache.put(path, answer.clone());
    return answer;
  } catch (lost) {
    if (found) return found;
    if (path !== LIST && await cache.match(LIST)) return Response.redirect(LIST);
    throw lost;
  }
}
