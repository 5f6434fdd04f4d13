// Posts one kept answer and says what became of it. The key makes a second try harmless (REL-02).
const LONGEST_WAIT = 20000;
const LOCKED = [400, 401, 403];

// A page without a form has it beside the words about waiting.
function token() {
  const field = document.querySelector("input[name=csrf_token]");
  return field ? field.value : document.getElementById("unsent").dataset.token || "";
}

async function post(entry) {
  const body = new URLSearchParams(entry.fields);
  body.set("idempotency_key", entry.key);
  body.set("csrf_token", token());
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), LONGEST_WAIT);
  try {
    return await fetch(entry.action, {
      method: "POST",
      body,
      headers: { "X-Sent-By": "page" },
      signal: stop.signal,
    });
  } finally {
    clearTimeout(clock);
  }
}

// "sent" with the next address; "waiting" to be tried again; "locked" until the person comes back
// in; "refused" for good; "answered" when the server has a page of its own to show.
export async function send(entry) {
  let response;
  try {
    response = await post(entry);
  } catch (noSignal) {
    return { state: "waiting" };
  }
  const next = response.headers.get("X-Next") || (response.redirected && response.url);
  if (response.ok) return next ? { state: "sent", next } : { state: "answered" };
  if (LOCKED.includes(response.status)) return { state: "locked", status: response.status };
  const later = response.status >= 500 || response.status === 429 || response.headers.has("Retry-After");
  return { state: later ? "waiting" : "refused", status: response.status };
}
