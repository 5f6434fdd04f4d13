import { areAlike, forget, freshEntryOf, keep, kept, whereTo } from "./kept.js";
import { send } from "./send.js";

const TOO_OLD = 72 * 60 * 60 * 1000;
const TRY_AGAIN_AFTER = 30000;
let banner, line, again, drop;
let loose = null;
let sending = null;
let wanted = false;
let timer = 0;
let lastButton = null;

function say(words, buttons = []) {
  banner.hidden = !words;
  again.hidden = !buttons.includes(again);
  drop.hidden = !buttons.includes(drop);
  // The region must be on the page before its words change, or it is not read out.
  setTimeout(() => {
    line.textContent = words ? banner.dataset[words] : "";
  }, 50);
}

function formOf(entry) {
  const forms = Array.from(document.querySelectorAll("form[data-keep]"));
  return forms.find((form) => areAlike(whereTo(form), entry.action));
}

// Hands the form to the browser after all, so that the server's own page is shown.
function hand(entry, form) {
  forget(entry);
  for (const [name, value] of entry.fields) {
    if (form.elements[name] && form.elements[name].type !== "submit") continue;
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  HTMLFormElement.prototype.submit.call(form);
}

// A weak signal that comes and goes is told to nobody: look again by ourselves.
function wait() {
  say(loose ? "stay" : "kept", [again]);
  clearTimeout(timer);
  timer = setTimeout(() => retry(false), TRY_AGAIN_AFTER);
}

// Whether the person has answered the same question again meanwhile.
function isOvertaken(entry) {
  const waiting = loose ? [loose, ...kept()] : kept();
  return waiting.some((one) => one.key !== entry.key && areAlike(one.action, entry.action));
}

function isAdvice(next) {
  return next.includes("/advice/");
}

// What to do now comes first, with or without a signal (CLIN-02).
function advise(entry) {
  const cards = document.getElementById("advice");
  if (!cards) return;
  const worrying = cards.dataset.values.split(" ");
  const isWorrying = ([name, value]) => name === cards.dataset.name && worrying.includes(value);
  cards.hidden = !entry.fields.some(isWorrying);
  if (!cards.hidden) cards.focus();
}

// What becomes of an answer given on this very page.
function settleHere(entry, form, result) {
  const overtaken = isOvertaken(entry);
  if (result.state === "sent") {
    forget(entry);
    if (!overtaken || isAdvice(result.next)) window.location.assign(result.next);
  } else if (overtaken) {
    forget(entry);
  } else if (result.state === "locked" && kept().some((one) => one.key === entry.key)) {
    window.location.assign(window.location.href);
  } else if (result.state === "waiting") {
    wait();
  } else {
    hand(entry, form);
  }
}

// What becomes of an answer from an earlier page. Another person's session, or none, leaves it be.
function settleOther(entry, result) {
  if (result.state === "sent" || result.state === "answered") forget(entry);
  else if (result.state === "waiting") wait();
  else if (result.status !== 404 && result.status !== 401) say("refused", [drop]);
  if (result.state === "sent" && isAdvice(result.next)) window.location.assign(result.next);
  return result.state === "sent";
}

async function submit(form, button) {
  const entry = freshEntryOf(form, button);
  advise(entry);
  // While an earlier answer is on its way this one waits for it; a second tap on it changes nothing.
  if (sending && sending.key === entry.key) return;
  loose = keep(entry) ? null : entry;
  if (sending) wanted = true;
  else await sendHere(entry, form);
}

async function attempt(entry) {
  sending = entry;
  const result = await send(entry);
  sending = null;
  return result;
}

async function sendHere(entry, form) {
  const slow = setTimeout(() => say("sending"), 800);
  const result = await attempt(entry);
  clearTimeout(slow);
  settleHere(entry, form, result);
  resume();
}

// What was asked for while another answer was on its way: a signal that came back, a tap.
function resume() {
  if (!wanted) return;
  wanted = false;
  retry(false);
}

async function retry(opened) {
  if (sending) {
    wanted = true;
    return;
  }
  const entries = loose ? [loose] : kept();
  let sent = 0;
  let isStale = !document.querySelector("main form :not([type=hidden]):is(input, textarea)");
  for (const entry of entries) {
    const form = formOf(entry);
    if (form && (loose || !opened)) return sendHere(entry, form);
    if (Date.now() - entry.at > TOO_OLD) {
      say("refused", [drop]);
      continue;
    }
    if (!settleOther(entry, await attempt(entry))) continue;
    sent += 1;
    isStale = isStale || Boolean(form);
  }
  if (wanted) return resume();
  if (!sent) return;
  // A list shows what was before; a form that somebody is filling in is left alone.
  if (opened && isStale) window.location.reload();
  else if (kept().length === 0) say("sent");
}

function dropRefused() {
  kept().forEach(forget);
  say("");
}

export function startUnsent() {
  banner = document.getElementById("unsent");
  if (!banner || !window.fetch) return;
  line = banner.querySelector("p");
  again = banner.querySelector("[data-again]");
  drop = banner.querySelector("[data-drop]");
  document.addEventListener("click", (event) => {
    lastButton = event.target.closest("button");
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.hasAttribute("data-keep")) return;
    event.preventDefault();
    submit(event.target, event.submitter || lastButton);
  });
  again.addEventListener("click", () => retry(false));
  drop.addEventListener("click", dropRefused);
  window.addEventListener("online", () => retry(false));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") retry(false);
  });
  retry(true);
}
