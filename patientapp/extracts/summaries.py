"""The changes of a whole service summed up: pairs are gathered once, then reckoned all together."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.assessments.rules import TimePoint
from patientapp.db import db
from patientapp.extracts.queries import GIVEN, given_of
from patientapp.extracts.rules import Asked
from patientapp.extracts.summary_rules import Key, Pairs, sums
from patientapp.progress.rules import rescored
from patientapp.progress.shown import instrument_of
from patientapp.scoring.scale import Scale

READ_AT_ONCE = 5_000


def summary(asked: Asked, *, before: datetime) -> list[dict[str, Any]]:
    """For each scale and time point: how many people, their means, and how many got better."""
    found = sorted(_pairs(asked, before=before).items(), key=lambda one: _order(one[0]))
    return [_told(asked, key, pairs) for key, pairs in found]


def _order(key: Key) -> tuple[object, ...]:
    return key.scale, key.instrument_version, key.rule_version, list(TimePoint).index(key.time_point)


def _told(asked: Asked, key: Key, pairs: Pairs) -> dict[str, Any]:
    assert asked.instrument is not None
    scale = instrument_of(asked.instrument, key.instrument_version).scale(key.scale)
    return key._asdict() | {"better": scale.better} | sums(scale, pairs)


def _pairs(asked: Asked, *, before: datetime) -> dict[Key, Pairs]:
    """Baseline and follow-up values by what may be put together, by the rules of one patient."""
    found: dict[Key, Pairs] = {}
    for _episode, rows in groupby(_by_episode(asked, before=before), key=lambda row: row.episode_id):
        for scale, base, row in _follow_ups(rows):
            if _within(row[0].answered_on, asked):
                key = Key(scale.code, *_rules(row[0]), row[0].time_point)
                pairs = found.setdefault(key, Pairs(array("d"), array("d")))
                pairs.base.append(base[1])
                pairs.follow.append(row[1])
    return found


Valued = tuple[sa.Row[Any], float]


def _follow_ups(rows: Iterable[sa.Row[Any]]) -> Iterator[tuple[Scale, Valued, Valued]]:
    """Each score of one episode beside its baseline: the first that there is, by the same rules."""
    answered = sorted(rows, key=lambda row: _PLACE[row.time_point])
    newest = instrument_of(answered[0].instrument, max(row.instrument_version for row in answered))
    if newest.no_change or len(answered) < 2:
        return
    for scale in newest.scales:
        if scale.better is None or scale.textual:
            continue
        valued = ((row, _value(row, scale, newest.version)) for row in answered)
        known = [(row, value) for row, value in valued if value is not None]
        for one in known[1:]:
            if _rules(known[0][0]) == _rules(one[0]):
                yield scale, known[0], one


_PLACE = {when: place for place, when in enumerate(TimePoint)}


def _rules(row: sa.Row[Any]) -> tuple[int, str]:
    return row.instrument_version, row.rule_version


def _within(day: date, asked: Asked) -> bool:
    first, last = asked.first_day, asked.last_day
    return (first is None or day >= first) and (last is None or day <= last)


def _value(row: sa.Row[Any], scale: Scale, version: int) -> float | None:
    """The score as it is kept; an index that came later, from the profile as it was answered."""
    stored = row.scores.get(scale.code)
    if isinstance(stored, int | float):
        return float(stored)
    if stored is not None or scale.value_set is None or row.instrument_version != version:
        return None
    found = rescored(instrument_of(row.instrument, version), scale, given_of(row))
    return None if found is None else found.value


def _by_episode(asked: Asked, *, before: datetime) -> Iterator[sa.Row[Any]]:
    """Every response to one questionnaire that an episode gave, episode by episode."""
    rows = (
        sa.select(*GIVEN, Response.answered_on)
        .where(
            Response.service_id == asked.service_id,
            Response.instrument == asked.instrument,
            Response.received_at < before,
            is_current_response(),
        )
        .order_by(Response.episode_id)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    yield from db.session.execute(rows)
