"""Given old phones, large text and slow lines, when any page is opened, it can be read and is small."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from patientapp import i18n
from patientapp.services.models import Service
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.rules import STAFF_LIFE
from tests.factories import make_staff
from tests.journeys.browser import Site, Someone, phone, remember, someone, stand_at
from tests.journeys.hands import Finger, answer, axe, button, finish

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HAND = Finger()
FIRST_PAGE, NEXT_QUESTION = 60 * 1024, 8 * 1024
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@contextmanager
def weighed(context: BrowserContext, page: Page) -> Iterator[list[float]]:
    """The bytes on the wire, headers and all, of what is loaded meanwhile."""
    wire, seen = context.new_cdp_session(page), []
    wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: seen.append(event["encodedDataLength"]))
    yield seen
    page.wait_for_load_state("networkidle")
    wire.detach()


def test_perf_the_first_page_and_each_next_question_are_light(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = someone(site, "eq5d5l", "collaborate")
    with weighed(context, page) as first:
        page.goto(person.link)
    stand_at(site, page, person, "/tasks")
    sizes: list[float] = []
    for task in range(2):
        page.goto(person.question(1, task=task))
        while "/questions/" in page.url:
            with weighed(context, page) as one:
                answer(HAND, page)
            sizes.append(sum(one))
    print(f"first page {sum(first) / 1024:.1f} KB; next pages at most {max(sizes) / 1024:.1f} KB")
    assert 0 < sum(first) <= FIRST_PAGE
    assert min(sizes) > 0
    assert max(sizes) <= NEXT_QUESTION


def addresses(person: Someone) -> list[str]:
    """A page of each kind that a patient meets."""
    task = person.tasks[0]
    return [
        "/",
        person.link,
        "/q/nothing",
        "/date-of-birth",
        "/who",
        "/for-someone-else",
        "/before-you-begin",
        "/tasks",
        person.question(5),
        person.question(6),
        person.question(1, task=1),
        person.question(9, task=2),
        f"/tasks/{task}/check",
        f"/tasks/{task}/advice/emergency",
        f"/tasks/{task}/advice/urgent",
        f"/tasks/{person.tasks[3]}/thank-you",
        "/scores",
        "/nowhere",
        "/phone-locked",
    ]


@pytest.fixture
def half_way(site: Site, page: Page) -> Someone:
    """A person with one set sent, one begun and two to do."""
    person = someone(site, "eq5d5l", "bpi_sf", "start_back", "collaborate")
    stand_at(site, page, person, person.question(1, task=3))
    finish(HAND, page)
    page.goto(person.question(1))
    answer(HAND, page, number=3)
    return person


def test_clin_11_no_page_needs_sideways_scroll_or_fails_axe(page: Page, half_way: Someone) -> None:
    troubles = []
    for address in addresses(half_way):
        page.set_viewport_size({"width": 375, "height": 667})
        page.goto(address)
        troubles += axe(page)
        page.set_viewport_size({"width": 320, "height": 568})
        page.evaluate(LARGE_TEXT)
        if page.evaluate(SIDEWAYS) > 0:
            troubles.append(f"{address}: sideways at twice the text")
    assert troubles == []


BLAME = re.compile(
    r"\b(fail(ed|ure)?|refused?|invalid|simply|just|should|suffer(ing)?|did not attend)\b", re.I
)
WORDS_IN_A_SENTENCE = 20


def test_words_are_short_and_never_blame(page: Page, half_way: Someone) -> None:
    troubles = []
    for address in addresses(half_way):
        page.goto(address)
        for block in page.locator(
            "h1, h2, main p, main li, legend, label, .nhsuk-hint"
        ).all_inner_texts():
            for sentence in re.split(r"(?<=[.!?:])\s+", block):
                if BLAME.search(sentence) or len(sentence.split()) > WORDS_IN_A_SENTENCE:
                    troubles.append(f"{address}: {sentence}")
    assert troubles == []


def test_clin_11_pages_stand_from_right_to_left(
    page: Page, half_way: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "direction", lambda language: "rtl")
    troubles = []
    page.set_viewport_size({"width": 320, "height": 568})
    for address in addresses(half_way):
        page.goto(address)
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
        if page.evaluate(SIDEWAYS) > 0:
            troubles.append(address)
    assert troubles == []
    page.goto(half_way.question(5))
    circle, row = (
        page.locator(".nhsuk-radios__input").first.bounding_box(),
        page.locator(".nhsuk-radios__item").first.bounding_box(),
    )
    assert circle
    assert row
    assert circle["x"] + circle["width"] / 2 > row["x"] + row["width"] / 2
    HAND.choose(page, page.locator("input[type=radio]").nth(2))
    HAND.press(page, button(page, "Continue"))
    assert page.url.endswith(half_way.question(6))


def test_clin_11_staff_pages_pass_axe_on_a_desk_and_a_phone(
    browser: Browser, site: Site, page: Page, half_way: Someone
) -> None:
    with site.database() as session:
        service = session.get_one(Service, half_way.service_id)
        secret = open_session(
            service_id=service.id, staff_id=make_staff(session, service).id, now=site.at, life=STAFF_LIFE
        )
    desk = phone(browser, site, viewport={"width": 1280, "height": 800}, has_touch=False)
    remember(site, desk, secret, Kind.STAFF)
    view, troubles = desk.new_page(), []
    for address in staff_addresses(half_way):
        answered = view.goto(address)
        assert answered
        assert answered.status == 200, address
        troubles += axe(view)
        view.set_viewport_size({"width": 320, "height": 568})
        troubles += [f"{address}: sideways"] if view.evaluate(SIDEWAYS) > 0 else []
        view.set_viewport_size({"width": 1280, "height": 800})
    assert troubles == []
    desk.close()


def staff_addresses(person: Someone) -> list[str]:
    return [
        "/staff/sign-in",
        "/staff",
        "/staff/service",
        "/staff/patients",
        "/staff/patients/new",
        f"/staff/patients/{person.patient_id}",
        f"/staff/patients/{person.patient_id}/episodes/new",
        f"/staff/patients/{person.patient_id}/timeline",
        f"/staff/patients/{person.patient_id}/goals",
        f"/staff/patients/{person.patient_id}/who-looked",
        f"/staff/patients/{person.patient_id}/answers",
        f"/staff/patients/{person.patient_id}/answers/paper/pseq/1",
        "/staff/answers",
        "/staff/lists/no_answer",
        "/staff/lists/no_progress",
    ]
