// Shows the kept copy of a flare-up plan without a signal, and nothing else: every other request
// goes its usual way. Where the server can be asked and says that the copy has ended, it goes first.
const NAMED = "flare-up-copy";
const KEPT = "/flare-up/kept";
const PATIENCE = 4000;

async function hasEnded(page) {
  const found = /data-state="([^"]+)"/.exec(await page.clone().text());
  if (!found) return true;
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(found[1], { cache: "no-store", signal: stop.signal });
    return answer.status === 410;
  } catch (noSignal) {
    return false;
  } finally {
    clearTimeout(clock);
  }
}

async function shown(request) {
  const store = await caches.open(NAMED);
  const page = await store.match(KEPT);
  if (!page) return fetch(request);
  if (!(await hasEnded(page))) return page;
  await caches.delete(NAMED);
  return fetch(request);
}

async function file(request) {
  const store = await caches.open(NAMED);
  return (await store.match(request)) || fetch(request);
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.mode === "navigate" && path === KEPT) event.respondWith(shown(event.request));
  else if (path.startsWith("/static/")) event.respondWith(file(event.request));
});
