"""What staff see of one patient and of a service; what patients see of themselves."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import AnsweredBy, Role
from patientapp.assessments import answering, sending
from patientapp.assessments.rules import TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind
from tests.desk import answer, desk_of
from tests.factories import (
    NOW,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    patient_viewer,
    sign_in_patient,
    tasks_of,
)

pytestmark = pytest.mark.usefixtures("now")
MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)
BPI_LESS = {"worst": 5, "least": 2, "average": 4, "now": 3} | dict.fromkeys(
    ("general_activity", "mood", "walking", "work", "relations", "sleep", "enjoyment"), 3
)


def text_of(page: str) -> str:
    """What a reader sees: no tags, single spaces."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_one_patient_whole(app: Flask, session: Session) -> None:
    """B01, B10: pain at entry and discharge, its change, whether it matters, when and how answered."""
    service = make_service(session)
    person = make_patient(session, service, nhs_number="9990000018")
    episode = make_episode(session, person, received=date(2026, 2, 20))
    answer(session, person, episode, instrument="bpi_sf", values=7, at=MARCH)
    answer(session, person, episode, instrument="bpi_sf", when=TimePoint.TD, values=BPI_LESS, at=JULY)
    page = desk_of(app, session, service).get(f"/staff/patients/{person.id}").text
    seen = text_of(page)
    for words in (
        "999 000 0018",
        "Referral received 20 February 2026",
        "Entry Done 1 January 2026",
        "Pain severity 7.0 3.5 - -",
        "-3.5".replace("-", "\u2212"),
        "better by an amount that matters (2.1)",
        "better, beyond noise (2.04)",
        "Who answered Patient alone",
        "Date of birth confirmed",
        "Answered 2 March 2026, 10:00",
        "Wording demonstration, not the real questionnaire",
    ):
        assert words in seen, words
    assert "Demonstration wording. Not the real questionnaire." in page
    assert page.count("<svg") == 2  # one for each measure with two points
    assert page.count("<h1") == 1


def test_important_and_reliable_change_stand_side_by_side_without_a_verdict(
    app: Flask, session: Session
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    half = {f"q{n}": 3 for n in range(1, 11)} | {"q1": 0}
    answer(session, person, episode, values=2, at=MARCH)
    answer(session, person, episode, when=TimePoint.T3, values=half, at=JULY)  # 20 -> 27
    seen = text_of(desk_of(app, session, service).get(f"/staff/patients/{person.id}").text)
    assert "+7 better better by an amount that matters (5.5) within noise" in seen


def test_clin_05_a_missing_score_says_why_and_is_never_0(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    answer(session, person, instrument="eq5d5l", values={"mo": 1, "vas": None})
    seen = text_of(desk_of(app, session, service).get(f"/staff/patients/{person.id}").text)
    assert "Health profile not scored: answers missing" in seen
    assert "Health rating not scored: answers missing" in seen
    assert "Skipped" in seen
    assert "Not reached" in seen


def test_clin_06_answered_and_received_are_both_shown(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    pack = make_pack(session, person, ["pseq"])
    viewer = patient_viewer(pack, answered_by=AnsweredBy.HELPED, birth_date_confirmed=True)
    task = tasks_of(session, pack)[0]
    at = datetime(2026, 9, 21, 9, 0, tzinfo=UTC)
    answering.save_answer(viewer, task.id, item="q1", value=3, version=1, now=at)
    sending.submit_answers(viewer, task.id, now=at + timedelta(hours=24))
    session.commit()
    seen = text_of(desk_of(app, session, service).get(f"/staff/patients/{person.id}").text)
    assert "Answered 21 September 2026, 10:00" in seen
    assert "Received 22 September 2026, 10:00" in seen
    assert "Patient, with help" in seen


def test_the_home_says_what_is_due_overdue_and_done(app: Flask, session: Session) -> None:
    service = make_service(session)
    due, late, done = (
        make_patient(session, service, family_name=name) for name in ("Due", "Late", "Done")
    )
    make_pack(session, due)
    make_pack(session, late, due_on=date(2026, 9, 10))
    answer(session, done)
    desk = desk_of(app, session, service)
    seen = text_of(desk.get("/staff").text)
    assert re.search(r"Due, Sam\d+ 3 March 1975 [\d ]+ Due 0 of 1", seen)
    assert re.search(r"Late, Sam\d+ 3 March 1975 [\d ]+ Overdue 0 of 1", seen)
    assert re.search(r"Done, Sam\d+ 3 March 1975 [\d ]+ Done", seen)
    overdue = text_of(desk.get("/staff?show=overdue").text)
    assert "Late, " in overdue
    assert "Due, Sam" not in overdue
    only_due = text_of(desk.get("/staff?show=due").text)
    assert "Due, Sam" in only_due
    assert "Late, " not in only_due
    assert desk.get("/staff?show=all").status_code == 422


def test_each_role_has_a_home(app: Flask, session: Session) -> None:
    service = make_service(session)
    make_patient(session, service, family_name="Unseen")
    admin = desk_of(app, session, service, Role.SERVICE_ADMIN).get("/staff")
    assert "No tasks are waiting" in admin.text
    commissioner = desk_of(app, session, service, Role.COMMISSIONER).get("/staff")
    assert "figures of this service's contract" in commissioner.text
    for role in (Role.COMMISSIONER, Role.SYSTEM_ADMIN):
        page = desk_of(app, session, service, role).get("/staff")
        assert page.status_code == 200
        assert "Unseen" not in page.text


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (2, 5, "Your answers suggest you feel more sure than in March."),
        (5, 2, "Your answers suggest you feel less sure than in March. This can happen"),
        (3, 3, "About the same as in March."),
        (3, None, "This is your first set, so there is nothing to compare yet."),
    ],
)
def test_a_patient_reads_their_change_in_plain_words(
    app: Flask, session: Session, first: int, second: int | None, sentence: str
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=first, at=MARCH)
    if second is not None:
        answer(session, person, episode, when=TimePoint.TD, values=second, at=JULY)
    client = app.test_client()
    pack = make_pack(session, person, episode=episode, time_point=TimePoint.T6)
    sign_in_patient(client, pack)
    session.commit()
    page = client.get("/scores").text
    seen = text_of(page)
    assert sentence in seen
    assert "A score is one picture of one day. It does not say how hard you are trying." in seen
    assert "Higher is better." in seen
    assert ("<svg" in page) == (second is not None)
    assert f"{first * 10}" in seen
    assert "Demonstration wording" in page


def test_a_patient_never_reads_an_index_a_group_or_another_person(app: Flask, session: Session) -> None:
    service = make_service(session)
    person, neighbour = make_patient(session, service), make_patient(session, service)
    values = {"mo": 1, "sc": 2, "ua": 3, "pd": 4, "ad": 4, "vas": 61}
    answer(session, person, instrument="eq5d5l", values=values)
    answer(session, neighbour, instrument="eq5d5l", values=values | {"vas": 37})
    answer(session, person, make_episode(session, person), instrument="start_back", values=1)
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person, time_point=TimePoint.T3))
    session.commit()
    seen = text_of(client.get("/scores").text)
    for hidden in ("Index", "12344", "Risk", "37", "profile", "high"):
        assert hidden not in seen, hidden


def test_no_scores_is_one_sentence_and_one_thing_to_do(app: Flask, session: Session) -> None:
    person = make_patient(session, make_service(session))
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    page = client.get("/scores").text
    assert "There are no scores yet" in page
    assert "<table" not in page
    assert "<svg" not in page


def test_link_04_scores_need_the_date_of_birth(app: Flask, session: Session) -> None:
    assert app.test_client().get("/scores").status_code == 401


def test_the_api_gives_scores_and_changes(app: Flask, session: Session) -> None:
    """B01, B10: scores and changes of one person."""
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=2, at=MARCH)
    answer(session, person, episode, when=TimePoint.TD, values=4, at=JULY)
    desk = desk_of(app, session, service)
    scores = desk.get(f"/api/v1/patients/{person.id}/scores").get_json()
    assert [one["time_point"] for one in scores["responses"]] == ["T0", "TD"]
    first = scores["responses"][0]
    assert (first["wording"], first["answered_by"]) == ("demonstration", "self")
    total = next(one for one in first["scores"] if one["scale"] == "total")
    assert (total["value"], total["reason"], total["better"]) == (20.0, None, "higher")
    changes = desk.get(f"/api/v1/patients/{person.id}/changes").get_json()["changes"]
    total = next(one for one in changes if one["scale"] == "total")
    assert (total["difference"], total["direction"]) == (20.0, "better")
    assert total["important_change"] == "improved"
    assert total["reliable_change"] == "reliable_improvement"
    assert (total["baseline"]["time_point"], total["follow_up"]["time_point"]) == ("T0", "TD")
    assert total["sources"]
    assert "answers" not in first  # scores only


def test_ops_01_each_look_at_a_patient_is_in_their_audit(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    desk = desk_of(app, session, service)
    for address in (f"/staff/patients/{person.id}", f"/api/v1/patients/{person.id}/scores"):
        desk.get(address)
    desk.get(f"/api/v1/patients/{person.id}/changes")
    chain = sa.select(AuditEntry).where(AuditEntry.chain == f"patient:{person.id}")
    entries = session.scalars(chain.order_by(AuditEntry.seq)).all()
    assert [one.action for one in entries] == [
        "looked at a patient",
        "looked at scores",
        "looked at changes",
    ]
    assert all(one.actor.startswith("staff:") for one in entries)


def test_home_folds_tasks_and_never_an_alert(app: Flask, session: Session) -> None:
    """P6: on a phone the list stays short; alerts are all in plain sight, before anything folded."""
    service = make_service(session)
    person = make_patient(session, service)
    for number in range(8):
        for kind in ItemKind:
            raise_item(
                kind,
                service_id=service.id,
                patient_id=person.id,
                reason="proxy_wanted",
                source=f"{person.id}:{kind}:{number}",
                now=NOW,
            )
    page = desk_of(app, session, service).get("/staff").text
    before, _fold, folded = page.partition("3 more tasks")
    assert before.count('href="/staff/alerts/') == 13
    assert folded.count('href="/staff/alerts/') == 3
