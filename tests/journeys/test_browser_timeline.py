"""Given a patient with a year behind them, a clinician reads the timeline on any screen and on paper."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from patientapp.appointments import actions as visits
from patientapp.assessments.rules import TimePoint
from patientapp.assessments.sending import submit_values
from patientapp.episodes.actions import record_event
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.plans.keeping import end_flare, note_flare
from patientapp.questionnaires.library import default_library
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.signin.rules import STAFF_LIFE
from patientapp.workdays import at_london
from tests.appointments.world import make_visit
from tests.factories import (
    make_episode,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    patient_viewer,
    staff_viewer,
    tasks_of,
)
from tests.journeys.browser import Site, phone, remember
from tests.journeys.hands import axe

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SETS = {"bpi_sf": (7, 6, 6, 5, 3, 4), "pseq": (2, 3, 3, 4, 4, 3), "eq5d5l": (3, 3, 2, 2, 1, 2)}
WHEN = (TimePoint.T0, TimePoint.TPS, TimePoint.TPE, TimePoint.TD, TimePoint.T3, TimePoint.T6)


def half_a_year(site: Site) -> tuple[str, str]:
    """Six occasions, twelve visits, a flare-up and a discharge: the page and a clinician's secret."""
    with site.database() as session:
        service = make_service(session)
        person = make_patient(session, service, nhs_number="9990000018")
        staff = staff_viewer(service)
        episode = make_episode(session, person, received=date(2026, 2, 20))
        for number, when in enumerate(WHEN):
            at = datetime(2026, 3, 2, 10, 0, tzinfo=UTC) + timedelta(days=33 * number)
            pack = make_pack(
                session,
                person,
                list(SETS),
                episode=episode,
                time_point=when,
                opens_on=at.date(),
                due_on=at.date() + timedelta(days=7),
                closes_on=at.date() + timedelta(days=30),
            )
            for task in tasks_of(session, pack):
                values = {
                    one.code: SETS[task.instrument][number]
                    for one in default_library().get(task.instrument).items
                }
                submit_values(patient_viewer(pack), task.id, values, now=at)
        for week in range(12):
            at = at_london(date(2026, 3, 4) + timedelta(weeks=week), time(9, 0))
            seen = make_visit(session, person, episode=episode, starts_at=at, now=at - timedelta(days=9))
            visits.attend(staff, seen.id, now=at + timedelta(hours=1))
        told = datetime(2026, 4, 10, 9, 0, tzinfo=UTC)
        note_flare(staff, person.id, on=date(2026, 4, 2), now=told)
        end_flare(staff, person.id, started_on=date(2026, 4, 2), on=date(2026, 4, 9), now=told)
        discharged, now = EpisodeEventKind.DISCHARGED, site.at
        record_event(staff, episode_id=episode.id, kind=discharged, on=date(2026, 6, 1), now=now)
        secret = open_session(
            service_id=service.id, staff_id=make_staff(session, service).id, now=now, life=STAFF_LIFE
        )
        return f"/staff/patients/{person.id}/timeline", secret


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (375, 667), (320, 568)])
def test_b10_the_timeline_is_read_on_any_screen(
    browser: Browser, site: Site, width: int, height: int
) -> None:
    """B10, CLIN-11: axe finds nothing, nothing goes sideways; kept as a picture where PICTURES says."""
    address, secret = half_a_year(site)
    desk = phone(browser, site, viewport={"width": width, "height": height}, has_touch=False)
    remember(site, desk, secret, Kind.STAFF)
    page = desk.new_page()
    page.goto(address)
    assert page.locator("svg[role=img]").count() == 4
    assert axe(page) == []
    assert page.evaluate(SIDEWAYS) <= 0
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"timeline-{width}.png"), full_page=True)
    desk.close()


def test_b10_the_timeline_prints_on_one_page(browser: Browser, site: Site) -> None:
    """B10: the charts, their words and what happened fit one A4 page, with whose it is."""
    address, secret = half_a_year(site)
    desk = phone(browser, site, viewport={"width": 1280, "height": 900}, has_touch=False)
    remember(site, desk, secret, Kind.STAFF)
    page = desk.new_page()
    page.goto(address)
    paper = page.pdf(format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "10mm"))
    if folder := os.environ.get("PICTURES"):
        (Path(folder) / "timeline.pdf").write_bytes(paper)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    desk.close()
