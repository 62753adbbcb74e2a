// Keeps the attendant's open tickets on this phone, so that each opens without a network: anew when a ticket has changed;
// those that left the list go.

const CASES = "cases", VERSIONS = "/cases/versions", MOST = 40;
const ground = document.querySelector("[data-case-files]");

async function store() {
  const cache = await caches.open(CASES);
  const rows = [...document.querySelectorAll("[data-cases] li[data-number]")].slice(0, MOST);
  const versions = Object.fromEntries(rows.map(({ dataset }) => [`/cases/${dataset.number}`, dataset.version]));
  const before = await (await cache.match(VERSIONS))?.json() || {};
  for (const path of Object.keys(before)) if (!versions[path]) await cache.delete(path);
  for (const address of [...JSON.parse(ground.dataset.caseFiles), location.pathname, "/cases/me"]) {
    if (!await cache.match(address)) await keep(cache, address);
  }
  for (const [path, version] of Object.entries(versions)) {
    if (before[path] === version && await cache.match(path)) continue;
    if (!await keep(cache, path)) delete versions[path];
  }
  await cache.put(VERSIONS, new Response(JSON.stringify(versions)));
}

// A page that leads elsewhere is not the one that was asked for: somebody has been logged out.
async function keep(cache, address) {
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  await cache.put(address, answer);
  return true;
}

navigator.serviceWorker?.register("/sw.js")
  .then(() => navigator.onLine && ground && store())
  .catch(() => {}); // without it these pages need a network to open
