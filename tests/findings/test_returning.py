"""People who came back, by the way they took (B15)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.episodes.rules import ReferralSource
from patientapp.findings.returning import Outcome, returns_by_route
from patientapp.pifu.sending import send
from patientapp.worklist import taking
from patientapp.worklist.queries import open_items
from tests.factories import NOW, make_episode, make_patient, make_service, staff_viewer
from tests.pifu.world import clinician_of, fill_in, make_agreement, patient_of

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)


def happens(session: Session, episode: Episode, kind: str, on: date) -> None:
    at = datetime.combine(on, datetime.min.time(), NOW.tzinfo)
    facts = {"service_id": episode.service_id, "episode_id": episode.id, "recorded_by": "staff:test"}
    session.add(EpisodeEvent(kind=kind, at=at, on=on, recorded_at=NOW, **facts))
    session.flush()


def test_b15_returns_are_counted_by_route_and_outcome(session: Session) -> None:
    """B15: requests under an agreement and new referrals of people who had left, with their outcomes."""
    service = make_service(session)
    me = clinician_of(session, service)
    again = make_patient(session, service)
    first = make_episode(session, again, received=date(2026, 1, 5))
    happens(session, first, "discharged", date(2026, 6, 1))
    second = make_episode(session, again, received=date(2026, 9, 10), source=ReferralSource.GP)
    new = make_patient(session, service)  # had never left: not a return
    make_episode(session, new, received=date(2026, 9, 10), source=ReferralSource.GP)
    asks = make_patient(session, service)
    make_agreement(session, asks, me)
    fill_in(patient_of(asks))
    send(patient_of(asks), now=NOW)

    def counted() -> dict[str, dict[Outcome, int]]:
        found = returns_by_route(me, first=FIRST, last=LAST)
        return {one.route: dict(one.outcomes) for one in found}

    assert counted() == {"request": {Outcome.WAITING: 1}, "gp": {Outcome.WAITING: 1}}
    happens(session, second, "first_appointment", date(2026, 9, 21))
    (item,) = open_items(me, now=NOW, patient_id=asks.id)
    taking.take(me, item.item.id, now=NOW)
    taking.close(me, item.item.id, "spoke:", now=NOW)
    assert counted() == {"request": {Outcome.ANSWERED: 1}, "gp": {Outcome.SEEN: 1}}
    assert returns_by_route(me, first=date(2026, 10, 1), last=date(2026, 10, 31)) == []
    assert returns_by_route(staff_viewer(make_service(session)), first=FIRST, last=LAST) == []
