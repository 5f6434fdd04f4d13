// A copy of the flare-up plan on this phone (CLIN-10): off by default, dated, and gone at the first
// contact after it was withdrawn. The phone's storage names the copy; the words are the worker's.
const NAMED = "flare-up-copy";

function named() {
  try {
    return localStorage.getItem(NAMED);
  } catch (refused) {
    return null;
  }
}

async function forgetCopy() {
  await caches.delete(NAMED);
  localStorage.removeItem(NAMED);
  for (const one of await navigator.serviceWorker.getRegistrations()) {
    if (new URL(one.scope).pathname.startsWith("/flare-up/")) await one.unregister();
  }
}

// Each page of ours is a contact: a copy that has ended goes, whatever the page is about.
async function checkCopy() {
  const id = named();
  if (!id || !("caches" in window)) return;
  const answer = await fetch(`/flare-up/copies/${id}`, { cache: "no-store" });
  if (answer.status === 410) return forgetCopy();
  const older = document.querySelector("[data-copy-older]");
  if (older && answer.ok) older.hidden = (await answer.json()).state !== "older";
}

async function keepCopy(mark) {
  await navigator.serviceWorker.register(mark.dataset.worker, { scope: "/flare-up/" });
  const store = await caches.open(NAMED);
  const page = await fetch(location.href, { cache: "no-store" });
  await store.put(mark.dataset.kept, new Response(await page.blob(), { headers: { "Content-Type": "text/html" } }));
  const files = document.querySelectorAll("link[rel=stylesheet], script[src]");
  await store.addAll(Array.from(files, (file) => file.href || file.src));
  localStorage.setItem(NAMED, mark.dataset.copy);
}

export function startCopy() {
  const can = "serviceWorker" in navigator && "caches" in window;
  const offer = document.querySelector("[data-copy-offer]");
  if (offer && can) {
    offer.hidden = false;
    document.querySelector("[data-copy-without]").hidden = true;
  }
  const mark = document.querySelector("[data-copy]");
  const done = document.querySelector("[data-copy-done]");
  if (mark && mark.dataset.copy !== named()) {
    const kept = can ? keepCopy(mark) : Promise.reject(new Error("no storage"));
    kept.then(
      () => { done.textContent = done.dataset.words; },
      () => { done.textContent = done.dataset.refused; },
    );
  } else checkCopy().catch(() => {});
}
