"""Given an old phone, large text or a language from right to left, the library can be read (3.9)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from patientapp.content.library import default_library
from tests.journeys.browser import PHONE, Site, phone
from tests.journeys.hands import axe
from tests.journeys.test_browser_looks import LARGE_TEXT, SIDEWAYS, weighed

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ADDRESSES = ["/learn", "/learn/search?q=slepe", "/learn/flare-ups", "/learn/opioids/print?large=1"]
MOST = 120 * 1024


@pytest.mark.parametrize("lang", ["en", "ar", "ur", "pa"])
def test_clin_11_the_library_stands_on_a_small_phone_in_each_script(page: Page, lang: str) -> None:
    """Section 10: 375x667, twice the text at 320 px, right to left, axe clean."""
    troubles = []
    for address in ADDRESSES:
        page.set_viewport_size(PHONE)
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={lang}")
        wanted = "rtl" if lang in {"ar", "ur"} else "ltr"
        assert page.evaluate("getComputedStyle(document.body).direction") == wanted
        troubles += axe(page)
        page.set_viewport_size({"width": 320, "height": 568})
        page.evaluate(LARGE_TEXT)
        if page.evaluate(SIDEWAYS) > 0:
            troubles.append(f"{address} in {lang}: sideways at twice the text")
    assert troubles == []


def test_section_10_a_topic_page_is_at_most_120_kb(page: Page, context: BrowserContext) -> None:
    sizes = []
    for topic in ("flare-ups", "opioids"):
        with weighed(context, page) as wire:
            page.goto(f"/learn/{topic}")
        sizes.append(sum(wire))
    print(f"topic pages: {max(sizes) / 1024:.1f} KB")
    assert 0 < max(sizes) <= MOST


def test_3_9_without_script_a_topic_is_found_read_and_judged(browser: Browser, site: Site) -> None:
    with phone(browser, site, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/learn")
        page.get_by_label("Search in plain words").fill("exersise")
        page.get_by_role("button", name="Search").click()
        page.get_by_role("link", name=default_library().page("moving-more", "en").title).click()
        assert re.search("/learn/moving-more", page.url)
        assert page.get_by_role("link", name="999").first.is_visible()
        page.get_by_role("button", name="Yes").click()
        assert page.get_by_role("heading", name="Thank you").is_visible()
