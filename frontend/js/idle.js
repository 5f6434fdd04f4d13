// Says two minutes before the session locks, with one button to stay (LINK-03, WCAG 2.2.1). Time is
// read from the clock, since a phone in a pocket stops its timers.
const MINUTE = 60000;
const NOTICE = 2 * MINUTE;

export function startIdle() {
  const place = document.getElementById("idle");
  if (!place) return;
  const lock = Number(place.dataset.minutes) * MINUTE;
  const line = place.querySelector("p");
  let since = Date.now();

  function look() {
    const idle = Date.now() - since;
    if (idle >= lock) {
      // A question stays on the page: an answer given after the lock is kept, and sent later.
      if (!document.querySelector("form[data-keep]")) window.location.reload();
    } else if (idle >= lock - NOTICE && place.hidden) {
      place.hidden = false;
      line.textContent = line.dataset.words;
    }
  }

  place.querySelector("button").addEventListener("click", async () => {
    const body = new URLSearchParams({ csrf_token: place.dataset.token });
    const answer = await fetch(place.dataset.url, { method: "POST", body }).catch(() => null);
    if (!answer || !answer.ok) return;
    since = Date.now();
    place.hidden = true;
    line.textContent = "";
  });
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);
}
