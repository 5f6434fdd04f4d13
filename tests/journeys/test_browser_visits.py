"""Given a visit, when its person opens the text's link, they keep, change, cancel and take back."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from patientapp.access.viewer import Role
from patientapp.appointments import actions
from patientapp.appointments.models import Appointment
from patientapp.appointments.rules import ServiceReason, VisitKind, VisitMode
from patientapp.links.actions import make_link
from patientapp.links.rules import LinkPurpose
from patientapp.links.tokens import token_of
from patientapp.patients.models import Patient
from patientapp.replies.models import Reply
from patientapp.replies.rules import Meaning, Outcome
from patientapp.services.models import Service
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.rules import STAFF_LIFE
from tests.appointments.world import make_slot, make_visit
from tests.factories import (
    LINK_KEY,
    NOW,
    make_episode,
    make_patient,
    make_service,
    make_staff,
    staff_viewer,
)
from tests.journeys.browser import Site, phone, remember
from tests.journeys.hands import Finger, axe, button, give_birth_date, heading

pytestmark = [pytest.mark.browser, pytest.mark.slow]
HAND = Finger()
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(page: Page, name: str) -> None:
    """Nothing to mend, nothing sideways; kept as a picture where somebody wants to look."""
    assert axe(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def visit_link(site: Site, *, slots: int = 0, **over: object) -> tuple[str, Service]:
    """The link of a text about a visit."""
    with site.database() as session:
        service = make_service(session)
        person = make_patient(session, service)
        visit = make_visit(session, person, **over)  # type: ignore[arg-type]
        for number in range(slots):
            make_slot(session, service, starts_at=NOW + timedelta(days=12 + number, hours=number))
        link = make_link(
            patient_id=person.id,
            service_id=service.id,
            pack_id=visit.id,
            key=LINK_KEY,
            now=site.at,
            purpose=LinkPurpose.VISIT,
        )
        return f"/q/{token_of(link.id, key=LINK_KEY)}", service


def come_in(page: Page, link: str) -> None:
    page.goto(link)
    look(page, "visit-start")
    HAND.press(page, button(page, "Start now"))
    give_birth_date(HAND, page)
    assert heading(page) == "Your visits"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_b22_keep_then_cancel_then_take_it_back(site: Site, browser: Browser, script: bool) -> None:
    link, _service = visit_link(site, slots=2)
    context = phone(browser, site, java_script_enabled=script)
    page = context.new_page()
    if script:
        come_in(page, link)
        look(page, "visits")
    else:
        page.goto(link)
        button(page, "Start now").click()
        give_birth_date(HAND, page)
    button(page, "I am coming").click()
    page.get_by_text("You are coming").wait_for()
    page.get_by_role("link", name="Cancel it").click()
    assert heading(page) == "Cancel this visit?"
    if script:
        look(page, "visit-cancel")
    button(page, "Cancel my visit").click()
    page.get_by_text("You cancelled this visit.").wait_for()
    if script:
        look(page, "visit-cancelled")
    button(page, "Keep this visit").click()
    button(page, "I am coming").wait_for()
    context.close()


def test_b22_choose_another_time_or_ask_for_a_call(site: Site, page: Page) -> None:
    link, _service = visit_link(site, slots=3)
    come_in(page, link)
    page.get_by_role("link", name="Change it").click()
    look(page, "visit-change")
    button(page, "Continue").click()
    assert page.title().startswith("Error:")
    look(page, "visit-change-error")
    page.get_by_role("radio").nth(1).check(force=True)
    button(page, "Continue").click()
    page.get_by_role("heading", name="Monday 5 October 2026 at 11:30am").wait_for()
    page.get_by_role("link", name="Change it").click()
    page.get_by_role("radio").last.check(force=True)
    button(page, "Continue").click()
    assert heading(page) == "We will call you"
    look(page, "visit-call")


def test_b51_video_and_what_we_called_off(site: Site, page: Page) -> None:
    link, service = visit_link(
        site, mode=VisitMode.VIDEO, place="", video_link="https://video.example/moorside"
    )
    with site.database() as session:
        person_id = session.query(Appointment).filter_by(service_id=service.id).one().patient_id
        person = session.get_one(Patient, person_id)
        other = make_visit(
            session,
            person,
            episode=make_episode(session, person),
            starts_at=NOW + timedelta(days=4),
            interpreter=True,
            kind=VisitKind.FIRST,
        )
        actions.call_off(staff_viewer(service), other.id, ServiceReason.STAFF_AWAY, now=NOW)
    come_in(page, link)
    assert page.get_by_role("link", name="Open the video visit").is_visible()
    look(page, "visits-video")


@pytest.mark.parametrize(("width", "name"), [(1280, "desk"), (375, "phone")])
def test_clin_07_the_desk_reads_and_changes_visits(
    site: Site, browser: Browser, width: int, name: str
) -> None:
    with site.database() as session:
        service = make_service(session)
        person = make_patient(session, service)
        visit = make_visit(session, person, interpreter=True)
        for hour in (1, 2, 30):
            make_visit(session, make_patient(session, service), starts_at=NOW + timedelta(hours=hour))
        make_slot(session, service)
        staff = make_staff(session, service, Role.CLINICIAN)
        session.add(
            Reply(
                inbound_id=visit.id,
                service_id=service.id,
                patient_id=person.id,
                appointment_id=visit.id,
                words="can my daughter come too, and is there a lift? 👍",
                meaning=Meaning.UNCLEAR,
                outcome=Outcome.ASKED_AGAIN,
                risk=False,
                shared_number=False,
                received_at=NOW,
                acted_at=NOW,
            )
        )
        secret = open_session(service_id=service.id, staff_id=staff.id, now=site.at, life=STAFF_LIFE)
        visit_id, person_id = visit.id, person.id
    context = phone(browser, site, viewport={"width": width, "height": 800})
    remember(site, context, secret, Kind.STAFF)
    page = context.new_page()
    for address, picture in (
        ("/staff/visits", "day"),
        (f"/staff/visits/{visit_id}", "one"),
        (f"/staff/patients/{person_id}/visits", "patient"),
        (f"/staff/patients/{person_id}/visits/new", "new"),
        (f"/staff/patients/{person_id}/replies", "replies"),
        ("/staff/free-times", "free"),
        ("/staff/replies", "nobody"),
    ):
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        look(page, f"{name}-{picture}")
    context.close()
