"""The education programme: seats, register, hours, what completes it, and what was offered."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role, Viewer
from patientapp.education import programme_actions as actions
from patientapp.education import programme_queries as queries
from patientapp.education.programme_actions import ProgrammeFull
from patientapp.education.programme_models import LearningOffer, ProgrammePlace
from patientapp.education.programme_register import NotYet, keep_register
from patientapp.education.programme_rules import (
    C55,
    TOPICS,
    LearningRoute,
    Needed,
    OfferStep,
    ProgrammeMode,
    free_seat,
    is_complete,
    is_evening_or_weekend,
    not_covered,
    weekly,
)
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.errors import NotFound
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.workdays import london_time
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
SIX = Needed(sessions=6, hours=24.0)
HOURS = Needed(sessions=None, hours=18.0)
EVERY = Needed(sessions=None, hours=None)


@pytest.mark.parametrize(
    ("needed", "sessions", "minutes", "held", "expected"),
    [
        (SIX, 5, 1440, 6, False),
        (SIX, 6, 1440, 6, True),
        (HOURS, 9, 18 * 60 - 1, 9, False),
        (HOURS, 4, 18 * 60, 9, True),
        (EVERY, 5, 0, 6, False),
        (EVERY, 6, 0, 6, True),
        (EVERY, 0, 0, 0, False),
        (Needed(sessions=6, hours=None, share=0.8), 4, 0, 6, False),
        (Needed(sessions=6, hours=None, share=0.8), 5, 0, 6, True),
    ],
)
def test_c54_d47_k20_what_completes_a_programme_is_the_contracts_setting(
    needed: Needed, sessions: int, minutes: int, held: int, expected: bool
) -> None:
    """C54: the whole programme of 6 sessions; D47: 18 hours; H07: else every session."""
    assert is_complete(needed, sessions=sessions, minutes=minutes, held=held) is expected


def test_c55_the_twenty_topics_each_have_a_place_in_the_library() -> None:
    assert len(C55) == 20
    assert len(TOPICS) == 20
    assert not_covered([]) == list(TOPICS)
    assert not_covered([["sleep", "pacing"], TOPICS]) == []


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        (datetime(2026, 9, 22, 15, 59, tzinfo=UTC), False),  # 16:59 in London
        (datetime(2026, 9, 22, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 9, 26, 9, 0, tzinfo=UTC), True),  # a Saturday
        (datetime(2026, 9, 25, 9, 0, tzinfo=UTC), False),
    ],
)
def test_c16_evenings_and_weekends_are_known(starts_at: datetime, expected: bool) -> None:
    assert is_evening_or_weekend(starts_at) is expected


def test_time_02_weekly_sessions_keep_their_hour_when_the_clocks_change() -> None:
    days = weekly(date(2026, 10, 20), time(17, 30), 3)
    assert [london_time(day) for day in days] == [time(17, 30)] * 3
    assert days[1] - days[0] == timedelta(days=7, hours=1)


def test_c54_the_lowest_free_seat_is_given_until_there_is_none() -> None:
    assert free_seat([1, 3], 15) == 2
    assert free_seat(range(1, 16), 15) is None


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session, profile="south_cheshire")


@pytest.fixture
def me(session: Session, service: Service) -> Viewer:
    return staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)


def plan(me: Viewer, *, sessions: int = 6, first: date = date(2026, 8, 3), **over: Any) -> UUID:
    """Weekly sessions of four hours that began in August."""
    facts: dict[str, Any] = {
        "name": "Living with pain",
        "mode": ProgrammeMode.FACE_TO_FACE,
        "place": "Moorside Hub",
        "wall": time(10),
        "minutes": 240,
        "now": NOW,
    }
    return actions.plan(me, first=first, sessions=sessions, **(facts | over))


def someone(session: Session, service: Service) -> tuple[Patient, Episode]:
    person = make_patient(session, service)
    return person, make_episode(session, person, received=date(2026, 7, 1))


def come(me: Viewer, programme: UUID, number: int, place: ProgrammePlace, minutes: int = 240) -> None:
    one = queries.course(me, programme).sessions[number]
    came = {place.id: minutes} if minutes else {}
    keep_register(me, programme, one.id, came, now=NOW)


def current(session: Session, episode: Episode, kind: str) -> list[EpisodeEvent]:
    return (
        session.query(EpisodeEvent).filter_by(episode_id=episode.id, kind=kind).filter(is_current()).all()
    )


def test_c54_never_more_than_15_and_the_seat_of_who_leaves_is_free(
    session: Session, service: Service, me: Viewer
) -> None:
    programme = plan(me)
    people = [someone(session, service) for _ in range(16)]
    for _person, episode in people[:15]:
        actions.join(me, programme, episode.id, now=NOW)
    with pytest.raises(ProgrammeFull):
        actions.join(me, programme, people[15][1].id, now=NOW)
    actions.join(me, programme, people[0][1].id, now=NOW)  # asked twice it is one seat
    assert queries.course(me, programme).taken == 15
    actions.leave(me, programme, people[3][0].id, now=NOW)
    assert actions.join(me, programme, people[15][1].id, now=NOW).seat == 4


def test_c54_h07_the_register_makes_events_and_the_last_session_completes(
    session: Session, service: Service, me: Viewer
) -> None:
    programme = plan(me)
    _person, episode = someone(session, service)
    place = actions.join(me, programme, episode.id, now=NOW)
    for number in range(5):
        come(me, programme, number, place)
    assert len(current(session, episode, "programme_started")) == 1
    hours = [(event.detail, event.amount) for event in current(session, episode, "programme_session")]
    assert hours == [("4", 4.0)] * 5
    assert current(session, episode, "programme_completed") == []
    come(me, programme, 5, place)
    (done,) = current(session, episode, "programme_completed")
    assert done.on == date(2026, 9, 7)


def test_a_correction_of_the_register_takes_back_what_it_said(
    session: Session, service: Service, me: Viewer
) -> None:
    programme = plan(me, sessions=6)
    _person, episode = someone(session, service)
    place = actions.join(me, programme, episode.id, now=NOW)
    for number in range(6):
        come(me, programme, number, place)
    come(me, programme, 2, place, minutes=0)
    assert len(current(session, episode, "programme_session")) == 5
    assert current(session, episode, "programme_completed") == []
    come(me, programme, 2, place, minutes=180)
    come(me, programme, 2, place, minutes=180)
    assert sorted(event.detail for event in current(session, episode, "programme_session"))[0] == "3"
    assert len(current(session, episode, "programme_session")) == 6
    assert len(current(session, episode, "programme_completed")) == 1


def test_d47_18_hours_complete_where_the_contract_counts_hours(session: Session) -> None:
    service = make_service(session, profile="durham_tier3")
    me = staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)
    programme = plan(me, sessions=7)
    _person, episode = someone(session, service)
    place = actions.join(me, programme, episode.id, now=NOW)
    for number, minutes in enumerate((240, 240, 240, 240, 119)):
        come(me, programme, number, place, minutes=minutes)
    assert current(session, episode, "programme_completed") == []
    come(me, programme, 5, place, minutes=1)
    assert len(current(session, episode, "programme_completed")) == 1


def test_the_register_of_a_session_to_come_is_closed(
    session: Session, service: Service, me: Viewer
) -> None:
    programme = plan(me, first=date(2026, 10, 5))
    _person, episode = someone(session, service)
    place = actions.join(me, programme, episode.id, now=NOW)
    with pytest.raises(NotYet):
        come(me, programme, 0, place)


def test_sec_02_another_services_programme_is_not_found(session: Session, me: Viewer) -> None:
    programme = plan(me)
    stranger = staff_viewer(make_service(session), Role.CLINICIAN)
    with pytest.raises(NotFound):
        queries.course(stranger, programme)
    assert queries.courses(stranger, now=NOW) == []


def test_c50_c51_n17_what_was_said_is_kept_once_a_day(
    session: Session, service: Service, me: Viewer
) -> None:
    """N19: each way to learn apart, one to one where a group is not possible."""
    person, episode = someone(session, service)
    for step in (OfferStep.OFFERED, OfferStep.DISCUSSED, OfferStep.ACCEPTED, OfferStep.ACCEPTED):
        actions.say(me, episode.id, step, LearningRoute.GROUP, on=date(2026, 9, 22), now=NOW)
    assert session.query(LearningOffer).count() == 3
    assert {one.step for one in queries.offers_of(me, person.id)} == {
        OfferStep.OFFERED,
        OfferStep.DISCUSSED,
        OfferStep.ACCEPTED,
    }
    alone, day = LearningRoute.ONE_TO_ONE, date(2026, 9, 22)
    actions.say(me, episode.id, OfferStep.OFFERED, alone, on=day, now=NOW)
    assert [one.step for one in queries.offers_of(me, person.id) if one.route is alone] == [
        OfferStep.OFFERED
    ]


def test_staff_plan_a_programme_give_a_place_and_keep_the_register(
    app: Flask, session: Session, service: Service, me: Viewer
) -> None:
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    person, episode = someone(session, service)
    session.commit()

    def post(page: str, address: str, **values: object):  # type: ignore[no-untyped-def]
        forget_form_token()
        form = form_of(desk.get(page).text) | {"idempotency_key": f"key-{uuid4().hex}"} | values
        return desk.post(address, data=form)

    base = "/staff/programmes"
    wrong = post(base, base, name="Autumn", time="half past", mode="video")
    assert wrong.status_code == 422
    assert "Give the time like 17:30" in wrong.text
    assert 'value="Autumn"' in wrong.text
    day = {"day": "15", "month": "9", "year": "2026", "time": "17:30", "sessions": "6", "minutes": "240"}
    made = post(base, base, name="Autumn", mode="face_to_face", place="Hub", **day)
    page = made.headers["Location"]
    assert "Evening or weekend" in desk.get(page).text
    assert "Topics that no session has yet" in desk.get(page).text
    learning = f"/staff/patients/{person.id}/learning"
    ids = {"patient_id": str(person.id), "episode": str(episode.id)}
    assert post(learning, f"{learning}/said", **ids).status_code == 422
    assert post(learning, f"{learning}/said", step="offered", route="group", **ids).status_code == 303
    programme = page.rsplit("/", 1)[1]
    assert post(learning, f"{learning}/join", programme=programme, **ids).status_code == 303
    one = queries.course(me, UUID(programme)).sessions[0]
    register = f"{page}/sessions/{one.id}"
    place = session.query(ProgrammePlace).one()
    assert post(register, register, came=str(place.id)).status_code == 303
    assert [event.detail for event in current(session, episode, "programme_session")] == ["4"]
    changed = post(
        register,
        f"{register}/change",
        day="16",
        month="9",
        year="2026",
        time="18:00",
        minutes="200",
        topics="sleep",
    )
    assert changed.status_code == 303
    assert "Sleep" in desk.get(page).text


@pytest.fixture
def person_and_phone(app: Flask, session: Session, service: Service) -> tuple[Patient, FlaskClient]:
    person = make_patient(session, service)
    client = app.test_client()
    sign_in_patient(client, make_pack(session, person))
    return person, client


def test_c56_a_patient_sees_dates_and_what_to_arrange(
    session: Session, me: Viewer, person_and_phone: tuple[Patient, FlaskClient]
) -> None:
    person, phone = person_and_phone
    assert "You have no place in a programme" in phone.get("/programme").text
    programme = plan(me, first=date(2026, 10, 5))
    actions.join(me, programme, make_episode(session, person).id, now=NOW)
    session.commit()
    page = phone.get("/programme").text
    assert "5 October 2026, 10:00" in page
    assert "tell your employer" in page
    assert "If travel is hard, call us" in page
