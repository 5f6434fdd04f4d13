"""Given people who tire and change their minds, when they answer, they find their way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from patientapp.worklist.models import WorkItem
from tests.journeys.browser import Site, begin, drafts, new_link, phone, responses, someone
from tests.journeys.hands import Finger, answer, button, come_in, finish, give_birth_date, heading

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HAND = Finger()
CHOSEN = "input:checked"


def test_no_answer_is_asked_for_once_and_skip_always_works(site: Site, page: Page) -> None:
    person = begin(site, page)
    HAND.press(page, button(page, "Continue"))
    assert page.title().startswith("Error: ")
    assert page.evaluate("document.activeElement.className") == "nhsuk-error-summary"
    page.get_by_role("link", name="Choose an answer, or skip this question").tap()
    assert page.evaluate("document.activeElement.id") == "q1"
    HAND.press(page, button(page, "Skip this question"))
    assert page.url.endswith(person.question(2))
    assert drafts(site, person) == {"q1": None}


@pytest.mark.parametrize("way", ["link", "browser"])
def test_back_shows_the_earlier_answer_still_chosen(site: Site, page: Page, way: str) -> None:
    person = begin(site, page)
    answer(HAND, page, number=4)
    if way == "link":
        HAND.press(page, page.get_by_role("link", name="Back", exact=True))
    else:
        page.go_back()
    assert page.url.endswith(person.question(1))
    assert page.locator(CHOSEN).get_attribute("value") == "4"
    answer(HAND, page, number=5)
    assert page.url.endswith(person.question(2))
    assert drafts(site, person) == {"q1": 5}


def test_an_answer_is_changed_and_a_skipped_one_given_from_the_check_page(site: Site, page: Page) -> None:
    person = begin(site, page, "collaborate")
    HAND.press(page, button(page, "Skip this question"))
    answer(HAND, page, number=3)
    answer(HAND, page, number=3)
    first = page.locator(".nhsuk-summary-list__row").first
    assert "Skipped" in first.inner_text()
    HAND.press(page, first.get_by_role("link", name="Answer now"))
    answer(HAND, page, number=7)
    HAND.press(page, page.get_by_role("link", name="Change").nth(2))
    assert page.locator(CHOSEN).get_attribute("value") == "3"
    answer(HAND, page, number=2)
    assert heading(page) == "Check your answers"
    HAND.press(page, button(page, "Send my answers"))
    assert [one.answers for one in responses(site, person)] == [{"q1": 7, "q2": 3, "q3": 2}]


def test_half_way_on_one_phone_goes_on_on_another(site: Site, page: Page, browser: Browser) -> None:
    person = begin(site, page)
    for _ in range(3):
        answer(HAND, page, number=2)
    site.wait(days=3)
    other = phone(browser, site)
    again = other.new_page()
    come_in(HAND, again, new_link(site, person))
    HAND.press(again, button(again, "Continue"))
    assert again.url.endswith(person.question(4))
    finish(HAND, again)
    answers = responses(site, person)[0].answers
    assert [answers[f"q{n}"] for n in (1, 2, 3, 4)] == [2, 2, 2, 1]
    other.close()


def test_the_scale_by_box_by_tap_and_by_one_more_and_one_less(site: Site, page: Page) -> None:
    person = begin(site, page, "eq5d5l")
    page.goto(person.question(6))
    HAND.write(page, page.get_by_label("Your answer, 0 to 100"), "101")
    HAND.press(page, button(page, "Continue"))
    assert page.title().startswith("Error: ")
    box = page.get_by_label("Your answer, 0 to 100")
    HAND.write(page, box, "٦٤")
    page.get_by_role("button", name="1 more").tap()
    assert box.input_value() == "65"
    page.locator(".app-scale__picture svg").tap(position={"x": 70, "y": 10 + 3.8 * 20})
    assert box.input_value() in {"79", "80", "81"}
    tapped = int(box.input_value())
    page.get_by_role("button", name="1 less").tap()
    HAND.press(page, button(page, "Continue"))
    assert drafts(site, person) == {"vas": tapped - 1}


def test_clin_02_a_risk_answer_shows_advice_before_anything_else(site: Site, page: Page) -> None:
    person = begin(site, page, "eq5d5l")
    for _ in range(4):
        answer(HAND, page)
    answer(HAND, page, number=4)
    assert heading(page) == "Help for you now"
    card = page.locator(".nhsuk-card").first
    assert "Need to talk to someone now?" in card.inner_text()
    assert card.get_by_role("link", name="116 123").bounding_box()["y"] < 667  # type: ignore[index]
    with site.database() as session:
        alerts = session.scalars(sa.select(WorkItem).filter_by(patient_id=person.patient_id)).all()
    assert [(alert.kind, alert.reason) for alert in alerts] == [("alert", "ad_worst")]
    HAND.press(page, button(page, "Go on with the questions"))
    assert page.url.endswith(person.question(6))
    finish(HAND, page)
    cards = [text.strip() for text in page.locator(".nhsuk-card__heading").all_inner_texts()]
    assert [text.splitlines()[-1] for text in cards] == [
        "Need to talk to someone now?",
        "Call 111 now, or ask your GP for an urgent appointment, if:",
        "Call 999 or go to A&E now if:",
    ]


def test_link_04_a_wrong_date_of_birth_is_kept_on_the_page_and_a_right_one_goes_on(
    site: Site, page: Page
) -> None:
    person = someone(site, "pseq")
    page.goto(person.link)
    HAND.press(page, button(page, "Start now"))
    give_birth_date(HAND, page, ("3", "3", "1957"))
    assert page.get_by_role("alert").get_by_text("That does not match our record.").is_visible()
    assert page.locator("input[name=year]").input_value() == "1957"
    give_birth_date(HAND, page, ("٣", "mar", "1975"))
    assert heading(page) == "Who is answering?"


def test_a_text_for_somebody_else_ends_its_link_and_says_whom_to_call(site: Site, page: Page) -> None:
    person = someone(site, "pseq")
    page.goto(person.link)
    HAND.press(page, button(page, "This text is not for me"))
    assert page.locator("main a[href^='tel:']").count() == 1
    page.goto(person.link)
    assert heading(page) == "This link has ended"
