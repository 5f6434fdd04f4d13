"""A form kept, and what follows from it in the same transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.assessments.rules import TimePoint
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.errors import Forbidden, Invalid, NotFound
from patientapp.findings import actions, queries, reports
from patientapp.findings.actions import TakenBack
from patientapp.findings.models import Finding
from patientapp.findings.rules import forms
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist import taking
from patientapp.worklist.models import WorkItem
from patientapp.worklist.queries import open_items
from tests.desk import answer
from tests.factories import NOW, make_episode, make_patient, make_service, make_staff, staff_viewer
from tests.findings.test_rules import answers

TODAY = date(2026, 9, 22)


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session, profile="bassetlaw")


@pytest.fixture
def me(session: Session, service: Service) -> Viewer:
    return staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service)


@pytest.fixture
def episode(session: Session, person: Patient) -> Episode:
    return make_episode(session, person)


def keep(me: Viewer, episode: Episode, form: str, *, on: date = TODAY, **over: str) -> Finding:
    return actions.keep(
        me, episode_id=episode.id, form=forms()[form], found_on=on, answers=answers(form, **over), now=NOW
    )


def events(session: Session, kind: str) -> list[EpisodeEvent]:
    return session.query(EpisodeEvent).filter(EpisodeEvent.kind == kind, is_current()).all()


def happens(session: Session, episode: Episode, kind: str, on: date) -> None:
    at = datetime.combine(on, datetime.min.time(), NOW.tzinfo)
    facts = {"service_id": episode.service_id, "episode_id": episode.id, "recorded_by": "staff:test"}
    session.add(EpisodeEvent(kind=kind, at=at, on=on, recorded_at=NOW, **facts))
    session.flush()


def test_n37_b31_a_patients_answer_about_children_is_a_flag_at_triage_and_on_the_record(
    session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    """B12, B31, N37: the patient's own answer flags the record before anybody has met them."""
    assert queries.flags_of(me, [person.id])[person.id] == []
    answer(
        session,
        person,
        episode,
        instrument="children",
        values={"number": 2, "touched": 1, "wants_plan": 0},
    )
    said = "The patient says that pain makes things harder for their children"
    assert queries.flags_of(me, [person.id])[person.id] == [said]
    (waiting,) = queries.to_triage(me)
    assert (waiting.patient.id, waiting.flags) == (person.id, [said])
    (due,) = queries.due_of(me, until=TODAY)
    assert (due.form.id, due.on) == ("family_review", TODAY)


def test_b17_the_family_is_reviewed_again_and_what_is_overdue_is_listed(
    session: Session, me: Viewer, episode: Episode
) -> None:
    """B17, N42: asked again every three months after the first visit; the outcome is kept."""
    happens(session, episode, "first_appointment", date(2026, 9, 2))
    (due,) = queries.due_of(me, until=TODAY)
    assert due.is_late(TODAY)
    keep(me, episode, "family_review", impact="yes", plan="agreed", referral="referred")
    assert queries.due_of(me, until=date(2026, 12, 21)) == []
    (again,) = queries.due_of(me, until=date(2026, 12, 22))
    assert again.on == date(2026, 12, 22)
    assert len(events(session, "family_impact_found")) == len(events(session, "family_plan_agreed")) == 1
    happens(session, episode, "discharged", date(2026, 10, 1))
    assert queries.due_of(me, until=date(2027, 12, 22)) == []


def test_n12_n42_a_referral_to_childrens_services_is_recorded_and_counted(
    me: Viewer, episode: Episode
) -> None:
    keep(me, episode, "family_review", impact="yes", referral="referred")
    (found,) = [
        one for one in reports.counted(me, first=TODAY, last=TODAY) if one.form.id == "family_review"
    ]
    assert ("Children's 0 to 19 services", "Referred", 1) in found.choices


def test_n42_children_at_risk_raise_an_alert_at_once(
    session: Session, me: Viewer, episode: Episode
) -> None:
    keep(me, episode, "family_review", impact="yes", safe_care="yes")
    (found,) = open_items(me, now=NOW)
    assert (found.item.kind, found.item.reason) == ("alert", "children_at_risk")
    assert [one.template for one in session.query(OutboxMessage)] == ["duty-alert"]


def test_b07_c03_an_onward_referral_is_an_event_of_the_episode_and_b28_says_if_the_team_saw_it(
    session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    kept = keep(me, episode, "onward_referral", to="secondary_pain", mdt="no")
    assert [one.detail for one in events(session, "onward_referred")] == ["secondary_pain"]
    (task,) = open_items(me, now=NOW)
    assert task.item.reason == "mdt_review_wanted"
    assert queries.flags_of(me, [person.id])[person.id]
    keep(me, episode, "mdt_review", about="onward")
    assert queries.flags_of(me, [person.id])[person.id] == []
    actions.undo(me, kept.id, now=NOW)
    assert events(session, "onward_referred") == []
    with pytest.raises(TakenBack):
        actions.undo(me, kept.id, now=NOW)


def test_d41_a_medicine_change_starts_six_weeks_to_its_review(session: Session) -> None:
    """D41, B06: the clinician's coded change; N03: the review is counted."""
    service = make_service(session, profile="durham_tier3")
    me = staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)
    episode = make_episode(session, make_patient(session, service))
    keep(me, episode, "medicine_change", medicine="opioid", change="reduced")
    assert queries.due_of(me, until=TODAY + timedelta(days=41)) == []
    (due,) = queries.due_of(me, until=TODAY + timedelta(days=42))
    assert (due.form.id, due.clause) == ("medicines_review", "App 5")
    keep(me, episode, "medicines_review", opioids="yes")
    assert queries.due_of(me, until=date(2027, 9, 1)) == []
    told = {one.form.id: one for one in reports.counted(me, first=TODAY, last=TODAY)}
    assert ("What changed", "Reduced", 1) in told["medicine_change"].choices
    assert ("Were opioids reviewed?", "Yes", 1) in told["medicines_review"].choices


def test_b06_patients_own_words_on_medicine_stand_beside_the_coded_change(
    session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    assert reports.medicine_answers(me, first=TODAY, last=TODAY) == (0, 0)
    values = {"days_taken": 2, "less_than_before": 1, "works_better": 0}
    answer(session, person, episode, when=TimePoint.TD, instrument="medicine_use", values=values)
    assert reports.medicine_answers(me, first=TODAY, last=TODAY) == (1, 1)


def test_b03_work_is_reported_from_entry_to_the_newest_later_answer(
    session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    lost = {"status": 1, "days_lost": 10}
    answer(session, person, episode, instrument="work", values=lost, at=NOW - timedelta(days=5))
    answer(session, person, episode, when=TimePoint.TD, instrument="work", values=lost | {"days_lost": 4})
    other = make_patient(session, session.get_one(Service, person.service_id))
    theirs = make_episode(session, other)
    gone = {"status": 4, "days_lost": None}
    answer(session, other, theirs, instrument="work", values=gone, at=NOW - timedelta(days=5))
    answer(session, other, theirs, when=TimePoint.TD, instrument="work", values=gone)
    found = reports.work_changes(me, first=TODAY, last=TODAY)
    assert (found.people, found.entry_mean, found.later_mean, found.fewer) == (1, 10, 4, 1)
    assert found.not_in_work == 1


def test_b37_what_became_of_psychological_support_is_counted(me: Viewer, episode: Episode) -> None:
    keep(me, episode, "psychological_support", offered="taster", outcome="attended")
    told = {one.form.id: one for one in reports.counted(me, first=TODAY, last=TODAY)}
    found = told["psychological_support"]
    assert ("What was offered", "A taster session", 1) in found.choices
    assert ("What became of it", "Attended", 1) in found.choices


def test_c52_thoughts_of_suicide_raise_an_alert_and_nobody_is_left_out(
    session: Session, me: Viewer, person: Patient, episode: Episode
) -> None:
    """C52: a checklist of the clinician's; it changes no event, no offer and no date."""
    before = session.query(EpisodeEvent).count()
    keep(me, episode, "eligibility", suicide="yes", conclusion="later")
    (alert,) = open_items(me, now=NOW)
    assert (alert.item.kind, alert.item.reason) == ("alert", "suicide_found")
    assert queries.flags_of(me, [person.id])[person.id] == ["Active thoughts of suicide were found"]
    assert session.query(EpisodeEvent).count() == before


def test_b16_n15_a_question_is_due_in_two_working_days_and_closing_its_task_answers_it(
    me: Viewer, episode: Episode
) -> None:
    keep(me, episode, "query", **{"from": "carer", "by": "phone", "about": "When is the next visit?"})
    (asked,) = reports.queries_of(me, first=TODAY, last=TODAY)
    assert asked.answered_at is None
    assert asked.due_at.date() == date(2026, 9, 24)
    assert not asked.is_late(NOW)
    assert asked.is_late(NOW + timedelta(days=3))
    taking.take(me, asked.item_id, now=NOW)
    taking.close(me, asked.item_id, "spoke:", now=NOW + timedelta(hours=3))
    (told,) = reports.queries_of(me, first=TODAY, last=TODAY)
    assert told.answered_at == NOW + timedelta(hours=3)
    assert not told.is_late(NOW + timedelta(days=30))


@pytest.mark.parametrize("on", [date(2026, 9, 23), date(2026, 8, 31)])
def test_a_day_to_come_or_before_the_referral_is_refused(
    session: Session, me: Viewer, episode: Episode, on: date
) -> None:
    with pytest.raises(Invalid):
        keep(me, episode, "four_ds", on=on)
    assert session.query(Finding).count() == session.query(WorkItem).count() == 0


def test_sec_02_another_service_s_episode_and_finding_are_not_there(
    session: Session, me: Viewer, episode: Episode
) -> None:
    kept = keep(me, episode, "four_ds", depression="yes")
    other = staff_viewer(make_service(session, profile="bassetlaw"), staff_id=me.staff_id)
    with pytest.raises(NotFound):
        keep(other, episode, "four_ds")
    with pytest.raises(NotFound):
        actions.undo(other, kept.id, now=NOW)
    assert queries.flags_of(other, [episode.patient_id]) == {episode.patient_id: []}
    assert queries.findings_of(other, episode.patient_id) == queries.to_triage(other) == []
    assert queries.due_of(other, until=TODAY) == []


def test_nobody_without_a_name_keeps_a_form(me: Viewer, episode: Episode) -> None:
    machine = Viewer(roles=me.roles, service_id=me.service_id, session_id=me.session_id)
    with pytest.raises(Forbidden):
        keep(machine, episode, "four_ds")
