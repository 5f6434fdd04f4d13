"""Two records of one person become one (B53): what each had, what is kept, what is refused."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.assessments.merging import merge_records
from patientapp.assessments.models import Pack, Task
from patientapp.episodes.models import Episode
from patientapp.errors import NotFound
from patientapp.patients.bulk import system_ids
from patientapp.patients.merging import NotOnePerson, merge
from patientapp.patients.models import Patient, PatientChange, PatientMerge
from patientapp.patients.queries import patient
from patientapp.services.models import Service
from tests.factories import (
    make_episode,
    make_pack,
    make_patient,
    make_service,
    make_token,
    staff_viewer,
)


@pytest.fixture
def service(session: Session, now: datetime) -> Service:
    return make_service(session)


def two(session: Session, service: Service) -> tuple[Patient, Patient]:
    gone = make_patient(session, service, patient_key="P1", texts_ok=False, needs=["audio"])
    kept = make_patient(session, service, nhs_number=None, mobile="", needs=["bsl"])
    return gone, kept


def test_b53_a_temporary_record_goes_into_the_real_one_with_all_that_is_its(
    session: Session, service: Service, now: datetime
) -> None:
    gone, kept = two(session, service)
    pack, number = make_pack(session, gone), gone.nhs_number
    make_episode(session, kept)
    viewer = staff_viewer(service)
    merge(viewer, from_id=gone.id, into_id=kept.id, reason="same card shown", now=now)
    session.expire_all()
    episodes = session.scalars(sa.select(Episode).where(Episode.patient_id == kept.id)).all()
    assert len(episodes) == 2
    assert session.get_one(Pack, pack.id).patient_id == kept.id
    assert {one.patient_id for one in session.scalars(sa.select(Task))} == {kept.id}
    assert (kept.nhs_number, kept.patient_key, kept.texts_ok) == (number, "P1", False)
    assert kept.needs == ["bsl", "audio"]
    assert (gone.nhs_number, gone.merged_into_id, gone.mobile) == (None, kept.id, "")
    assert system_ids(service.id, ["P1"]) == {"P1": kept.id}
    with pytest.raises(NotFound):
        patient(viewer, gone.id)


def test_what_moved_and_what_was_said_before_is_kept(
    session: Session, service: Service, now: datetime
) -> None:
    gone, kept = two(session, service)
    episode = make_episode(session, gone)
    merge(staff_viewer(service), from_id=gone.id, into_id=kept.id, reason="same person", now=now)
    (told,) = session.scalars(sa.select(PatientMerge))
    assert (told.from_id, told.into_id, told.reason) == (gone.id, kept.id, "same person")
    assert told.moved["episodes"] == [str(episode.id)]
    (change,) = session.scalars(sa.select(PatientChange))
    assert change.changes["needs"] == [["bsl"], ["bsl", "audio"]]


def test_two_people_are_never_made_one(session: Session, service: Service, now: datetime) -> None:
    viewer = staff_viewer(service)
    one, other = make_patient(session, service), make_patient(session, service)
    with pytest.raises(NotOnePerson, match="different NHS numbers"):
        merge(viewer, from_id=one.id, into_id=other.id, reason="x", now=now)
    born = make_patient(session, service, nhs_number=None, birth_date=date(1980, 1, 1))
    with pytest.raises(NotOnePerson, match="different dates of birth"):
        merge(viewer, from_id=born.id, into_id=other.id, reason="x", now=now)
    foreign = make_patient(session, make_service(session), nhs_number=None)
    with pytest.raises(NotFound):
        merge(viewer, from_id=foreign.id, into_id=other.id, reason="x", now=now)


def test_link_05_links_of_the_first_record_end(session: Session, service: Service, now: datetime) -> None:
    gone, kept = two(session, service)
    link, _token = make_token(make_pack(session, gone), now=now)
    merge_records(staff_viewer(service), gone.id, into=kept.id, reason="same card shown", now=now)
    session.expire_all()
    assert (link.patient_id, link.end_reason) == (kept.id, "staff")
