"""What happened, as another system tells it (contract.md section 6, `events`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from patientapp.episodes import bulk
from patientapp.episodes.rules import (
    MAYBE_WITHOUT_EPISODE,
    WITHOUT_EPISODE,
    EpisodeEventKind,
    amount_of,
    day_problem,
    detail_problem,
)
from patientapp.imports.following import follow_packs
from patientapp.imports.keyed import Keyed, Row, Values
from patientapp.imports.kinds import Batch
from patientapp.imports.rules import Column, Mistake, london_moment, text
from patientapp.services.queries import profile_of, system_service
from patientapp.workdays import london_day

LONGEST_KEY, LONGEST_DETAIL = 100, 200
K = EpisodeEventKind
ELSEWHERE = {
    K.RECEIVED: "comes with the referral: import referrals",
    K.FIRST_APPOINTMENT: "comes with the visits: import appointments",
}
AHEAD = frozenset({K.DATASET_DUE, K.NOTIFICATION_DUE, K.WAIT_BY_CHOICE_TO})  # may be known before
COLUMNS = (
    Column(name="event_key", read=text(LONGEST_KEY), example="E-70012"),
    Column(name="referral_key", read=text(LONGEST_KEY), example="REF-3308"),
    Column(name="event", read=text(60), needed=True, example="discharged"),
    Column(name="at", read=london_moment, needed=True, example="2026-09-04T10:15"),
    Column(name="detail", read=text(LONGEST_DETAIL), example="completed"),
)


class Events(Keyed):
    """The `events` kind; rows without a key of their sender are known by all that they say."""

    name, key, columns = "events", "event_key", COLUMNS

    def key_of(self, values: Values) -> str:
        """The sender's key, else the whole row: two equal rows are one."""
        if values["event_key"] is not None:
            return str(values["event_key"])
        said = (values[name] for name in ("referral_key", "event", "at", "detail"))
        return "\x1f".join(["", *(str(value or "") for value in said)])

    def row_mistakes(self, values: Values) -> Iterator[tuple[str, str]]:
        """A detail that is none, or a referral where there can be none."""
        kind, detail = values["event"], values["detail"]
        if kind in ELSEWHERE:
            yield "event", ELSEWHERE[kind]
        if kind in WITHOUT_EPISODE and values["referral_key"] is not None:
            yield "referral_key", "leave it empty: a data set is the service's"
        if problem := detail_problem(kind, detail or ""):
            yield "detail", problem

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """Unknown events and referrals, days that cannot be."""
        referrals = _referrals(batch)
        own = _own_events(batch)
        for line, values in batch.rows:
            for name, reason in _mistakes(values, referrals, own, batch):
                yield Mistake(line, name, reason)

    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Record them; a changed row corrects what its key said before."""
        referrals = _referrals(batch)
        changed = [row.mark for row in rows if not row.is_new]
        newest = bulk.system_current_of(batch.service_id, changed) if changed else {}
        made = [_event(row, referrals.get(row.values["referral_key"]), newest) for row in rows]
        bulk.add_events(batch.service_id, made, by=batch.by, now=batch.now)

    def follow(self, service_id: Any, *, now: Any) -> int:
        """Assign the packs that are still to come."""
        return follow_packs(service_id, now=now)


def _referrals(batch: Batch) -> dict[str, Any]:
    keys = {values["referral_key"] for _line, values in batch.rows} - {None}
    return bulk.system_referrals(batch.service_id, keys)


def _own_events(batch: Batch) -> frozenset[str]:
    contract = profile_of(system_service(batch.service_id))
    return frozenset(contract.event_names if contract else ())


def _mistakes(
    values: Values, referrals: dict[str, Any], own: frozenset[str], batch: Batch
) -> Iterator[tuple[str, str]]:
    kind, key = values["event"], values["referral_key"]
    if kind not in set(EpisodeEventKind) and kind not in own:
        yield "event", "there is no such event: see patientapp import events --template and the README"
    referral = referrals.get(key)
    if key is None and kind not in MAYBE_WITHOUT_EPISODE:
        yield "referral_key", "is needed and empty: this event is of one referral"
    elif key is not None and referral is None:
        yield "referral_key", "this service has no such referral: import referrals first"
    if values["at"] > batch.now and kind not in AHEAD:
        yield "at", "has not come yet"
    elif referral is not None and kind not in bulk.AT_ANY_TIME:
        known = {EpisodeEventKind.RECEIVED: referral.received_on}
        if problem := day_problem(kind, london_day(values["at"]), known):
            yield "at", problem


def _event(row: Row, referral: Any, newest: dict[bytes, Any]) -> bulk.NewEvent:
    values = row.values
    detail = values["detail"] or ""
    return bulk.NewEvent(
        episode_id=referral.id if referral is not None else None,
        kind=values["event"],
        at=values["at"],
        detail=detail,
        amount=amount_of(values["event"], detail),
        event_key=values["event_key"],
        mark=row.mark if row.is_new else None,
        corrects_id=None if row.is_new else newest.get(row.mark),
    )
