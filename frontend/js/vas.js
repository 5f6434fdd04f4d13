// The 0 to 100 scale: a tap on the picture or on a button fills the box, and the box moves the mark.
// The box is the truth; nothing is marked before the first tap, and scrolling changes nothing.
const TOP = 10;
const UNIT = 3.8;

// Any script's digits, as the server reads them too; null for anything else than 0 to 100.
function wholeNumber(text) {
  const plain = text.trim().replace(/\p{Nd}/gu, (digit) => {
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0) - value - 1))) value += 1;
    return String(value);
  });
  return /^\d{1,3}$/.test(plain) && Number(plain) <= 100 ? Number(plain) : null;
}

function oneScale(place) {
  const box = place.querySelector("input");
  const picture = place.querySelector("svg");
  const mark = picture.querySelector(".app-scale__mark");
  const steps = Array.from(place.querySelectorAll("[data-step]"));
  const draw = () => {
    const value = wholeNumber(box.value);
    for (const button of steps) button.disabled = value === null;
    mark.setAttribute("visibility", value === null ? "hidden" : "visible");
    if (value !== null) mark.setAttribute("transform", `translate(0 ${TOP + (100 - value) * UNIT})`);
  };
  const put = (value) => {
    box.value = String(Math.min(100, Math.max(0, value)));
    draw();
  };
  picture.addEventListener("click", (event) => {
    const frame = picture.getBoundingClientRect();
    const y = ((event.clientY - frame.top) / frame.height) * picture.viewBox.baseVal.height;
    put(Math.round(100 - (y - TOP) / UNIT));
  });
  for (const button of steps) {
    button.addEventListener("click", () => put(wholeNumber(box.value) + Number(button.dataset.step)));
  }
  box.addEventListener("input", draw);
  place.querySelector(".app-scale__steps").hidden = false;
  draw();
}

export function startVas() {
  document.querySelectorAll("[data-scale]").forEach(oneScale);
}
