"""The monthly data set, a line a person and referral, and the counts of the Friends and Family Test.

The data set is what a commissioner's analyst asked for (D12, D34): dates and scores, keys instead of
names; its schema has a version, and each sending is recorded as the event that K24 counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from patientapp.db import db
from patientapp.feedback.models import FftCount, FftTally
from patientapp.kpi.asked import Period
from patientapp.kpi.days import day_of
from patientapp.kpi.facts import COHORTS, DAY_SECONDS, NEVER, Facts, Ints
from patientapp.kpi.groups import DIMENSIONS, Person, groups
from patientapp.kpi.loading import facts_of_people, persons
from patientapp.kpi.queries import touched

SCHEMA = "1"
EVENTS = (
    *("triaged", "returned", "accepted", "contacted", "offered", "treatment_started"),
    *("programme_started", "programme_completed", "plan_issued", "plan_agreed"),
    *("discharged", "summary_sent", "moved_to_pifu", "discharged_to_pifu"),
)
SCORES = (
    ("bpi_sf", "severity_mean"),
    ("bpi_sf", "interference_mean"),
    ("eq5d5l", "index_uk_5l_2026"),
    ("eq5d5l", "vas"),
    ("pseq", "total"),
)
POINTS = ("T0", "TD", "T6")
COLUMNS = (
    *("schema", "referral_key", "received_on", "urgency", "cohort", *DIMENSIONS, "first_attended_on"),
    *("visits_attended", "visits_missed", *(f"{name}_on" for name in EVENTS), "discharge_reason"),
    *(f"{point}_{score}" for point in POINTS for _instrument, score in SCORES),
)


def dataset(service_id: UUID, asked: Period) -> Iterator[list[object]]:
    """A row of each referral that something happened to in the period."""
    for people in touched(service_id, asked):
        facts = facts_of_people(service_id, people)
        yield from _rows(facts, list(persons(service_id, people)), asked)


def _rows(facts: Facts, people: Sequence[Person], asked: Period) -> Iterator[list[object]]:
    on = day_of(asked.last)
    firsts = [facts.first(name) for name in EVENTS]
    gone = facts.events.of("discharged")
    reasons = dict(zip(gone.referral.tolist(), gone.detail.tolist(), strict=True))
    attended, counts = facts.attended(), [_count(facts, state) for state in ("attended", "missed")]
    scores = [_last_score(facts, *each, point) for point in POINTS for each in SCORES]
    for at in np.flatnonzero(_touched(facts, asked)).tolist():
        yield [
            SCHEMA,
            facts.referrals.key[at],
            _on(facts.referrals.received[at]),
            "urgent" if facts.referrals.urgent[at] else "routine",
            COHORTS[facts.referrals.cohort[at]],
            *groups(people[at], on),
            _on(attended[at]),
            *(int(one[at]) for one in counts),
            *(_on(one[at]) for one in firsts),
            reasons.get(at, ""),
            *(None if np.isnan(one[at]) else float(one[at]) for one in scores),
        ]


def _on(wall: int) -> str:
    return "" if wall == NEVER else day_of(wall // DAY_SECONDS).isoformat()


def _touched(facts: Facts, asked: Period) -> Ints:
    out = asked.has(facts.referrals.received)
    for referral, at in (
        (facts.events.referral, facts.events.at),
        (facts.visits.referral, facts.visits.starts),
        *((one.referral, one.at) for one in facts.answers.values()),
    ):
        here = referral[asked.has(at) & (referral >= 0)]
        out[here] = True
    return out


def _count(facts: Facts, state: str) -> Ints:
    where = facts.visits.referral[facts.visits.are(state)]
    return np.bincount(where, minlength=len(facts.referrals))


def _last_score(facts: Facts, instrument: str, score: str, point: str) -> Ints:
    answers = facts.of_instrument(instrument)
    values = answers.values.get(score, np.zeros(0))
    fits = (answers.point == point) & ~np.isnan(values) & ~answers.proxy
    out = np.full(len(facts.referrals), np.nan)
    out[answers.referral[fits]] = values[fits]
    return out


FFT_COLUMNS = ("month", "method", "response", "count")


def fft(service_id: UUID, first: date, last: date) -> Iterator[list[object]]:
    """Counts a month, a collection method and an answer; offered ones have the answer `offered`."""
    sums: dict[tuple[str, str, str], int] = {}
    counts = sa.select(FftCount.day, FftCount.method, FftCount.response, FftCount.count).where(
        FftCount.service_id == service_id, FftCount.day.between(first, last)
    )
    tallies = sa.select(FftTally.month, FftTally.method, FftTally.response, FftTally.count).where(
        FftTally.service_id == service_id, FftTally.month.between(first, last)
    )
    for day, method, response, count in (*db.session.execute(counts), *db.session.execute(tallies)):
        key = (f"{day:%Y-%m}", method, "offered" if response is None else str(response))
        sums[key] = sums.get(key, 0) + count
    yield from ([*key, count] for key, count in sorted(sums.items()))
