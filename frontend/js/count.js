// Counts down the characters left, said politely once typing pauses.
export function startCount() {
  for (const area of document.querySelectorAll("textarea[data-count]")) {
    const place = document.getElementById(area.dataset.count);
    let wait = 0;
    const say = () => {
      place.textContent = place.dataset.words.replace("{n}", area.maxLength - area.value.length);
    };
    area.addEventListener("input", () => {
      clearTimeout(wait);
      wait = setTimeout(say, 500);
    });
    say();
  }
}
