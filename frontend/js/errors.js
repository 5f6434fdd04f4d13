// Takes the reader to the summary of what went wrong, and from there to the field.
export function startErrors() {
  const summary = document.querySelector(".nhsuk-error-summary");
  if (!summary) return;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
