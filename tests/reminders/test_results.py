"""Did our texts work? Intervals against known values, groups, honest words, and the wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.appointments.rules import VisitState
from patientapp.appointments.steps import take_step
from patientapp.errors import Forbidden
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.reminders.cli import reminders
from patientapp.reminders.results import results
from patientapp.reminders.results_rules import Group, Outcome, Reach, VisitFact, rate_of, rates, wilson
from tests.appointments.world import make_visit
from tests.desk import desk_of
from tests.factories import LINK_KEY, make_patient, make_service, staff_viewer

START = datetime(2026, 9, 10, 9, 0, tzinfo=UTC)

# Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3: 81/263, 15/148, 0/20, 1/29.
KNOWN = [
    (81, 263, 25.53, 36.62),
    (15, 148, 6.24, 16.05),
    (0, 20, 0.00, 16.11),
    (1, 29, 0.61, 17.18),
    (0, 0, 0.00, 100.00),
    (5, 5, 56.55, 100.00),
]


@pytest.mark.parametrize(("count", "of", "low", "high"), KNOWN)
def test_intervals_are_wilson_s(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == (pytest.approx(low, abs=0.01), pytest.approx(high, abs=0.01))


def fact(outcome: Outcome = Outcome.ATTENDED, **over: Any) -> VisitFact:
    return VisitFact(**({"starts_at": START, "outcome": outcome} | over))


def test_every_booked_visit_is_in_the_denominator() -> None:
    one = rate_of("all", [fact(outcome) for outcome in Outcome])
    assert (one.booked, one.missed, one.by_patient, one.by_service, one.not_marked) == (5, 1, 1, 1, 1)
    assert one.percent == 20


GROUPS = [
    (Group.KIND, {}, "none"),
    (Group.KIND, {"last_text": "appt-2d", "last_text_at": START - timedelta(days=2)}, "appt-2d"),
    (Group.TIMING, {}, "none"),
    (Group.TIMING, {"last_text_at": START - timedelta(hours=2)}, "00-00"),
    (Group.TIMING, {"last_text_at": START - timedelta(days=2)}, "01-02"),
    (Group.TIMING, {"last_text_at": START - timedelta(days=30)}, "07+"),
    (Group.LANGUAGE, {"language": "pl"}, "pl"),
    (Group.AGE, {"birth_date": date(1996, 9, 11)}, "00-29"),
    (Group.AGE, {"birth_date": date(1996, 9, 10)}, "30-49"),
    (Group.AGE, {"birth_date": date(1946, 9, 10)}, "80+"),
    (Group.ARM, {"arms": ("words:plain",)}, "words:plain"),
]


@pytest.mark.parametrize(("group", "over", "label"), GROUPS)
def test_a_visit_is_told_apart_by(group: Group, over: dict[str, Any], label: str) -> None:
    [one] = rates([fact(Outcome.MISSED, **over)], group)
    assert (one.label, one.booked, one.missed) == (label, 1, 1)


def test_visits_outside_of_any_trial_are_in_no_arm() -> None:
    assert rates([fact()], Group.ARM) == []


def test_nobody_at_all_is_no_percentage() -> None:
    assert rate_of("all", []).percent is None
    assert Reach(people=0, with_mobile=0, may_text=0).percent_with_mobile is None


@pytest.fixture
def world(session: Session, now: datetime) -> Any:
    """Three visits: missed without a text, attended after one, cancelled; and one elsewhere."""
    service, elsewhere = make_service(session), make_service(session)
    for where, state, is_texted in [
        (service, VisitState.MISSED, False),
        (service, VisitState.ATTENDED, True),
        (service, VisitState.CANCELLED_BY_PATIENT, False),
        (elsewhere, VisitState.MISSED, False),
    ]:
        patient = make_patient(session, where)
        starts = now - timedelta(days=3)
        visit = make_visit(session, patient, now=now - timedelta(days=20), starts_at=starts)
        if is_texted:
            _text(session, patient, visit.id, now - timedelta(days=5))
            _text(session, patient, visit.id, now - timedelta(days=2), key="after the visit")
        take_step(visit, state, by="staff:test", now=now)
    make_patient(session, service, mobile="")
    make_patient(session, service, texts_ok=False)
    make_patient(session, service, mobile="", died_on=date(2026, 9, 1))
    session.commit()
    return service


def _text(session: Session, patient: Any, about: Any, at: datetime, key: str = "") -> None:
    session.add(
        OutboxMessage(
            key=key or f"{about}:1:two",
            service_id=patient.service_id,
            patient_id=patient.id,
            about=about,
            template="appt-2d",
            words={},
            to_number=patient.mobile,
            state=MessageState.DELIVERED,
            due_at=at,
            useful_until=at + timedelta(days=2),
            sent_at=at,
            created_at=at,
        )
    )


def test_k29_the_figures_of_my_service_only(session: Session, world: Any, now: datetime) -> None:
    found = results(
        staff_viewer(world), first=date(2026, 9, 1), last=date(2026, 9, 22), link_key=LINK_KEY
    )
    assert (found.everyone.booked, found.everyone.missed, found.everyone.by_patient) == (3, 1, 1)
    by_kind = {one.label: (one.booked, one.missed) for one in found.groups[Group.KIND]}
    assert by_kind == {"none": (2, 1), "appt-2d": (1, 0)}
    assert [one.label for one in found.groups[Group.TIMING]] == ["01-02", "none"]
    assert (found.reach.people, found.reach.with_mobile, found.reach.may_text) == (5, 4, 3)
    none = results(staff_viewer(world), first=date(2026, 8, 1), last=date(2026, 8, 2), link_key=LINK_KEY)
    assert none.everyone.booked == 0


def test_sec_05_commissioners_get_none_of_it(session: Session, world: Any) -> None:
    viewer = staff_viewer(world, Role.COMMISSIONER)
    with pytest.raises(Forbidden):
        results(viewer, first=date(2026, 9, 1), last=date(2026, 9, 22), link_key=LINK_KEY)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SERVICE_ADMIN])
def test_the_page_shows_figures_intervals_and_what_they_cannot_say(
    app: Flask, session: Session, world: Any, client: FlaskClient, role: Role
) -> None:
    page = desk_of(app, session, world, role).get("/staff/reminders?from=2026-09-01&to=2026-09-22").text
    assert "33.3%" in page
    assert "6.1% - 79.2%" in page
    assert "not proof that the text did it" in page
    assert "4 (80.0%)" in page
    assert "Sample" not in page, "no name of anybody"


@pytest.mark.parametrize("days", ["from=x", "from=2026-09-02&to=2026-09-01", "from=1990-01-01"])
def test_days_that_cannot_be_shown_are_refused(
    app: Flask, session: Session, world: Any, client: FlaskClient, days: str
) -> None:
    assert desk_of(app, session, world).get(f"/staff/reminders?{days}").status_code == 422


def test_the_report_of_the_shell(app: Flask, session: Session, world: Any) -> None:
    asked = ["report", "--service", world.slug, "--from", "2026-09-01", "--to", "2026-09-22"]
    done = CliRunner().invoke(reminders, asked, obj=lambda: app)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].split("\t")[:4] == ["group", "line", "booked", "missed"]
    assert lines[1].split("\t")[:4] == ["all", "all", "3", "1"]
    assert "# with_mobile 4 (80.0%)" in lines


@pytest.mark.parametrize(
    ("slug", "first", "last"),
    [("nowhere", "2026-09-01", "2026-09-22"), (None, "2026-09-22", "2026-09-01")],
)
def test_a_caller_s_mistake_is_exit_2(
    app: Flask, session: Session, world: Any, slug: str | None, first: str, last: str
) -> None:
    asked = ["report", "--service", slug or world.slug, "--from", first, "--to", last]
    assert CliRunner().invoke(reminders, asked, obj=lambda: app).exit_code == 2
