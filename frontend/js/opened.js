// Says once that a topic was opened, when somebody has had it before them for a while: looking itself
// changes nothing, so that scanners of mail and links do not count as readers (SEC-08).
const A_WHILE = 5000;

export function startOpened() {
  const form = document.getElementById("said");
  if (!form || !form.action.includes("/learn/")) return;
  setTimeout(() => {
    if (document.hidden) return;
    const body = new URLSearchParams({ said: "opened", csrf_token: form.elements.csrf_token.value });
    fetch(form.action, { method: "POST", body, keepalive: true }).catch(() => {});
  }, A_WHILE);
}
