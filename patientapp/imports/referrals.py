"""The referrals of another system (contract.md section 6, `referrals`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from patientapp.episodes import bulk
from patientapp.episodes.rules import Cohort, PainSite, ReferralSource, Urgency
from patientapp.imports.following import follow_packs
from patientapp.imports.keyed import Keyed, Row, Values
from patientapp.imports.kinds import Batch
from patientapp.imports.rules import Column, Mistake, london_moment, one_of, text, yes_no
from patientapp.patients.bulk import system_ids
from patientapp.services.queries import system_service
from patientapp.workdays import london_day

LONGEST_KEY = 100
COLUMNS = (
    Column(name="referral_key", read=text(LONGEST_KEY), needed=True, example="REF-3308"),
    Column(name="patient_key", read=text(LONGEST_KEY), needed=True, example="P-1001"),
    Column(name="received_at", read=london_moment, needed=True, example="2026-08-28T17:31"),
    Column(name="urgency", read=one_of(Urgency), example="routine"),
    Column(name="source", read=one_of(ReferralSource), example="gp"),
    Column(name="pain_site", read=one_of(PainSite), example="back"),
    Column(name="cohort", read=one_of(Cohort), example="pain"),
    Column(name="cancer", read=yes_no, example="n"),
)
DEFAULTS = {
    "urgency": Urgency.ROUTINE,
    "source": ReferralSource.OTHER,
    "pain_site": PainSite.OTHER,
    "cohort": Cohort.PAIN,
    "cancer": False,
}


class Referrals(Keyed):
    """The `referrals` kind."""

    name, key, columns, is_update = "referrals", "referral_key", COLUMNS, True

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """Unknown people, another person's referral, days that cannot be."""
        people = _people(batch)
        stored = bulk.system_referrals(batch.service_id, {v["referral_key"] for _l, v in batch.rows})
        first = bulk.system_first_days([one.id for one in stored.values()])
        closed_on = system_service(batch.service_id).closed_on
        for line, values in batch.rows:
            known = stored.get(values["referral_key"])
            for name, reason in _mistakes(values, people, known):
                yield Mistake(line, name, reason)
            on = london_day(values["received_at"])
            if values["received_at"] > batch.now:
                yield Mistake(line, "received_at", "has not come yet")
            elif closed_on is not None and on > closed_on:
                yield Mistake(line, "received_at", f"this service closed on {closed_on.isoformat()}")
            elif known is not None and (day := first.get(known.id)) is not None and on > day:
                reason = f"must not be after the first thing recorded ({day.isoformat()})"
                yield Mistake(line, "received_at", reason)

    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """New episodes, and what is new about known ones."""
        people = _people(batch)
        keys = {row.values["referral_key"] for row in rows}
        stored, new = bulk.system_referrals(batch.service_id, keys), []
        for row in rows:
            given = {name: value for name, value in row.values.items() if value is not None}
            patient_id = people[given.pop("patient_key")]
            known = stored.get(row.values["referral_key"])
            if known is None:
                new.append({**DEFAULTS, **given, "patient_id": patient_id})
            else:
                bulk.change_referral(known, given, by=batch.by, now=batch.now)
        bulk.add_referrals(batch.service_id, new, by=batch.by, now=batch.now)

    def follow(self, service_id: Any, *, now: Any) -> int:
        """Assign the packs that are still to come."""
        return follow_packs(service_id, now=now)


def _people(batch: Batch) -> dict[str, Any]:
    return system_ids(batch.service_id, {values["patient_key"] for _line, values in batch.rows})


def _mistakes(values: Values, people: dict[str, Any], known: Any) -> Iterator[tuple[str, str]]:
    patient_id = people.get(values["patient_key"])
    if patient_id is None:
        yield "patient_key", "this service has no such patient: import patients first"
    elif known is not None and known.patient_id != patient_id:
        yield "patient_key", "this referral is another person's"
