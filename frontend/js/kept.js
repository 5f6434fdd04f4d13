// Answers that could not be sent yet, in the phone's own storage (REL-03): where to, which fields,
// under which key. Never a name or a birth date; only forms marked data-keep come here.
const MARK = "unsent:";
const UNKEPT = ["csrf_token", "idempotency_key"];

// Path and query: the query says where to go on afterwards.
export function whereTo(form) {
  const address = new URL(form.action, document.baseURI);
  return address.pathname + address.search;
}

// Whether both are about the same question.
export function areAlike(action, other) {
  return action.split("?")[0] === other.split("?")[0];
}

export function entryOf(form, button) {
  const fields = Array.from(new FormData(form)).filter(([name]) => !UNKEPT.includes(name));
  if (button && button.name) fields.push([button.name, button.value]);
  const action = whereTo(form);
  return { key: form.elements.idempotency_key.value, action, fields, at: Date.now() };
}

// What was tried from each form of this page. Another answer is another act: it gets a key of its
// own, or the server would refuse it as a changed repeat, and a newer version, or it would lose.
const tried = new WeakMap();

export function freshEntryOf(form, button) {
  let entry = entryOf(form, button);
  const said = (one) => JSON.stringify(one.fields.filter(([name]) => name !== "version"));
  if (tried.has(form) && tried.get(form) !== said(entry)) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    form.elements.idempotency_key.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const version = form.elements.version;
    if (version) version.value = String(Number(version.value) + 1);
    entry = entryOf(form, button);
  }
  tried.set(form, said(entry));
  return entry;
}

// True when the phone has it. A newer answer to the same question takes the older one's place.
export function keep(entry) {
  try {
    for (const older of kept()) if (areAlike(older.action, entry.action)) forget(older);
    localStorage.setItem(MARK + entry.key, JSON.stringify(entry));
    return true;
  } catch (refused) {
    return false;
  }
}

export function kept() {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(MARK))
      .map((name) => JSON.parse(localStorage.getItem(name)))
      .sort((one, other) => one.at - other.at);
  } catch (refused) {
    return [];
  }
}

export function forget(entry) {
  try {
    localStorage.removeItem(MARK + entry.key);
  } catch (refused) {
    // Nothing was stored, so nothing is left behind.
  }
}
