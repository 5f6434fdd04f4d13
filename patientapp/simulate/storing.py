"""Made-up people into a service, through the bulk paths of the rooms, some hundred at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from patientapp.appointments import bulk as visits
from patientapp.appointments.bulk_rules import Row
from patientapp.appointments.rules import Details, VisitKind, VisitMode, VisitState
from patientapp.appointments.said_rules import Said
from patientapp.assessments import bulk as answers
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.audit.actions import record_system
from patientapp.db import transaction
from patientapp.episodes import bulk as episodes
from patientapp.episodes.rules import Cohort, PainSite, ReferralSource, Urgency
from patientapp.feedback import bulk as feedback
from patientapp.patients import bulk as patients
from patientapp.patients.rules import Sex
from patientapp.questionnaires.library import default_library
from patientapp.simulate.cohort import Story, nhs_number
from patientapp.workdays import add_months, at_london

PART = 250  # people in one commit
BY = "simulation"


def store(service_id: UUID, told: Iterable[Story], *, seed: int, now: datetime) -> Iterator[int]:
    """Store every story; how many people are stored, after each part."""
    told, done = iter(told), 0
    numbers = filter(None, map(nhs_number, range(10**6)))
    while part := list(islice(told, PART)):
        with transaction():
            _part(service_id, part, numbers, seed=seed, now=now)
        done += len(part)
        yield done
    with transaction():
        record_system(f"simulated {done} people", chain=f"service:{service_id}", now=now, actor=BY)


def _part(
    service_id: UUID, part: list[Story], numbers: Iterator[str], *, seed: int, now: datetime
) -> None:
    ids = [(_id(service_id, seed, one, "P"), _id(service_id, seed, one, "R")) for one in part]
    people = [
        _person(one, who[0], seed, number) for one, who, number in zip(part, ids, numbers, strict=False)
    ]
    patients.add_all(service_id, people, now=now)
    referrals = [_referral(one, who, seed) for one, who in zip(part, ids, strict=True)]
    episodes.add_referrals(service_id, referrals, by=BY, now=now)
    happened = [
        episodes.NewEvent(
            episode_id=who[1],
            kind=kind,
            at=_instant(at),
            detail=detail,
            amount=float(detail) if kind == "opioid_dose" else None,
        )
        for one, who in zip(part, ids, strict=True)
        for kind, at, detail in one.events
    ]
    episodes.add_events(service_id, happened, by=BY, now=now)
    rows = {row.key: row for one, who in zip(part, ids, strict=True) for row in _visits(one, who, seed)}
    visits.store(service_id, rows, by=BY, now=now)
    given = [each for one, who in zip(part, ids, strict=True) for each in _given(one, who, seed)]
    answers.add_all(service_id, given, now=now)


def _id(service_id: UUID, seed: int, one: Story, kind: str) -> UUID:
    """The same id for the same person of the same seed."""
    return uuid5(service_id, f"{seed}:{kind}{one.number}")


def _instant(wall: datetime) -> datetime:
    return at_london(wall.date(), wall.time())


def _person(one: Story, patient_id: UUID, seed: int, number: str) -> dict[str, Any]:
    unreachable = {"mobile": "", "email": "", "texts_ok": False}  # no text about the past, ever
    facts = one.person | unreachable | {"sex": Sex(one.person["sex"])}
    return facts | {"id": patient_id, "patient_key": f"S{seed}-P{one.number}", "nhs_number": number}


def _referral(one: Story, who: tuple[UUID, UUID], seed: int) -> dict[str, Any]:
    return {
        "id": who[1],
        "patient_id": who[0],
        "referral_key": f"S{seed}-R{one.number}",
        "received_at": _instant(one.received),
        "urgency": Urgency.URGENT if one.urgent else Urgency.ROUTINE,
        "source": ReferralSource.GP,
        "pain_site": PainSite.BACK,
        "cohort": Cohort(one.cohort),
        "cancer": one.cancer,
    }


def _visits(one: Story, who: tuple[UUID, UUID], seed: int) -> Iterator[Row]:
    for number, visit in enumerate(one.visits):
        yield Row(
            key=f"S{seed}-A{one.number}-{number}",
            episode_id=who[1],
            patient_id=who[0],
            said=Said(
                kind=VisitKind(visit.kind),
                state=VisitState(visit.state),
                booked_at=_instant(visit.booked),
                details=Details(starts_at=_instant(visit.starts), minutes=45, mode=VisitMode(visit.mode)),
            ),
        )


def _given(one: Story, who: tuple[UUID, UUID], seed: int) -> Iterator[answers.Given]:
    for number, (instrument, point, at, items, mode) in enumerate(one.responses):
        yield answers.Given(
            episode_id=who[1],
            patient_id=who[0],
            instrument=default_library().get(instrument),
            time_point=TimePoint(point),
            answers=items,
            inputs={},
            mode=AnswerMode(mode),
            language="en",
            answered_at=_instant(at),
            response_key=f"S{seed}-Q{one.number}-{number}",
            mark=None,
            corrects_id=None,
        )


def of_the_service(
    service_id: UUID, first: date, last: date, people: int, *, seed: int, now: datetime
) -> None:
    """What belongs to no referral: Friends and Family Test counts, monthly data sets due and sent."""
    draw = np.random.default_rng(seed + 1)
    counts, events, month = [], [], first.replace(day=1)
    size = max(1, people // max(1, (last - first).days // 30))
    while month <= last:
        day = min(add_months(month, 1) - timedelta(days=1), last)
        shares = (0.55, 0.28, 0.07, 0.04, 0.03, 0.03)
        for response, count in enumerate(draw.multinomial(max(1, size // 2), shares), 1):
            counts.append(_fft(seed, day, response, int(count)))
        counts.append(_fft(seed, day, None, size))
        due, name = add_months(month, 1) + timedelta(days=13), f"{month:%Y-%m}"
        if due <= last:
            sent = due + timedelta(days=int(draw.choice((-2, 1), p=(0.9, 0.1))))
            for kind, at in (("dataset_due", due), ("dataset_submitted", min(sent, last))):
                moment = _instant(datetime.combine(at, datetime.min.time()).replace(hour=10))
                events.append(episodes.NewEvent(episode_id=None, kind=kind, at=moment, detail=name))
        month = add_months(month, 1)
    with transaction():
        feedback.keep_all(service_id, counts)
        episodes.add_events(service_id, events, by=BY, now=now)


def _fft(seed: int, day: date, response: int | None, count: int) -> dict[str, Any]:
    key = f"S{seed}-F{day:%Y-%m}-{response or 'offered'}"
    return {"fft_key": key, "day": day, "method": "online", "response": response, "count": count}
