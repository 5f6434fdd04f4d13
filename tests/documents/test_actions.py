"""A document is written, issued whole or not at all, sent, and counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.documents import actions, going, queries
from patientapp.documents.actions import BlockMissing, DocumentChanged
from patientapp.documents.going import NotIssued
from patientapp.documents.models import Document, DocumentIssue
from patientapp.documents.queries import Written
from patientapp.documents.rules import HowSent, Mark, Recipient
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.appointments.world import patient_of
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    sign_in_patient,
    staff_viewer,
)

pytestmark = pytest.mark.usefixtures("now")
TODAY = date(2026, 9, 22)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session, profile="durham_tier3"))


@pytest.fixture
def episode(session: Session, person: Patient) -> Episode:
    return make_episode(session, person)


@pytest.fixture
def me(session: Session, person: Patient) -> Viewer:
    service = session.get_one(Service, person.service_id)
    return staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)


def written(me: Viewer, episode: Episode, kind: str = "discharge_summary", **over: Any) -> Written:
    """A document with every needed block filled in."""
    route = "gp" if kind == "discharge_summary" else ""
    made = actions.begin(me, episode_id=episode.id, kind=kind, started_on=TODAY, route=route, now=NOW)
    found = queries.document(me, made)
    words = dict.fromkeys(found.terms.needed, "Words") | over
    return actions.save(me, made, words, seen=found.document.draft_seq, now=NOW)


def issued(me: Viewer, episode: Episode, kind: str = "discharge_summary", **over: Any) -> Written:
    found = written(me, episode, kind, **over)
    return actions.issue(me, found.document.id, seen=found.document.draft_seq, now=NOW)


def events(session: Session, episode: Episode, kind: str) -> list[EpisodeEvent]:
    return session.query(EpisodeEvent).filter_by(episode_id=episode.id, kind=kind).all()


def test_d25_each_missing_block_is_named_and_nothing_is_issued(
    session: Session, me: Viewer, episode: Episode
) -> None:
    found = written(me, episode, adverse_reactions="", treatment_exhausted=" ")
    with pytest.raises(BlockMissing) as refused:
        actions.issue(me, found.document.id, seen=found.document.draft_seq, now=NOW)
    assert set(refused.value.fields) == {"adverse_reactions", "treatment_exhausted"}
    assert session.query(DocumentIssue).count() == 0


def test_b57_an_issue_keeps_its_words_whatever_is_written_after(
    session: Session, me: Viewer, episode: Episode
) -> None:
    first = issued(me, episode, gp_actions="Review opioids")
    assert first.issue is not None
    assert first.issue.blocks[0] == ["gp_actions", "Actions for the GP", "Review opioids"]
    again = actions.issue(me, first.document.id, seen=first.document.draft_seq, now=LATER)
    assert [one.version for one in again.issues] == [1]  # the same words are the same version
    changed = actions.save(
        me,
        first.document.id,
        first.document.draft | {"gp_actions": "None"},
        seen=first.document.draft_seq,
        now=LATER,
    )
    second = actions.issue(me, first.document.id, seen=changed.document.draft_seq, now=LATER)
    assert [(one.version, one.blocks[0][2]) for one in second.issues] == [
        (2, "None"),
        (1, "Review opioids"),
    ]
    with pytest.raises(TypeError, match="append-only"):
        second.issues[1].title = "x"
        session.flush()
    session.rollback()


def test_clin_07_words_that_somebody_else_saved_are_not_overwritten(me: Viewer, episode: Episode) -> None:
    found = written(me, episode)
    seen = found.document.draft_seq
    actions.save(me, found.document.id, {"gp_actions": "Theirs"}, seen=seen, now=NOW)
    with pytest.raises(DocumentChanged):
        actions.save(me, found.document.id, {"gp_actions": "Mine"}, seen=seen, now=NOW)
    with pytest.raises(DocumentChanged):
        actions.issue(me, found.document.id, seen=seen, now=NOW)


def test_of_two_who_save_at_once_one_is_told(session: Session, me: Viewer, episode: Episode) -> None:
    found = written(me, episode)
    seen = found.document.draft_seq
    other = sa.update(Document).where(Document.id == found.document.id)
    held = found.document  # what the slower one has read already
    session.execute(
        other.values(draft={"gp_actions": "First"}, draft_seq=seen + 1),
        execution_options={"synchronize_session": False},
    )
    assert held.draft_seq == seen
    with pytest.raises(DocumentChanged):
        actions.save(me, held.id, {"gp_actions": "Second"}, seen=seen, now=NOW)
    session.expire_all()
    assert session.get_one(Document, held.id).draft == {"gp_actions": "First"}


def test_d24_k19_the_summary_is_due_in_3_days_and_counted_when_the_gp_has_it(
    session: Session, me: Viewer, episode: Episode
) -> None:
    found = issued(me, episode)
    assert found.document.due_on == date(2026, 9, 25)
    with pytest.raises(NotFound):
        going.sent(me, found.document.id, Recipient.TIER2, HowSent.PAPER, on=TODAY, now=NOW)
    one = going.sent(me, found.document.id, Recipient.PATIENT, HowSent.PAPER, on=TODAY, now=NOW)
    assert not one.document.closed
    assert events(session, episode, "summary_sent") == []
    for _twice in range(2):
        both = going.sent(me, found.document.id, Recipient.GP, HowSent.SECURE_MAIL, on=TODAY, now=NOW)
    assert both.document.closed
    assert [event.on for event in events(session, episode, "summary_sent")] == [TODAY]


def test_c41_n38_a_notification_is_due_and_sent_under_its_own_letter(
    session: Session, me: Viewer, episode: Episode
) -> None:
    found = issued(me, episode, "notification")
    letter = f"notification:{found.document.id}"
    assert [event.detail for event in events(session, episode, "notification_due")] == [letter]
    going.sent(me, found.document.id, Recipient.GP, HowSent.SECURE_MAIL, on=TODAY, now=NOW)
    assert [event.detail for event in events(session, episode, "notification_sent")] == [letter]


def test_d05_k28_k27_issuing_and_agreeing_a_plan_are_events_once(
    session: Session, me: Viewer, episode: Episode
) -> None:
    """N05: the joint plan is counted once."""
    found = issued(me, episode, "care_plan")
    assert len(events(session, episode, "plan_issued")) == 1
    for _twice in range(2):
        going.mark(me, found.document.id, Mark.AGREED, on=TODAY, now=NOW)
    assert len(events(session, episode, "plan_agreed")) == 1
    words = found.document.draft | {"agreed_plan": "Other"}
    changed = actions.save(me, found.document.id, words, seen=found.document.draft_seq, now=LATER)
    actions.issue(me, found.document.id, seen=changed.document.draft_seq, now=LATER)
    assert len(events(session, episode, "plan_issued")) == 1


def test_d26_explained_is_recorded_beside_the_version(me: Viewer, episode: Episode) -> None:
    found = issued(me, episode)
    marked = going.mark(me, found.document.id, Mark.EXPLAINED, on=TODAY, note="easy read", now=NOW)
    mark = marked.mark(Mark.EXPLAINED)
    assert mark is not None
    assert (mark.on, mark.note) == (TODAY, "easy read")


def test_nothing_goes_out_that_was_not_issued(me: Viewer, episode: Episode) -> None:
    found = written(me, episode)
    with pytest.raises(NotIssued):
        going.sent(me, found.document.id, Recipient.GP, HowSent.PAPER, on=TODAY, now=NOW)
    with pytest.raises(NotIssued):
        going.mark(me, found.document.id, Mark.AGREED, on=TODAY, now=NOW)


def test_a_source_makes_one_document(session: Session, me: Viewer, episode: Episode) -> None:
    ids = {
        actions.begin(
            me, episode_id=episode.id, kind="gp_opioid_notice", started_on=TODAY, source="dose:1", now=NOW
        )
        for _twice in range(2)
    }
    assert len(ids) == 1
    assert session.query(Document).count() == 1


def test_b49_what_waits_stands_with_the_soonest_due_first(me: Viewer, episode: Episode) -> None:
    plan = written(me, episode, "care_plan")
    summary = written(me, episode)
    sent = issued(me, episode, "notification")
    going.sent(me, sent.document.id, Recipient.GP, HowSent.SECURE_MAIL, on=TODAY, now=NOW)
    assert [one.document.id for one, _person in queries.waiting(me)] == [
        summary.document.id,
        plan.document.id,
    ]
    assert summary.is_overdue(date(2026, 9, 26))
    assert not summary.is_overdue(date(2026, 9, 25))


def test_c51_b40_plans_not_agreed_are_listed_until_they_are(
    session: Session, me: Viewer, episode: Episode
) -> None:
    written(me, episode, "care_plan")  # not issued: nothing to agree
    plan = issued(me, episode, "care_plan")
    issued(me, episode, "notification")
    ids = [one.document.id for one, _person in queries.not_agreed(me)]
    assert ids == [plan.document.id]
    going.mark(me, plan.document.id, Mark.AGREED, on=TODAY, now=NOW)
    assert queries.not_agreed(me) == []
    words = plan.document.draft | {"agreed_plan": "Another"}
    changed = actions.save(me, plan.document.id, words, seen=plan.document.draft_seq, now=LATER)
    actions.issue(me, plan.document.id, seen=changed.document.draft_seq, now=LATER)
    assert len(queries.not_agreed(me)) == 1  # a new version is agreed anew
    assert queries.not_agreed(staff_viewer(make_service(session), Role.CLINICIAN)) == []


@pytest.fixture
def desk(app: Flask, session: Session, person: Patient) -> FlaskClient:
    return desk_of(app, session, session.get_one(Service, person.service_id))


def post(desk: FlaskClient, address: str, person: Patient, page: str, **values: object):  # type: ignore[no-untyped-def]
    forget_form_token()
    form = form_of(desk.get(page).text, patient_id=str(person.id)) | values
    return desk.post(address, data=form | {"idempotency_key": f"key-{uuid4().hex}"})


def test_a_clinician_writes_and_issues_on_pages(
    desk: FlaskClient, session: Session, person: Patient, episode: Episode
) -> None:
    session.commit()
    base = f"/staff/patients/{person.id}/documents"
    wrong = post(desk, f"{base}/begin", person, base, episode=str(episode.id))
    assert wrong.status_code == 422
    assert "Choose which document" in wrong.text
    values = {"kind": "discharge_summary", "route": "gp", "episode": str(episode.id)}
    begun = post(desk, f"{base}/begin", person, base, day="22", month="9", year="2026", **values)
    one = begun.headers["Location"]
    page = desk.get(one).text
    assert "Referral received: 1 September 2026" in page  # what the record knows stands there already
    assert "To be with everybody it is for by 25 September 2026." in page
    refused = post(desk, one, person, one, act="issue", seen="1", gp_actions="Kept words")
    told = desk.get(refused.headers["Location"]).text
    assert "Kept words" in told
    assert "Adverse reactions: This part is needed" in told
    found = queries.documents_of(patient_of(person), person.id)[0]
    words = dict.fromkeys(found.terms.needed, "Words")
    assert post(desk, one, person, one, act="issue", seen="2", **words).status_code == 303
    paper = desk.get(f"{one}/print").text
    assert paper.index("Actions for the GP") < paper.index("Treatment given")
    assert post(desk, f"{one}/sent", person, one, recipient="gp", how="secure_mail").status_code == 303
    assert "Send it to: Patient" in desk.get("/staff/documents").text.replace("\n", " ")


def test_clin_07_a_form_about_another_patient_is_a_409(
    desk: FlaskClient, session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    found = written(me, episode)
    other = make_patient(session, session.get_one(Service, person.service_id))
    session.commit()
    one = f"/staff/patients/{person.id}/documents/{found.document.id}"
    assert post(desk, one, other, one, act="save", seen="2", gp_actions="x").status_code == 409
    crossed = f"/staff/patients/{other.id}/documents/{found.document.id}"
    assert desk.get(crossed).status_code == 404


@pytest.fixture
def phone(app: Flask, session: Session, person: Patient) -> FlaskClient:
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person))
    return client


def test_b57_c51_a_patient_reads_the_paper_copy_and_agrees_the_plan(
    phone: FlaskClient, session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    plan = issued(me, episode, "care_plan", agreed_plan="Walk to the shop")
    letter = issued(me, episode, "notification")
    draft = written(me, episode)
    session.commit()
    page = phone.get("/letters").text
    assert "Care plan, 22 September 2026" in page
    assert "Notification letter" not in page  # it is for the GP alone
    for hidden in (letter, draft):
        assert phone.get(f"/letters/{hidden.document.id}").status_code == 404
    one = f"/letters/{plan.document.id}"
    assert "Walk to the shop" in phone.get(one).text
    forget_form_token()
    agreed = phone.post(f"{one}/agree", data=form_of(phone.get(one).text))
    assert agreed.status_code == 303
    assert "You agreed with this plan on 22 September 2026." in phone.get(one).text
    assert len(events(session, episode, "plan_agreed")) == 1


def test_sec_02_another_patients_letter_is_not_found(
    phone: FlaskClient, session: Session, person: Patient
) -> None:
    service = make_service(session, profile="bassetlaw")
    other = make_patient(session, service)
    theirs = staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)
    found = issued(theirs, make_episode(session, other), "care_plan")
    session.commit()
    unknown = phone.get(f"/letters/{UUID(int=5)}")
    assert phone.get(f"/letters/{found.document.id}").status_code == unknown.status_code == 404
    with pytest.raises(NotFound):
        queries.document(patient_of(person), found.document.id)


def test_the_api_lists_documents_and_what_is_missing(
    desk: FlaskClient, session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    written(me, episode, gp_actions="")
    session.commit()
    (one,) = desk.get(f"/api/v1/patients/{person.id}/documents").get_json()["documents"]
    assert (one["version"], one["missing"], one["due_on"]) == (0, ["gp_actions"], "2026-09-25")
