"""The pages in a real browser: findings, targets, reflow, the scale, keys, no script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web import gallery
from tests.web.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PAGES = [*sorted(gallery.PAGES), "problem"]
# Everything that can be tapped; the inputs of answers are measured by their rows.
SMALL = """() => Array.from(document.querySelectorAll("a, button, input, textarea, label"))
  .filter((e) => e.offsetParent && e.type !== "hidden" && !e.closest("p, .nhsuk-skip-link"))
  .map((e) => e.closest(".nhsuk-radios__item, .nhsuk-checkboxes__item") || e)
  .map((e) => e.closest(".nhsuk-task-list__item") || e)
  .filter((e) => e.matches("label") === false || e.closest(".app-answers"))
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 43.9 || box.width < 32)
  .map(([html, box]) => html + " " + box.width + "x" + box.height)"""


@pytest.mark.parametrize("name", PAGES)
def test_clin_11_axe_finds_nothing_and_each_target_is_44_pixels(page: Page, name: str) -> None:
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"/{name}?wrong=1")
    page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((r) => r.violations)")
    assert [(f["id"], [n["target"] for n in f["nodes"]]) for f in found] == []
    assert page.evaluate(SMALL) == []
    assert troubles == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("name", PAGES)
def test_clin_11_twice_the_text_on_320_pixels_needs_no_sideways_scroll(
    page: Page, name: str, direction: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"/{name}?wrong=1&dir={direction}")
    page.evaluate("document.documentElement.style.fontSize = '212.5%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("width", "horizontal"), [(375, False), (640, False), (641, True)])
def test_numbers_stand_on_phones_and_lie_from_641_pixels(
    page: Page, width: int, horizontal: bool
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/row")
    boxes = [row.bounding_box() for row in page.locator(".nhsuk-radios__item").all()]
    sizes = [(box["width"], box["height"]) for box in boxes if box]
    assert len(sizes) == 11
    assert (len({box["y"] for box in boxes if box}) == 1) is horizontal
    assert all(w >= 44 and h >= 46 for w, h in sizes)
    assert max(w for w, _ in sizes) - min(w for w, _ in sizes) < 1


def test_six_numbers_and_continue_fit_on_a_small_phone(page: Page) -> None:
    page.goto("/row6")
    box = page.get_by_role("button", name="Continue").bounding_box()
    assert box
    assert box["y"] + box["height"] <= PHONE["height"] + 20


def test_the_whole_row_is_the_target(page: Page) -> None:
    page.goto("/words")
    row = page.locator(".nhsuk-radios__item").nth(2).bounding_box()
    assert row
    for x in (4, row["width"] / 2, row["width"] - 4):
        page.reload()
        page.touchscreen.tap(row["x"] + x, row["y"] + row["height"] / 2)
        assert page.locator("input:checked").get_attribute("value") == "3"


def test_a_tap_on_the_scale_fills_the_box_and_nothing_is_marked_before(page: Page) -> None:
    page.goto("/vas")
    box, mark = page.get_by_label("Your health today"), page.locator(".app-scale__mark")
    more = page.get_by_role("button", name="1 more")
    assert (box.input_value(), mark.get_attribute("visibility")) == ("", "hidden")
    assert more.is_disabled()
    page.mouse.wheel(0, 200)
    assert box.input_value() == ""
    picture = page.locator(".app-scale__picture svg")
    picture.click(position={"x": 70, "y": 10 + 3.8 * 30})
    assert box.input_value() in {"69", "70", "71"}
    box.fill("99")
    for _ in range(3):
        more.click()
    assert (box.input_value(), mark.get_attribute("visibility")) == ("100", "visible")
    box.fill("٧٣")
    assert "translate(0 112.6)" in (mark.get_attribute("transform") or "")
    box.fill("about 50")
    assert mark.get_attribute("visibility") == "hidden"


@pytest.mark.parametrize("name", sorted(gallery.QUESTIONS))
def test_every_question_can_be_answered_without_script(browser: Browser, site: str, name: str) -> None:
    context = browser.new_context(viewport=PHONE, base_url=site, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/{name}")
    if name == "vas":
        page.get_by_label("Your health today").fill("70")
        assert page.locator("[data-step]:visible").count() == 0
    else:
        page.locator("label").nth(1).click()
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("heading", level=1).inner_text() == "We have your answers"
    context.close()


def test_clin_11_a_question_can_be_answered_by_keyboard_alone(page: Page) -> None:
    page.goto("/words")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.locator("input").nth(2).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/done")
