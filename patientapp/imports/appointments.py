"""The visits of the booking system (contract.md section 6, `appointments`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from patientapp.appointments import bulk
from patientapp.appointments.bulk_rules import Plan, Row, mistakes
from patientapp.appointments.queries import system_first_visits_to_follow
from patientapp.appointments.rules import (
    CANCELLED,
    FURTHEST,
    LONGEST_VISIT,
    Details,
    VisitKind,
    VisitMode,
    VisitState,
)
from patientapp.appointments.said_rules import Said
from patientapp.db import transaction
from patientapp.episodes.rules import EpisodeEventKind, day_problem
from patientapp.errors import Invalid
from patientapp.imports.kinds import Batch, Counts
from patientapp.imports.leading import Referral, referrals_of
from patientapp.imports.rules import Column, Mistake, london_moment, one_of, text, whole
from patientapp.services.queries import system_service
from patientapp.workdays import london_day

LONGEST_KEY, LONGEST_ARM = 100, 40


class Status(StrEnum):
    """What the booking system says of a visit."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CANCELLED_BY_PATIENT = "cancelled_by_patient"
    CANCELLED_BY_SERVICE = "cancelled_by_service"
    ATTENDED = "attended"
    MISSED = "missed"


COLUMNS = (
    Column(name="appointment_key", read=text(LONGEST_KEY), needed=True, example="PAS-20417"),
    Column(name="referral_key", read=text(LONGEST_KEY), needed=True, example="REF-3308"),
    Column(name="booked_at", read=london_moment, example="2026-09-01T11:20"),
    Column(name="starts_at", read=london_moment, needed=True, example="2026-09-24T10:30"),
    Column(name="minutes", read=whole(1, LONGEST_VISIT), example="45"),
    Column(name="kind", read=one_of(VisitKind), needed=True, example="first"),
    Column(name="mode", read=one_of(VisitMode), needed=True, example="face_to_face"),
    Column(name="status", read=one_of(Status), needed=True, example="booked"),
    Column(name="reminder_arm", read=text(LONGEST_ARM), example=""),
)


class Appointments:
    """The `appointments` kind."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns, in the order of the template."""
        return COLUMNS

    def said_before(self, batch: Batch) -> set[int]:
        """The lines that are, but for their order, what was sent last under their key."""
        referrals = referrals_of(batch)
        keys = [values["appointment_key"] for _line, values in batch.rows]
        sent = bulk.digests(batch.service_id, keys)
        return {
            line
            for line, values in batch.rows
            if (referral := referrals.get(values["referral_key"])) is not None
            and _row(values, referral).digest == sent.get(values["appointment_key"])
        }

    def check(self, batch: Batch) -> list[Mistake]:
        """Unknown referrals, days that cannot be, keys of other visits."""
        referrals = referrals_of(batch)
        closed_on = system_service(batch.service_id).closed_on
        keys = [values["appointment_key"] for _line, values in batch.rows]
        there = {key: one.visit for key, one in bulk.known(batch.service_id, keys).items()}
        found = []
        for line, values in batch.rows:
            referral = referrals.get(values["referral_key"])
            wrong = list(_row_mistakes(values, referral, now=batch.now))
            if closed_on is not None and london_day(values["starts_at"]) > closed_on:
                wrong.append(("starts_at", f"this service closed on {closed_on.isoformat()}"))
            if referral is not None:
                wrong += mistakes(_row(values, referral), there.get(values["appointment_key"]))
            found += [Mistake(line=line, column=name, reason=reason) for name, reason in wrong]
        return found

    def key_of(self, values: Mapping[str, Any]) -> str:
        """The sender's own key."""
        return str(values["appointment_key"])

    def row_mistakes(self, values: Mapping[str, Any]) -> tuple[()]:
        """Nothing by itself."""
        return ()

    @property
    def together(self) -> int:
        """A visit that changes costs statements of its own."""
        return 4

    @property
    def gathered(self) -> tuple[str, ...]:
        """Each line is a row."""
        return ()

    def foresee(self, batch: Batch) -> tuple[Counts, set[int]]:
        """What storing them would do, and the lines that say something new."""
        counts, lines = Counts(), set()
        for part, places in _parts(batch):
            todo = bulk.foresee(batch.service_id, part)
            counts += _counts(todo)
            lines |= {places[key] for key in todo.new_keys}
        return counts, lines

    def store(self, batch: Batch) -> Counts:
        """Store them; two rows of one key go one after the other."""
        counts = Counts()
        for part, _lines in _parts(batch):
            counts += _counts(bulk.store(batch.service_id, part, by=batch.by, now=batch.now))
        return counts

    def follow(self, service_id: UUID, *, now: datetime) -> int:
        """Let each episode's days follow its first visit, in a transaction of its own."""
        moved = 0
        for episode_id in system_first_visits_to_follow(service_id):
            try:
                with transaction():
                    moved += bulk.follow(service_id, episode_id, now=now)
            except Invalid:  # its referral has been given a later day since
                continue
        return moved


def _counts(plan: Plan) -> Counts:
    return Counts(len(plan.added), len(plan.changed), plan.same)


def _parts(batch: Batch) -> Iterator[tuple[dict[str, Row], dict[str, int]]]:
    """Rows and lines by key, split where a key comes again."""
    referrals = referrals_of(batch)
    part: dict[str, Row] = {}
    lines: dict[str, int] = {}
    for line, values in batch.rows:
        key = values["appointment_key"]
        if key in part:
            yield part, lines
            part, lines = {}, {}
        part[key], lines[key] = _row(values, referrals[values["referral_key"]]), line
    if part:
        yield part, lines


def _row(values: Mapping[str, Any], referral: Referral) -> Row:
    details = Details(
        starts_at=values["starts_at"],
        minutes=values["minutes"] or Details.minutes,
        mode=values["mode"],
    )
    return Row(
        key=values["appointment_key"],
        episode_id=referral.episode_id,
        patient_id=referral.patient_id,
        said=Said(
            details=details,
            state=VisitState(values["status"]),
            kind=values["kind"],
            booked_at=values["booked_at"],
        ),
        knows_minutes=values["minutes"] is not None,
        reminder_arm=values["reminder_arm"] or "",
    )


def _row_mistakes(
    values: Mapping[str, Any], referral: Referral | None, *, now: datetime
) -> Iterator[tuple[str, str]]:
    starts, booked = values["starts_at"], values["booked_at"]
    if referral is None:
        yield "referral_key", "this service has no such referral"
    elif values["kind"] is VisitKind.FIRST and values["status"] not in set(CANCELLED):
        days = {EpisodeEventKind.RECEIVED: referral.received} if referral.received else {}
        problem = day_problem(EpisodeEventKind.FIRST_APPOINTMENT, london_day(starts), days)
        if problem:
            yield "starts_at", problem
    if starts > now + FURTHEST:
        yield "starts_at", "is too far ahead"
    if booked is not None and booked > starts and values["status"] in {Status.BOOKED, Status.CONFIRMED}:
        yield "booked_at", "is after the visit"
    over = {Status.ATTENDED, Status.MISSED}
    if values["status"] in over and london_day(starts) > london_day(now):
        yield "status", "the day of the visit has not come"
