"""Verbs on visits, on both databases: history kept, texts withdrawn, staff told, days following."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.appointments import actions, free_actions, lists, queries
from patientapp.appointments.actions import KeyUsedForAnotherVisit
from patientapp.appointments.allowed import NotPossibleNow, SlotGone
from patientapp.appointments.models import AppointmentEvent, SlotHolder
from patientapp.appointments.rules import ServiceReason, VisitKind, VisitState
from patientapp.appointments.slots import free_slots
from patientapp.appointments.steps import VisitChanged
from patientapp.assessments.actions import begin_episode
from patientapp.assessments.models import Pack
from patientapp.audit.models import AuditEntry
from patientapp.db import transaction
from patientapp.episodes.queries import system_days
from patientapp.episodes.rules import EpisodeEventKind, PainSite
from patientapp.errors import Forbidden, Invalid, NotFound
from patientapp.messaging.actions import enqueue
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.worklist.models import WorkItem
from tests.appointments.world import IN_TEN_DAYS, details, make_slot, make_visit, patient_of
from tests.factories import NOW, make_episode, make_patient, make_service, staff_viewer

pytestmark = pytest.mark.usefixtures("now")


def queue(session: Session, visit: queries.Visit, key: str = "7d") -> None:
    """A text about a visit, not yet sent."""
    enqueue(
        key=f"{visit.id}:{visit.occurrence}:{key}",
        service_id=visit.service_id,
        patient_id=visit.patient_id,
        about=visit.id,
        template="appt-7d",
        words={"day": "2026-10-02", "time": "10:30", "place": "Moorside Hub"},
        to_number="+447700900001",
        due_at=NOW + timedelta(days=3),
        useful_until=NOW + timedelta(days=4),
        now=NOW,
    )


def texts_of(session: Session, visit: queries.Visit) -> dict[str, MessageState]:
    rows = session.query(OutboxMessage).filter_by(about=visit.id).populate_existing()
    return {row.template: row.state for row in rows}


def reasons(session: Session) -> list[str]:
    return sorted(session.scalars(sa.select(WorkItem.reason)))


def test_b22_a_booked_visit_holds_all_that_was_agreed(session: Session) -> None:
    """B19, H21: how the visit is held is part of it."""
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service))
    agreed = details(interpreter=True)
    made = actions.book(
        staff_viewer(service), episode_id=episode.id, kind=VisitKind.REVIEW, details=agreed, now=NOW
    )
    again = queries.visit(staff_viewer(service), made.id)
    assert (again.state, again.kind, again.details) == (VisitState.BOOKED, VisitKind.REVIEW, agreed)
    assert again.episode_id == episode.id


def test_a_key_sent_again_is_the_same_visit_and_another_is_refused(session: Session) -> None:
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service))
    desk = staff_viewer(service)
    facts = {"episode_id": episode.id, "kind": VisitKind.GROUP, "now": NOW, "key": "PAS-1"}
    first = actions.book(desk, details=details(), **facts)
    assert actions.book(desk, details=details(), **facts).id == first.id
    with pytest.raises(KeyUsedForAnotherVisit):
        actions.book(desk, details=details(minutes=10), **facts)
    other = make_service(session)
    there = make_episode(session, make_patient(session, other))
    elsewhere = facts | {"episode_id": there.id}
    assert actions.book(staff_viewer(other), details=details(), **elsewhere).id != first.id


def test_b22_every_step_is_kept_and_the_newest_is_the_state(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit, desk = make_visit(session, person), staff_viewer(service)
    later = details(starts_at=IN_TEN_DAYS + timedelta(days=1))
    actions.confirm(patient_of(person), visit.id, now=NOW)
    actions.move(desk, visit.id, later, now=NOW + timedelta(hours=1))
    actions.cancel(patient_of(person), visit.id, now=NOW + timedelta(hours=2))
    steps = queries.history(desk, visit.id)
    assert [step.state.value for step in steps] == [
        "booked",
        "confirmed",
        "moved",
        "cancelled_by_patient",
    ]
    assert [step.starts_at for step in steps] == [IN_TEN_DAYS, IN_TEN_DAYS] + [later.starts_at] * 2
    assert [step.occurrence for step in steps] == [1, 1, 3, 3]


def test_b22_steps_are_never_changed(session: Session) -> None:
    visit = make_visit(session, make_patient(session, make_service(session)))
    step = session.get_one(AppointmentEvent, (visit.id, 1))
    step.place = "elsewhere"
    with pytest.raises(TypeError, match="append-only"), session.begin_nested():
        session.flush()
    session.expire(step)


def test_b22_two_who_act_on_one_state_cannot_both(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit = make_visit(session, person)
    actions.confirm(patient_of(person), visit.id, now=NOW, seen=1)
    with pytest.raises(VisitChanged):
        actions.cancel(patient_of(person), visit.id, now=NOW, seen=1)
    from patientapp.appointments.steps import take_step

    with pytest.raises(VisitChanged):  # a race: both read step 1
        take_step(visit, VisitState.MOVED, by="staff:x", now=NOW)


TEXTS = [
    ("confirm", MessageState.DUE),
    ("cancel", MessageState.WITHDRAWN),
    ("move", MessageState.WITHDRAWN),
    ("call_off", MessageState.WITHDRAWN),
]


@pytest.mark.parametrize(("verb", "state"), TEXTS)
def test_sms_06_texts_end_with_the_time_that_they_name(
    session: Session, verb: str, state: MessageState
) -> None:
    service = make_service(session)
    visit, desk = make_visit(session, make_patient(session, service)), staff_viewer(service)
    queue(session, visit)
    session.commit()
    with transaction():
        match verb:
            case "confirm":
                actions.confirm(desk, visit.id, now=NOW)
            case "cancel":
                actions.cancel(desk, visit.id, now=NOW)
            case "move":
                actions.move(desk, visit.id, details(place="Annexe"), now=NOW)
            case _:
                actions.call_off(desk, visit.id, ServiceReason.WEATHER, now=NOW)
    assert texts_of(session, visit)["appt-7d"] is state


def test_sms_06_what_is_rolled_back_withdraws_nothing(session: Session) -> None:
    service = make_service(session)
    visit = make_visit(session, make_patient(session, service))
    queue(session, visit)
    session.commit()
    with pytest.raises(RuntimeError, match="power"), transaction():
        actions.cancel(staff_viewer(service), visit.id, now=NOW)
        raise RuntimeError("power")
    assert texts_of(session, visit) == {"appt-7d": MessageState.DUE}
    assert queries.visit(staff_viewer(service), visit.id).is_open


def test_b51_we_cancel_with_a_reason_a_text_and_a_way_back(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit, desk = make_visit(session, person), staff_viewer(service)
    actions.call_off(desk, visit.id, ServiceReason.STAFF_AWAY, now=NOW)
    text = session.query(OutboxMessage).filter_by(about=visit.id).one()
    assert (text.template, text.words["why"]) == ("appt-off", "staff_away")
    assert text.to_number == person.mobile
    assert reasons(session) == ["visit_to_rebook"]
    assert queries.visit(desk, visit.id).reason == "staff_away"


@pytest.mark.parametrize("over", [{"mobile": ""}, {"texts_ok": False}])
def test_b51_clin_11_who_cannot_be_texted_is_called(session: Session, over: dict[str, object]) -> None:
    service = make_service(session)
    visit = make_visit(session, make_patient(session, service, **over))
    actions.call_off(staff_viewer(service), visit.id, ServiceReason.OTHER, now=NOW)
    assert session.query(OutboxMessage).filter_by(about=visit.id).all() == []
    assert reasons(session) == ["visit_call_needed", "visit_to_rebook"]


def test_b51_the_database_itself_wants_the_reason(session: Session) -> None:
    visit = make_visit(session, make_patient(session, make_service(session)))
    from patientapp.appointments.steps import take_step

    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        take_step(visit, VisitState.CANCELLED_BY_SERVICE, by="staff:x", now=NOW)


def test_b51_days_until_the_visit_instead_are_reported(session: Session) -> None:
    service = make_service(session)
    desk = staff_viewer(service)
    episode = make_episode(session, make_patient(session, service))
    lost = make_visit(session, make_patient(session, service))
    off = make_visit(session, make_patient(session, service), episode=episode)
    for one in (lost, off):
        actions.call_off(desk, one.id, ServiceReason.OTHER, now=NOW)
    later = details(starts_at=IN_TEN_DAYS + timedelta(days=6))
    actions.book(
        desk,
        episode_id=episode.id,
        kind=VisitKind.FOLLOW_UP,
        details=later,
        now=NOW + timedelta(hours=1),
    )
    day = date(2026, 9, 22)
    found = {one.id: days for one, days in lists.days_to_new_date(desk, first=day, last=day)}
    assert found == {lost.id: None, off.id: 6}
    assert lists.days_to_new_date(staff_viewer(make_service(session)), first=day, last=day) == []


def test_a_patient_s_cancel_tells_staff_who_can_give_the_time_away(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit, me = make_visit(session, person), patient_of(person)
    actions.cancel(me, visit.id, now=NOW)
    actions.cancel(me, visit.id, now=NOW)  # tapped twice
    assert reasons(session) == ["visit_cancelled"]
    actions.undo(me, visit.id, now=NOW + timedelta(hours=1))
    assert queries.visit(me, visit.id).state is VisitState.BOOKED
    assert reasons(session) == ["visit_cancelled", "visit_kept_after_all"]


def test_rel_09_after_two_hours_a_cancel_stays(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit, me = make_visit(session, person), patient_of(person)
    actions.cancel(me, visit.id, now=NOW)
    with pytest.raises(NotPossibleNow):
        actions.undo(me, visit.id, now=NOW + timedelta(hours=2))


def test_rel_09_a_free_time_goes_to_one_person(session: Session) -> None:
    service = make_service(session)
    slot = make_slot(session, service)
    people = [make_patient(session, service) for _ in range(2)]
    visits = [make_visit(session, one) for one in people]
    won = free_actions.move_to_slot(patient_of(people[0]), visits[0].id, slot.id, now=NOW)
    assert won.starts_at == slot.starts_at
    with pytest.raises(SlotGone), session.begin_nested():
        free_actions.move_to_slot(patient_of(people[1]), visits[1].id, slot.id, now=NOW)
    assert free_slots(patient_of(people[1]), now=NOW) == []
    assert queries.visit(patient_of(people[1]), visits[1].id).details == visits[1].details


def test_rel_09_the_constraint_holds_without_our_code(session: Session) -> None:
    service = make_service(session)
    slot = make_slot(session, service)
    visits = [make_visit(session, make_patient(session, service)) for _ in range(2)]
    session.add(SlotHolder(slot_id=slot.id, appointment_id=visits[0].id, at=NOW))
    session.flush()
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(
            sa.insert(SlotHolder).values(slot_id=slot.id, appointment_id=visits[1].id, at=NOW)
        )


def test_rel_09_who_moves_on_gives_the_time_back(session: Session) -> None:
    service = make_service(session)
    first, second = (
        make_slot(session, service),
        make_slot(session, service, starts_at=NOW + timedelta(days=13)),
    )
    person = make_patient(session, service)
    visit, me = make_visit(session, person), patient_of(person)
    free_actions.move_to_slot(me, visit.id, first.id, now=NOW)
    free_actions.move_to_slot(me, visit.id, second.id, now=NOW)
    assert [one.id for one in free_slots(me, now=NOW)] == [first.id]
    actions.move(staff_viewer(service), visit.id, details(), now=NOW)
    assert [one.id for one in free_slots(me, now=NOW)] == [first.id, second.id]


def test_rel_09_a_cancelled_visit_keeps_its_time_while_it_can_be_undone(session: Session) -> None:
    service = make_service(session)
    slot = make_slot(session, service)
    people = [make_patient(session, service) for _ in range(2)]
    visits = [make_visit(session, one) for one in people]
    free_actions.move_to_slot(patient_of(people[0]), visits[0].id, slot.id, now=NOW)
    actions.cancel(patient_of(people[0]), visits[0].id, now=NOW)
    other = patient_of(people[1])
    assert free_slots(other, now=NOW + timedelta(minutes=119)) == []
    with pytest.raises(SlotGone), session.begin_nested():
        free_actions.move_to_slot(other, visits[1].id, slot.id, now=NOW + timedelta(minutes=119))
    late = NOW + timedelta(hours=2)
    assert [one.id for one in free_slots(other, now=late)] == [slot.id]
    assert free_actions.move_to_slot(other, visits[1].id, slot.id, now=late).state is VisitState.MOVED


@pytest.mark.parametrize("what", ["past", "withdrawn", "foreign", "unknown"])
def test_rel_09_what_is_not_offered_cannot_be_taken(session: Session, what: str) -> None:
    service = make_service(session)
    over = {"past": {"starts_at": NOW}, "withdrawn": {"withdrawn_at": NOW}}.get(what, {})
    of = make_service(session) if what == "foreign" else service
    slot_id = uuid4() if what == "unknown" else make_slot(session, of, **over).id
    person = make_patient(session, service)
    visit = make_visit(session, person)
    with pytest.raises((SlotGone, NotFound)), session.begin_nested():
        free_actions.move_to_slot(patient_of(person), visit.id, slot_id, now=NOW)


def test_sec_02_sec_03_no_verb_reaches_another_s_visit(session: Session) -> None:
    service = make_service(session)
    visit = make_visit(session, make_patient(session, service))
    strangers = [
        staff_viewer(make_service(session)),
        staff_viewer(service, Role.COMMISSIONER),
        patient_of(make_patient(session, service)),
        patient_of(make_patient(session, make_service(session))),
    ]
    slot = make_slot(session, service)
    for who in strangers:
        calls = [
            lambda who=who: queries.visit(who, visit.id),
            lambda who=who: queries.history(who, visit.id),
            lambda who=who: actions.confirm(who, visit.id, now=NOW),
            lambda who=who: actions.cancel(who, visit.id, now=NOW),
            lambda who=who: actions.undo(who, visit.id, now=NOW),
            lambda who=who: actions.ask_for_call(who, visit.id, now=NOW),
            lambda who=who: free_actions.move_to_slot(who, visit.id, slot.id, now=NOW),
        ]
        for call in calls:
            with pytest.raises(NotFound):
                call()
        assert queries.visits_of(who, visit.patient_id) == []
        assert visit.id not in {one.id for one, _person in lists.visits_on(who, visit.starts_at.date())}
        assert lists.page(who, lists.Wanted()).visits == []


def test_sec_04_a_patient_does_what_patients_may_and_nothing_else(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit, me = make_visit(session, person), patient_of(person)
    calls = [
        lambda: actions.book(
            me, episode_id=visit.episode_id, kind=VisitKind.FIRST, details=details(), now=NOW
        ),
        lambda: actions.move(me, visit.id, details(place="x"), now=NOW),
        lambda: actions.call_off(me, visit.id, ServiceReason.OTHER, now=NOW),
        lambda: actions.attend(me, visit.id, now=NOW),
        lambda: actions.miss(me, visit.id, now=NOW),
        lambda: free_actions.offer_slot(me, details(), now=NOW),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def test_ops_01_each_step_is_in_the_patient_s_audit(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    visit = make_visit(session, person)
    actions.confirm(patient_of(person), visit.id, now=NOW)
    actions.call_off(staff_viewer(service), visit.id, ServiceReason.OTHER, now=NOW)
    chain = sa.select(AuditEntry.action, AuditEntry.actor).where(
        AuditEntry.chain == f"patient:{person.id}"
    )
    done = [tuple(row) for row in session.execute(chain.order_by(AuditEntry.seq))]
    assert ("visit confirmed", f"patient:{person.id}") in done
    assert any(act == "visit cancelled_by_service" and by.startswith("staff:") for act, by in done)


def test_k14_a_first_visit_moves_the_first_questionnaires(session: Session) -> None:
    service = make_service(session)
    person, desk = make_patient(session, service), staff_viewer(service)
    episode = begin_episode(
        desk, patient_id=person.id, pain_site=PainSite.NECK, received_on=date(2026, 9, 1), now=NOW
    )

    def due_on() -> date:
        session.expire_all()
        return session.query(Pack).filter_by(episode_id=episode.id).one().due_on

    visit = actions.book(desk, episode_id=episode.id, kind=VisitKind.FIRST, details=details(), now=NOW)
    assert due_on() == date(2026, 10, 2)
    later = details(starts_at=IN_TEN_DAYS + timedelta(days=5))
    actions.move(desk, visit.id, later, now=NOW + timedelta(hours=1))
    assert due_on() == date(2026, 10, 7)
    actions.attend(desk, visit.id, now=later.starts_at)
    assert system_days(episode.id)[EpisodeEventKind.FIRST_APPOINTMENT] == date(2026, 10, 7)
    actions.book(
        desk,
        episode_id=episode.id,
        kind=VisitKind.FIRST,
        details=details(starts_at=later.starts_at + timedelta(days=9)),
        now=later.starts_at,
    )
    assert due_on() == date(2026, 10, 7)


def test_k14_a_first_visit_before_its_referral_is_refused(session: Session) -> None:
    service = make_service(session)
    episode = make_episode(session, make_patient(session, service), received=date(2026, 12, 1))
    session.commit()
    with pytest.raises(Invalid), transaction():
        actions.book(
            staff_viewer(service), episode_id=episode.id, kind=VisitKind.FIRST, details=details(), now=NOW
        )


def test_time_02_a_day_of_visits_is_a_london_day(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    autumn = [  # the clocks go back on 25 October 2026 at 01:00 UTC
        datetime(2026, 10, 24, 22, 59, tzinfo=UTC),
        datetime(2026, 10, 24, 23, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 23, 59, tzinfo=UTC),
        datetime(2026, 10, 26, 0, 0, tzinfo=UTC),
    ]
    made = [make_visit(session, person, episode=episode, starts_at=at) for at in autumn]
    found = [one.id for one, _person in lists.visits_on(staff_viewer(service), date(2026, 10, 25))]
    assert found == [made[1].id, made[2].id]


def test_pages_of_visits_lose_none_and_show_none_twice(session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    made = {make_visit(session, person, episode=episode).id for _ in range(7)}
    met, after = [], None
    while True:
        page = lists.page(staff_viewer(service), lists.Wanted(after=after, size=3))
        met += [one.id for one in page.visits]
        if (after := page.next_after) is None:
            break
    assert len(met) == 7
    assert set(met) == made
