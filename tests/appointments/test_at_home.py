"""How people like to meet, and people who cannot leave home (B35, B54)."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.appointments import actions
from patientapp.appointments.details_rules import at_home_mistake, usual_mode
from patientapp.appointments.rules import VisitKind, VisitMode
from patientapp.appointments.slots import free_slots
from patientapp.contact.actions import Choices, change_choices
from patientapp.errors import Invalid
from patientapp.patients.contact_rules import Wishes
from patientapp.patients.rules import Need
from patientapp.worklist.models import WorkItem
from tests.appointments.world import details, make_slot, make_visit
from tests.desk import desk_of
from tests.factories import (
    NOW,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    patient_viewer,
    staff_viewer,
)

F, V, T = VisitMode.FACE_TO_FACE, VisitMode.VIDEO, VisitMode.TELEPHONE


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([], F),
        (["large_print"], F),
        (["meets_by_video"], V),
        (["meets_in_a_group"], F),
        (["housebound"], T),
        (["housebound", "meets_by_video"], V),
        (["housebound", "meets_in_person"], T),
        (["meets_in_person", "housebound"], T),
    ],
)
def test_b35_b54_a_visit_begins_with_how_the_person_likes_to_meet(
    needs: list[str], expected: VisitMode
) -> None:
    assert usual_mode(needs) is expected


def test_b54_who_cannot_leave_home_is_seen_there_or_from_afar() -> None:
    there = replace(details(), mode=F, place="Clinic 2")
    assert at_home_mistake(["housebound"], there)
    assert not at_home_mistake([], there)
    assert not at_home_mistake(["housebound"], replace(there, place="At home"))
    assert not at_home_mistake(["housebound"], replace(there, mode=T, place=""))


def test_b54_no_verb_asks_a_housebound_person_to_come(session: Session) -> None:
    service = make_service(session)
    me, person = staff_viewer(service), make_patient(session, service, needs=["housebound"])
    episode = make_episode(session, person)
    facts = {"kind": VisitKind.FOLLOW_UP, "now": NOW}
    at_clinic = replace(details(), mode=F, place="Clinic 2")
    with pytest.raises(Invalid):
        actions.book(me, episode_id=episode.id, details=at_clinic, **facts)  # type: ignore[arg-type]
    by_phone = replace(at_clinic, mode=T, place="")
    made = actions.book(me, episode_id=episode.id, details=by_phone, **facts)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        actions.move(me, made.id, at_clinic, now=NOW)


def test_b54_only_free_times_that_need_no_journey_are_offered(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    pack = make_pack(session, person)
    make_slot(session, service, mode=F)
    make_slot(session, service, mode=T, starts_at=NOW + timedelta(days=9), place="")
    assert len(free_slots(patient_viewer(pack), now=NOW)) == 2
    person.needs = ["housebound"]
    session.flush()
    assert [one.details.mode for one in free_slots(patient_viewer(pack), now=NOW)] == [T]
    assert len(free_slots(staff_viewer(service), now=NOW)) == 2


@pytest.mark.usefixtures("now")
def test_b35_b54_staff_record_it_once_and_it_is_a_task_and_the_form_s_beginning(
    app: Flask, session: Session
) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    make_visit(session, person, episode=make_episode(session, person))
    said = Choices(mobile=person.mobile, wishes=Wishes(), needs=(Need.HOUSEBOUND, Need.MEETS_BY_VIDEO))
    for _twice in range(2):
        change_choices(staff_viewer(service), person.id, said, now=NOW)
    assert [one.reason for one in session.query(WorkItem)].count("housebound") == 1
    page = html.unescape(
        desk_of(app, session, service).get(f"/staff/patients/{person.id}/visits/new").text
    )
    assert 'value="video" checked' in page
