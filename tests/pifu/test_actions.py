"""Agree, fill in, send, join, withdraw; what the clock does (CLIN-08)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Viewer
from patientapp.assessments.models import Pack
from patientapp.assessments.rules import TimePoint
from patientapp.db import db, transaction
from patientapp.episodes.models import EpisodeEvent
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.pifu import actions, queries, sending, staff_actions, staff_queries
from patientapp.pifu.form_rules import Step
from patientapp.pifu.models import PifuEnd, PifuPress, PifuRequest
from patientapp.pifu.rules import Move, Stage
from patientapp.pifu.sending import NothingToSend, OutsideTheWindow
from patientapp.pifu.watching import watch
from patientapp.worklist import taking
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.queries import open_items
from patientapp.worklist.rules import ItemStep
from patientapp.worklist.taking import ChangedMeanwhile
from tests.factories import LINK_KEY, NOW, make_episode, make_patient, make_service
from tests.messaging.races import at_once, committed
from tests.pifu.world import clinician_of, fill_in, make_agreement, patient_of


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session))


@pytest.fixture
def clinician(session: Session, person: Patient) -> Viewer:
    return clinician_of(session, queries_service(session, person))


def queries_service(session: Session, person: Patient):  # type: ignore[no-untyped-def]
    from patientapp.services.models import Service

    return session.get_one(Service, person.service_id)


@pytest.fixture
def asking(session: Session, person: Patient, clinician: Viewer) -> Viewer:
    make_agreement(session, person, clinician)
    return patient_of(person)


def items(session: Session, reason: str) -> list[WorkItem]:
    return list(session.scalars(sa.select(WorkItem).where(WorkItem.reason == reason)))


def texts(session: Session, template: str) -> list[OutboxMessage]:
    return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.template == template)))


def test_clin_08_a_request_is_a_work_item_with_its_day_and_one_receipt(
    session: Session, asking: Viewer, person: Patient
) -> None:
    """B46, N21, SMS-07: one receipt. C05: what is asked goes to staff with its day."""
    fill_in(asking)
    sent = sending.send(asking, now=NOW)  # Tuesday 22 September, mid-morning
    assert sent.stage is Stage.SENT
    assert sent.request.read_by == date(2026, 9, 25)
    item = session.get_one(WorkItem, sent.request.work_item_id)
    assert item.due_at.isoformat() == "2026-09-25T16:00:00+00:00"
    (receipt,) = texts(session, "pifu-got")
    assert receipt.words == {"ref": sent.request.reference, "day": "2026-09-25"}
    (press,) = queries.presses_of(sent.request.id)
    assert press.answers["words"] == "I wake at 3 every night"
    assert queries.draft(asking) is None


def test_clin_08_a_second_request_joins_the_open_one(session: Session, asking: Viewer) -> None:
    fill_in(asking)
    first = sending.send(asking, now=NOW)
    fill_in(asking)
    second = sending.send(asking, now=NOW + timedelta(hours=1))
    assert second.request.id == first.request.id
    assert len(queries.presses_of(first.request.id)) == 2
    assert len(texts(session, "pifu-got")) == 1


def test_clin_08_a_press_with_nothing_new_is_kept_too(session: Session, asking: Viewer) -> None:
    fill_in(asking)
    first = sending.send(asking, now=NOW)
    sending.send(asking, now=NOW + timedelta(seconds=1))
    assert [bool(press.answers) for press in queries.presses_of(first.request.id)] == [True, False]


def test_nothing_filled_in_is_nothing_to_send(asking: Viewer) -> None:
    with pytest.raises(NothingToSend):
        sending.send(asking, now=NOW)


def test_clin_08_a_more_pressing_second_request_gets_a_nearer_day(
    session: Session, asking: Viewer
) -> None:
    fill_in(asking)
    sending.send(asking, now=NOW)
    fill_in(asking, changed={"changed": ["cannot_cope"], "words": [""]})
    sending.send(asking, now=NOW)
    (sooner,) = items(session, "pifu_sooner")
    assert sooner.due_at.date() == date(2026, 9, 23)


def test_clin_08_a_request_closed_while_somebody_reads_is_not_shut_away(
    session: Session, asking: Viewer, clinician: Viewer
) -> None:
    """The clinician's page showed one press; another came in: they are told before they close."""
    fill_in(asking)
    sent = sending.send(asking, now=NOW)
    item_id = sent.request.work_item_id
    seen = taking.take(clinician, item_id, now=NOW).standing.seq
    fill_in(asking)
    sending.send(asking, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        taking.close(clinician, item_id, "spoke", now=NOW, seen=seen)
    taking.close(clinician, item_id, "spoke", now=NOW, seen=seen + 1)
    assert queries.own_requests(asking)[0].stage is Stage.ANSWERED


def test_clin_08_after_an_answer_a_new_request_is_a_new_one(
    session: Session, asking: Viewer, clinician: Viewer
) -> None:
    fill_in(asking)
    first = sending.send(asking, now=NOW)
    taking.take(clinician, first.request.work_item_id, now=NOW)
    taking.close(clinician, first.request.work_item_id, "spoke", now=NOW)
    fill_in(asking)
    second = sending.send(asking, now=NOW)
    assert second.request.number == 2
    assert [one.stage for one in queries.own_requests(asking)] == [Stage.SENT, Stage.ANSWERED]
    assert len(texts(session, "pifu-got")) == 2


def test_d11_the_patient_sees_sent_read_answered(
    session: Session, asking: Viewer, clinician: Viewer
) -> None:
    fill_in(asking)
    sent = sending.send(asking, now=NOW)
    later = NOW + timedelta(hours=2)
    taking.take(clinician, sent.request.work_item_id, now=later)
    (read,) = queries.own_requests(asking)
    assert read.dates == {Stage.SENT: NOW, Stage.READ: later}
    taking.close(clinician, sent.request.work_item_id, "booked", now=later)
    (answered,) = queries.own_requests(asking)
    assert answered.dates[Stage.ANSWERED] == later
    assert answered.action == "booked"


def test_a_request_taken_back_stays_with_staff_until_they_close_it(
    session: Session, asking: Viewer, clinician: Viewer
) -> None:
    """CLIN-12: taking it back is not read as well."""
    fill_in(asking)
    sent = sending.send(asking, now=NOW)
    actions.withdraw_request(asking, sent.request.id, now=NOW)
    actions.withdraw_request(asking, sent.request.id, now=NOW)
    assert queries.own_requests(asking)[0].stage is Stage.WITHDRAWN
    assert [one.item.id for one in open_items(clinician, now=NOW)] == [sent.request.work_item_id]
    (receipt,) = texts(session, "pifu-got")
    assert receipt.state is MessageState.WITHDRAWN
    fill_in(asking)
    assert sending.send(asking, now=NOW).request.number == 2


@pytest.mark.parametrize("said", ["yes", "not_sure"])
def test_clin_02_signs_make_an_alert_before_anything_is_sent(
    session: Session, asking: Viewer, said: str
) -> None:
    actions.save(asking, Step.SIGNS, {"signs": [said]}, now=NOW)
    (alert,) = session.scalars(sa.select(WorkItem).where(WorkItem.kind == "alert"))
    assert alert.reason == {"yes": "pifu_signs", "not_sure": "pifu_signs_not_sure"}[said]


def test_clin_03_words_of_risk_make_an_alert_as_they_are_typed(session: Session, asking: Viewer) -> None:
    words = {"changed": ["mood"], "words": ["I want to kill myself"]}
    actions.save(asking, Step.CHANGED, words, now=NOW)
    assert [item.reason for item in session.scalars(sa.select(WorkItem))] == ["risk_in_words"]


def test_c26_n21_no_agreement_and_a_window_that_is_over_are_refused(
    session: Session, person: Patient, clinician: Viewer
) -> None:
    viewer = patient_of(person)
    fill_in(viewer)
    with pytest.raises(OutsideTheWindow):
        sending.send(viewer, now=NOW)
    make_agreement(session, person, clinician, starts_on=date(2025, 9, 1), ends_on=date(2026, 9, 1))
    with pytest.raises(OutsideTheWindow):
        sending.send(viewer, now=NOW)
    assert queries.draft(viewer) is not None  # nothing that was typed is lost


def test_b46_a_new_agreement_ends_the_one_before(
    session: Session, person: Patient, clinician: Viewer
) -> None:
    first = make_agreement(session, person, clinician)
    second = make_agreement(session, person, clinician, now=NOW + timedelta(minutes=1))
    assert session.get_one(PifuEnd, first.id).reason == "replaced"
    found = queries.system_agreement_of(person.id)
    assert found is not None
    assert found.id == second.id
    staff_actions.end_agreement(clinician, person.id, second.id, reason="patient_wish", now=NOW)
    assert queries.system_agreement_of(person.id) is None


def test_k17_the_move_is_recorded_in_the_episode_once(
    session: Session, person: Patient, clinician: Viewer
) -> None:
    """B18, K17b: attendances moved or discharged to PIFU are counted from these events."""
    episode = make_episode(session, person)
    make_agreement(session, person, clinician, move=Move.MOVED)
    kinds = session.scalars(
        sa.select(EpisodeEvent.kind).where(EpisodeEvent.episode_id == episode.id)
    ).all()
    assert kinds.count(EpisodeEventKind.MOVED_TO_PIFU) == 1


@pytest.mark.parametrize(("profile", "refused"), [("highly_specialist", True), ("bassetlaw", False)])
def test_x9_only_a_referrer_sends_people_back_to_the_specialist_service(
    session: Session, profile: str, refused: bool
) -> None:
    service = make_service(session, profile=profile)
    person, staff = make_patient(session, service), clinician_of(session, service)
    if refused:
        with pytest.raises(Invalid):
            make_agreement(session, person, staff)
    else:
        assert make_agreement(session, person, staff).ends_on == date(2027, 9, 1)


def test_x11_a_request_opens_the_questionnaires_of_re_entry(session: Session) -> None:
    """X11: TPIFU of the contract's schedule, from the day somebody asks to come back."""
    service = make_service(session, profile="bassetlaw", schedule="bassetlaw")
    person, staff = make_patient(session, service), clinician_of(session, service)
    episode = make_episode(session, person)
    make_agreement(session, person, staff)
    fill_in(patient_of(person))
    sending.send(patient_of(person), now=NOW)
    packs = session.scalars(sa.select(Pack).where(Pack.episode_id == episode.id))
    opens = {pack.time_point: pack.opens_on for pack in packs}
    assert opens[TimePoint.TPIFU] == date(2026, 9, 22)


def test_sec_03_another_services_staff_find_nothing(
    session: Session, asking: Viewer, person: Patient
) -> None:
    fill_in(asking)
    sent = sending.send(asking, now=NOW)
    foreign = clinician_of(session, make_service(session))
    with pytest.raises(NotFound):
        queries.request_of(foreign, sent.request.id)
    with pytest.raises(NotFound):
        staff_actions.agree(
            foreign,
            person.id,
            starts_on=date(2026, 9, 1),
            ends_on=date(2026, 9, 2),
            triggers="x",
            others="",
            check_in_months=0,
            now=NOW,
        )
    assert staff_queries.waiting(foreign, now=NOW) == []
    assert staff_queries.register(foreign) == []


def test_d10_the_list_shows_overdue_first(session: Session, person: Patient, clinician: Viewer) -> None:
    other = make_patient(session, queries_service(session, person))
    for someone, at in ((person, NOW), (other, NOW - timedelta(days=9))):
        make_agreement(session, someone, clinician)
        fill_in(patient_of(someone), now=at)
        sending.send(patient_of(someone), now=at)
    found = staff_queries.waiting(clinician, now=NOW)
    assert [(one.patient.id, one.is_overdue) for one in found] == [(other.id, True), (person.id, False)]
    assert staff_queries.waiting(clinician, now=NOW, stage=Stage.READ) == []
    assert staff_queries.waiting(clinician, now=NOW, mine=True) == []


def test_clin_08_past_its_day_the_patient_is_told_once_and_staff_have_a_task(
    session: Session, asking: Viewer
) -> None:
    fill_in(asking)
    sending.send(asking, now=NOW)
    session.commit()
    assert watch(now=NOW + timedelta(days=1), link_key=LINK_KEY) == 0
    late = datetime.fromisoformat("2026-09-25T16:01:00+00:00")
    assert watch(now=late, link_key=LINK_KEY) == 1
    assert watch(now=late + timedelta(hours=1), link_key=LINK_KEY) == 0
    (text,) = texts(session, "pifu-late")
    assert text.words["day"] == "2026-09-28"  # the Monday after
    assert len(items(session, "pifu_late")) == 1


def test_clin_08_nobody_drops_off_silently_at_the_end(session: Session, asking: Viewer) -> None:
    session.commit()
    month_before = datetime.fromisoformat("2027-08-02T08:00:00+00:00")
    assert watch(now=month_before - timedelta(days=1), link_key=LINK_KEY) == 0
    assert watch(now=month_before, link_key=LINK_KEY) == 2  # a task to decide, and a text
    assert watch(now=month_before + timedelta(hours=1), link_key=LINK_KEY) == 0
    assert watch(now=month_before + timedelta(days=23), link_key=LINK_KEY) == 1  # 7 days before
    assert len(texts(session, "pifu-ends")) == 2
    assert len(items(session, "pifu_ends")) == 1


def test_b46_we_look_in_at_the_agreed_points(
    session: Session, person: Patient, clinician: Viewer
) -> None:
    make_agreement(session, person, clinician, check_in_months=3)
    session.commit()
    assert watch(now=datetime.fromisoformat("2027-03-02T09:00:00+00:00"), link_key=LINK_KEY) == 2
    assert len(items(session, "pifu_check_in")) == 2


def test_somebody_who_died_is_left_in_peace(session: Session, asking: Viewer, person: Patient) -> None:
    person.died_on = date(2026, 9, 20)
    session.commit()
    assert watch(now=datetime.fromisoformat("2027-08-20T09:00:00+00:00"), link_key=LINK_KEY) == 0


@pytest.mark.slow
def test_clin_08_five_presses_on_two_phones_at_once_are_one_request(app: Flask, now: datetime) -> None:
    """One open item, every press in its history, one receipt; a close at the same time loses nothing."""
    with committed(app) as session:
        service = make_service(session)
        person = make_patient(session, service)
        staff = clinician_of(session, service)
        make_agreement(session, person, staff)
        viewers = [patient_of(person), patient_of(person)]
        fill_in(viewers[0])
        session.commit()

        def press(viewer: Viewer) -> None:
            with transaction():
                sending.send(viewer, now=NOW)

        at_once(app, *(lambda viewer=viewers[n % 2]: press(viewer) for n in range(5)))
        db.session.rollback()
        assert session.query(PifuRequest).count() == 1
        assert session.query(PifuPress).count() == 5
        assert len(texts(session, "pifu-got")) == 1
        assert len(items(session, "pifu_request")) == 1


@pytest.mark.slow
def test_clin_08_a_press_and_a_close_at_once_lose_nothing(app: Flask, now: datetime) -> None:
    with committed(app) as session:
        service = make_service(session)
        person = make_patient(session, service)
        staff = clinician_of(session, service)
        viewer = patient_of(person)
        make_agreement(session, person, staff)
        fill_in(viewer)
        item_id = sending.send(viewer, now=NOW).request.work_item_id
        seen = taking.take(staff, item_id, now=NOW).standing.seq
        fill_in(viewer)
        session.commit()

        def press() -> None:
            with transaction():
                sending.send(viewer, now=NOW)

        def close() -> None:
            with suppress(Conflict), transaction():  # whichever was first, the other is told
                taking.close(staff, item_id, "spoke", now=NOW, seen=seen)

        at_once(app, press, close)
        db.session.rollback()
        newest = queries.own_requests(viewer)[0]
        assert newest.stage in actions.OPEN  # the second press stands in a request that is still open
        presses = queries.presses_of(newest.request.id)
        steps = session.scalars(
            sa.select(WorkItemEvent.step).where(WorkItemEvent.item_id == item_id)
        ).all()
        was_closed = ItemStep.CLOSED in steps
        assert (len(presses), newest.request.number) == ((1, 2) if was_closed else (2, 1))
