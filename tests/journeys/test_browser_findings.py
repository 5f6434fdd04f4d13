"""A clinician fills in a form, and a patient tells in private, on any screen and without script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.rules import STAFF_LIFE
from tests.appointments.world import make_visit
from tests.factories import make_episode, make_patient, make_service, make_staff
from tests.journeys.browser import Site, phone, remember, someone, stand_at
from tests.journeys.hands import axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "/staff/patients/{patient}/findings",
    "/staff/patients/{patient}/findings/medicines_review",
    "/staff/patients/{patient}/private",
    "/staff/reviews",
    "/staff/triage",
    "/staff/questions",
    "/staff/findings",
    "/staff/incidents",
    "/staff/missing",
    "/staff/downtime",
    "/staff/questionnaires",
    "/staff",
    "/staff/patients/{patient}",
)


def _picture(page: Page, name: str) -> None:
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("width", [1280, 375, 320])
def test_clin_11_what_clinicians_fill_in_and_read_is_sound_on_any_screen(
    browser: Browser, site: Site, width: int
) -> None:
    """CLIN-11: axe finds nothing, nothing goes sideways; kept as pictures where PICTURES says."""
    with site.database() as session:
        service = make_service(session, profile="bassetlaw", schedule="bassetlaw")
        person = make_patient(session, service, nhs_number="9990000026")
        make_visit(session, person, episode=make_episode(session, person))
        staff = make_staff(session, service)
        secret = open_session(service_id=service.id, staff_id=staff.id, now=site.at, life=STAFF_LIFE)
    desk = phone(browser, site, viewport={"width": width, "height": 667}, has_touch=False)
    remember(site, desk, secret, Kind.STAFF)
    page = desk.new_page()
    for number, address in enumerate(PAGES):
        page.goto(address.format(patient=person.id))
        _picture(page, f"findings-{width}-{number:02d}")
        assert axe(page) == []
        assert page.evaluate(SIDEWAYS) <= 0, address
    desk.close()


def test_d32_telling_in_private_needs_no_script_and_leaves_nothing_on_the_phone(
    browser: Browser, site: Site
) -> None:
    person = someone(site, "pseq")
    bare = phone(browser, site, java_script_enabled=False)
    page = bare.new_page()
    stand_at(site, page, person, "/private")
    page.fill("textarea[name=words]", "He hits me.")
    page.check("input[value=next_visit]")
    _picture(page, "private-375")
    page.click("main button")
    assert page.url.endswith("/private/thanks")
    page.goto("/private")
    assert "He hits me" not in page.content()
    bare.close()
