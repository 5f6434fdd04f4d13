"""The timeline of one patient: what is drawn, what is said, and for whom."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import AnsweredBy, Role
from patientapp.appointments import actions as visits
from patientapp.assessments import answering, sending
from patientapp.assessments.models import Response
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.episodes.actions import record_event
from patientapp.episodes.models import Episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.patients.models import Patient
from patientapp.plans.keeping import end_flare, note_flare
from patientapp.progress.rules import ScaleRow
from patientapp.progress.timeline_texts import least
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Service
from patientapp.workdays import at_london
from tests.appointments.world import make_visit
from tests.desk import answer, desk_of
from tests.factories import (
    NOW,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    patient_viewer,
    staff_viewer,
    tasks_of,
)
from tests.progress.test_pages import BPI_LESS, JULY, MARCH, text_of

pytestmark = pytest.mark.usefixtures("now")
TOLD = datetime(2026, 5, 10, 9, 0, tzinfo=UTC)


def world(session: Session, *, given: bool = True) -> tuple[Patient, Episode]:
    """Somebody referred on 20 February, who answered in March and at discharge in July."""
    person = make_patient(session, make_service(session), nhs_number="9990000018")
    episode = make_episode(session, person, received=date(2026, 2, 20))
    if given:
        answer(session, person, episode, instrument="bpi_sf", values=7, at=MARCH)
        answer(session, person, episode, instrument="bpi_sf", when=TimePoint.TD, values=BPI_LESS, at=JULY)
    return person, episode


def seen_by(app: Flask, session: Session, person: Patient, *roles: Role) -> str:
    """The page as this patient's own service sees it."""
    service = session.get_one(Service, person.service_id)
    answered = desk_of(app, session, service, *roles).get(f"/staff/patients/{person.id}/timeline")
    assert answered.status_code == 200
    return answered.text


def test_b10_points_words_and_band_are_right(app: Flask, session: Session) -> None:
    """B10: scores, change, whether it matters, day and mode, in pictures and in words."""
    person, _episode = world(session)
    page = seen_by(app, session, person)
    seen = text_of(page)
    for words in (
        "999 000 0018",
        "Episode: Back",
        "Entry, 2 March 2026: 7.0, baseline",
        "Discharge, 6 July 2026: 3.5, better: \u22123.5",
        "An important change is 2.1.",
        "Lower is better.",
        "Pain severity",
        "questionnaire 1, rules 1",
    ):
        assert words in seen, words
    assert page.count("<svg") == 2  # BPI severity and interference
    first = page[page.index("<svg") : page.index("</svg>")]
    # 20 February to 6 July are 136 days on 268 units from 46: 2 March is day 10, 6 July the last.
    assert re.findall(r'<circle class="app-chart__point" cx="([\d.]+)" cy="([\d.]+)"', first) == [
        ("65.7", "74.4"),
        ("314.0", "119.2"),
    ]
    # The band is 2.1 (30% of 7) to either side of the baseline: 9.1 down to 4.9 of 0 to 10.
    assert '<rect class="app-chart__band" x="32" y="47.5" width="296" height="53.8"/>' in first
    assert "style=" not in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (5, "50, better: +30"),
        (1, "10, worse: \u221210"),
        (2, "20, same: 0"),
        (None, "not scored: answers missing"),
    ],
)
def test_b10_the_words_say_better_same_worse_or_not_scored(
    app: Flask, session: Session, later: int | None, words: str
) -> None:
    person, episode = world(session, given=False)
    answer(session, person, episode, values=2, at=MARCH)
    left_out = dict.fromkeys((f"q{n}" for n in range(1, 11)), later)
    answer(session, person, episode, when=TimePoint.TD, values=left_out, at=JULY)
    assert f"Discharge, 6 July 2026: {words}" in text_of(seen_by(app, session, person))


def test_clin_06_late_answers_keep_their_baseline(app: Flask, session: Session) -> None:
    """CLIN-06: entry answers that come after discharge's are the baseline still, and drawn in time."""
    person, episode = world(session, given=False)
    answer(session, person, episode, when=TimePoint.TD, values=4, at=JULY)
    pack = make_pack(session, person, episode=episode, opens_on=date(2026, 3, 1))
    viewer, task = patient_viewer(pack), tasks_of(session, pack)[0]
    for number in range(1, 11):
        answering.save_answer(viewer, task.id, item=f"q{number}", value=2, version=number, now=MARCH)
    sending.submit_answers(viewer, task.id, now=JULY + timedelta(days=2))
    session.commit()
    seen = text_of(seen_by(app, session, person))
    assert "Entry, 2 March 2026: 20, baseline Discharge, 6 July 2026: 40, better: +20" in seen
    assert "Answered 2 March 2026, 10:00" not in seen  # one table, not the record's lists
    assert "2 March 2026, 10:00 8 July 2026, 11:00 20 baseline" in seen


def test_clin_05_missing_items_are_named_and_a_missing_score_is_not_drawn(
    app: Flask, session: Session
) -> None:
    person, episode = world(session, given=False)
    answer(session, person, episode, instrument="eq5d5l", values={"mo": 1, "vas": None}, at=MARCH)
    page = seen_by(app, session, person)
    assert "Entry, 2 March 2026: not scored: answers missing" in text_of(page)
    assert "app-chart__point" not in page
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page) if "Health rating" in one)
    assert 'data-label="Score">not scored: answers missing<' in row
    assert 'data-label="Questions left out">none<' not in row


@pytest.mark.parametrize(
    ("facts", "shape", "words"),
    [
        ({}, "<circle", "Patient alone"),
        ({"mode": AnswerMode.PAPER}, "<rect", "Patient alone, on paper"),
        ({"answered_by": AnsweredBy.HELPED}, "h-16z", "Patient, with help"),
        ({"answered_by": AnsweredBy.PROXY}, "l8 8-8 8-8-8z", "Somebody else for the patient"),
    ],
)
def test_who_answered_is_told_by_shape_and_in_words(
    app: Flask, session: Session, facts: dict[str, Any], shape: str, words: str
) -> None:
    person, episode = world(session, given=False)
    answer(session, person, episode, at=MARCH)
    kept = session.scalars(sa.select(Response).where(Response.patient_id == person.id)).one()
    columns = {
        one.key: getattr(kept, one.key) for one in sa.inspect(Response).column_attrs if one.key != "id"
    }
    put_right = columns | {"task_id": None, "mark": None, "corrects_id": kept.id} | facts
    session.add(Response(id=uuid4(), **put_right))
    session.commit()
    page = seen_by(app, session, person)
    points = re.findall(r'<(?:circle|rect|path) class="app-chart__point"[^>]*>', page)
    assert len(points) == 1
    assert shape in points[0]
    assert words in text_of(page)


def test_visits_discharge_and_flare_ups_are_marked(app: Flask, session: Session) -> None:
    person, episode = world(session)
    staff = staff_viewer(session.get_one(Service, person.service_id))
    came = make_visit(
        session,
        person,
        episode=episode,
        starts_at=at_london(date(2026, 4, 20), time(9, 0)),
        now=MARCH,
    )
    visits.attend(staff, came.id, now=datetime(2026, 4, 20, 12, 0, tzinfo=UTC))
    make_visit(session, person, episode=episode, starts_at=NOW + timedelta(days=9))
    record_event(
        staff, episode_id=episode.id, kind=EpisodeEventKind.DISCHARGED, on=date(2026, 7, 3), now=NOW
    )
    note_flare(staff, person.id, on=date(2026, 5, 4), now=TOLD, note="After moving house")
    end_flare(staff, person.id, started_on=date(2026, 5, 4), on=date(2026, 5, 9), now=TOLD)
    session.commit()
    page = seen_by(app, session, person)
    seen = text_of(page)
    order = (
        "20 April 2026: Follow-up visit. Came 4 May 2026: Flare-up. Until 9 May 2026. After moving house"
        " 3 July 2026: Discharged"
    )
    assert order in seen
    first = page[page.index("<svg") : page.index("</svg>")]
    marks = re.findall(r'text-anchor="middle">([VDF])</text>', first)
    assert sorted(marks) == ["D", "F", "V"]  # the visit to come is not drawn
    assert "M189.9 190H199.7" in first  # the flare-up from day 73 to day 78 of 136


def test_sec_02_a_foreign_patient_is_an_unknown_one(app: Flask, session: Session) -> None:
    person, _episode = world(session)
    desk = desk_of(app, session, make_service(session))
    for patient_id in (person.id, uuid4()):
        assert desk.get(f"/staff/patients/{patient_id}/timeline").status_code == 404


def test_clin_07_the_timeline_names_its_patient_and_is_linked_and_recorded(
    app: Flask, session: Session
) -> None:
    """CLIN-07, OPS-01: three identifiers on the page; the look is in the patient's audit."""
    person, _episode = world(session)
    desk = desk_of(app, session, session.get_one(Service, person.service_id))
    address = f"/staff/patients/{person.id}/timeline"
    assert f'href="{address}"' in desk.get(f"/staff/patients/{person.id}").text
    seen = text_of(desk.get(address).text)
    for words in (person.family_name, "3 March 1975", "999 000 0018"):
        assert words in seen
    chain = sa.select(AuditEntry.action).where(AuditEntry.chain == f"patient:{person.id}")
    assert "looked at a timeline" in session.scalars(chain).all()


def test_the_page_asks_the_database_as_often_whatever_there_is(app: Flask, session: Session) -> None:
    counts = []
    for size in (1, 4):
        person = make_patient(session, make_service(session))
        for _number in range(size):
            episode = make_episode(session, person, received=date(2026, 2, 20))
            answer(session, person, episode, values=2, at=MARCH)
            answer(session, person, episode, when=TimePoint.TD, values=4, at=JULY)
            make_visit(session, person, episode=episode, starts_at=JULY, now=MARCH)
        desk = desk_of(app, session, session.get_one(Service, person.service_id))
        asked: list[str] = []

        def count(*args: Any, asked: list[str] = asked) -> None:
            asked.extend([args[2]] if args[2].startswith("SELECT") else [])

        sa.event.listen(session.get_bind(), "before_cursor_execute", count)
        assert desk.get(f"/staff/patients/{person.id}/timeline").status_code == 200
        sa.event.remove(session.get_bind(), "before_cursor_execute", count)
        counts.append(len(asked))
    assert counts[0] == counts[1], counts
    assert counts[0] > 5


def test_nothing_yet_is_said(app: Flask, session: Session) -> None:
    person, _episode = world(session, given=False)
    assert "Nothing has been sent in this episode yet." in text_of(seen_by(app, session, person))
    nobody = make_patient(session, make_service(session))
    assert "No episode yet." in text_of(seen_by(app, session, nobody))


def test_the_size_of_an_important_change_is_told_whole(app: Flask) -> None:
    """B10: 30% of a baseline of 6.4; rounded to 2 digits it would name another threshold."""
    scale = default_library().get("bpi_sf").scale("severity_mean")
    row = cast(ScaleRow, SimpleNamespace(scale=scale, baseline=SimpleNamespace(value=6.4)))
    with app.test_request_context():
        assert least(row) == "An important change is 1.92."
