"""Ways to use a phone, and what people do with it: come in, answer, send."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from playwright.sync_api import Locator, Page

from tests.web.test_templates_browser import AXE

BIRTH_DATE = ("3", "March", "1975")


class Finger:
    """Taps, as on glass; with script or without."""

    def press(self, page: Page, target: Locator) -> None:
        """Tap what leads to another page, and wait for it."""
        with page.expect_navigation():
            target.tap()

    def choose(self, page: Page, option: Locator) -> None:
        """Tap the row of an answer."""
        page.locator(f"label[for='{option.get_attribute('id')}']").tap()

    def write(self, page: Page, box: Locator, text: str) -> None:
        """Tap a box and type."""
        box.tap()
        box.fill(text)


class Keys:
    """Tab, arrows, Space and Enter, and no pointer at all."""

    most_tabs = 60

    def press(self, page: Page, target: Locator) -> None:
        """Tab to it and press Enter."""
        self._reach(page, target)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    def choose(self, page: Page, option: Locator) -> None:
        """Tab into the group, then Space and arrows until it is the chosen one."""
        group = page.locator(f"input[name='{option.get_attribute('name')}']")
        self._reach(page, group)
        page.keyboard.press("Space")
        for _ in range(group.count()):
            if option.is_checked():
                return
            page.keyboard.press("ArrowDown")
        assert option.is_checked(), "the arrows do not reach this answer"

    def write(self, page: Page, box: Locator, text: str) -> None:
        """Tab to a box and type."""
        self._reach(page, box)
        page.keyboard.press("Control+A")
        page.keyboard.type(text)

    def _reach(self, page: Page, target: Locator) -> None:
        for _ in range(self.most_tabs):
            if target.evaluate_all("(all) => all.includes(document.activeElement)"):
                return
            page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target} on {page.url}")


Hand = Finger | Keys


def button(page: Page, name: str) -> Locator:
    """A button, or a link that looks like one."""
    return page.get_by_role("button", name=name, exact=True)


def come_in(hand: Hand, page: Page, link: str, *, who: str = "self") -> None:
    """From the link in the text to the page before the first question."""
    page.goto(link)
    hand.press(page, button(page, "Start now"))
    give_birth_date(hand, page)
    hand.choose(page, page.locator(f"input[value='{who}']"))
    hand.press(page, button(page, "Continue"))


def give_birth_date(hand: Hand, page: Page, parts: Sequence[str] = BIRTH_DATE) -> None:
    """Type a date of birth, a month as a word, and go on."""
    for name, text in zip(("day", "month", "year"), parts, strict=True):
        hand.write(page, page.locator(f"input[name='{name}']"), text)
    hand.press(page, button(page, "Continue"))


def answer(hand: Hand, page: Page, *, number: int = 1, scale: str = "70") -> None:
    """Give the answer of this row (from 0), or this number on the scale, and go on."""
    options = page.locator("input[type=radio]")
    if options.count():
        hand.choose(page, options.nth(number))
    else:
        hand.write(page, page.locator("input[inputmode=numeric]"), scale)
    hand.press(page, button(page, "Continue"))


def heading(page: Page) -> str:
    """The one h1 of a page."""
    return page.get_by_role("heading", level=1).inner_text()


def finish(hand: Hand, page: Page, *, look: Callable[[Page], None] = lambda page: None) -> None:
    """Answer whatever is asked from here on, check, send, and stop at the thank-you page."""
    while "/questions/" in page.url:
        look(page)
        answer(hand, page)
    look(page)
    hand.press(page, button(page, "Send my answers"))
    assert heading(page) == "We have your answers"
    look(page)


def axe(page: Page) -> list[str]:
    """What axe finds on this page, of any impact."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then((r) => r.violations)")
    return [f"{page.url}: {f['impact']} {f['id']} {f['nodes'][0]['target']}" for f in found]


def ways_on(page: Page) -> int:
    """What can be pressed to get on from here; telephone numbers and the skip link do not count."""
    return page.locator("main a[href]:not([href^='tel:']), main button, .nhsuk-back-link").count()
