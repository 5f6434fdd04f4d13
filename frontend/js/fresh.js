// A page kept by the browser after a lock or an answer sent elsewhere would show what is no longer so.
export function startFresh() {
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
