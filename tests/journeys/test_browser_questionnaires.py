"""Given a text with a link, when all six questionnaires are answered, none is a dead end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from patientapp.feedback.models import FftTally
from patientapp.jobs import dispatch_once, plan_once
from patientapp.messaging.models import LocalPhoneText
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.journeys.browser import Site, Someone, phone, responses, someone
from tests.journeys.conftest import stop_clock
from tests.journeys.hands import Finger, Hand, Keys, axe, button, come_in, finish, heading, ways_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IN_PACKS = ("eq5d5l", "bpi_sf", "pseq", "start_back", "collaborate")
QUESTIONS = 6 + 11 + 10 + 9 + 3
WAYS: dict[str, tuple[Hand, dict[str, Any]]] = {
    "touch": (Finger(), {}),
    "keyboard": (Keys(), {"has_touch": False}),
    "no script": (Finger(), {"java_script_enabled": False}),
}


def texted(site: Site, person: Someone, page: Page) -> str:
    """The address in the newest text on this person's phone."""
    plan_once(site.app)
    dispatch_once(site.app)
    with site.database() as session:
        number = session.get_one(Patient, person.patient_id).mobile
    page.goto(f"/dev/phone/{number}")
    return str(page.locator("main a[href*='/q/']").first.get_attribute("href"))


def walk(hand: Hand, page: Page, address: str, look: Callable[[Page], None]) -> None:
    """Every set of questions, from the link to the scores."""
    come_in(hand, page, address)
    look(page)
    hand.press(page, button(page, "Continue"))
    look(page)
    hand.press(page, page.locator("main a").first)
    for left in range(len(IN_PACKS) - 1, -1, -1):
        finish(hand, page, look=look)
        following = page.get_by_role("button", name="Next: ")
        assert following.count() == (1 if left else 0)
        if left:
            hand.press(page, following)
    hand.press(page, page.get_by_role("link", name="See what your answers say"))
    assert heading(page) == "What your answers say"
    look(page)


def give_feedback(hand: Hand, page: Page, slug: str, look: Callable[[Page], None]) -> None:
    page.goto(f"/feedback/{slug}")
    look(page)
    hand.choose(page, page.locator("input[type=radio]").nth(1))
    hand.write(page, page.locator("textarea"), "They listened")
    hand.press(page, button(page, "Send my feedback"))
    assert heading(page) == "Thank you"


@pytest.mark.parametrize("way", WAYS)
def test_clin_11_six_questionnaires_without_a_dead_end(browser: Browser, site: Site, way: str) -> None:
    hand, over = WAYS[way]
    person = someone(site, *IN_PACKS)
    context = phone(browser, site, **over)
    page, seen, troubles = context.new_page(), set(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))

    def look(page: Page) -> None:
        seen.add(page.url)
        troubles.extend([] if ways_on(page) else [f"{page.url}: no way on"])
        troubles.extend(axe(page) if way == "touch" else [])

    walk(hand, page, texted(site, person, page), look)
    given = responses(site, person)
    assert sum(len(one.answers) for one in given) == QUESTIONS
    assert all(isinstance(value, int) for one in given for value in one.answers.values())
    slug, before = service_of(site, person), tally(site, person)
    give_feedback(hand, page, slug, look)
    assert (before, tally(site, person)) == ([], [(2, 1)])
    assert len(seen) == QUESTIONS + 2 * len(IN_PACKS) + 4
    assert troubles == []
    context.close()


def service_of(site: Site, person: Someone) -> str:
    with site.database() as session:
        return session.get_one(Service, person.service_id).slug


def tally(site: Site, person: Someone) -> list[tuple[int, int]]:
    with site.database() as session:
        rows = session.scalars(sa.select(FftTally).filter_by(service_id=person.service_id))
        return [(row.response, row.count) for row in rows]


def test_the_same_on_postgresql(
    browser: Browser, postgresql_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = stop_clock(postgresql_site, monkeypatch)
    person = someone(site, "collaborate")
    context = phone(browser, site)
    page, hand = context.new_page(), Finger()
    come_in(hand, page, person.link)
    hand.press(page, button(page, "Continue"))
    finish(hand, page)
    assert [one.answers for one in responses(site, person)] == [{"q1": 1, "q2": 1, "q3": 1}]
    context.close()


def test_link_06_the_text_leads_to_our_own_address(site: Site, page: Page) -> None:
    person = someone(site, "pseq")
    assert texted(site, person, page).startswith(f"{site.url}/q/")
    with site.database() as session:
        mobile = session.get_one(Patient, person.patient_id).mobile
        body = session.scalars(sa.select(LocalPhoneText.body).filter_by(to_number=mobile)).one()
    assert "Sam" not in body
