"""Reckoning each service's own spread at baseline, once it has enough people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from patientapp.assessments.models import BaselineSpread
from patientapp.assessments.spread_queries import (
    system_baseline_people,
    system_last_reckoned,
    system_spreads_at_baseline,
)
from patientapp.assessments.spread_rules import Running, Series, is_worth_reckoning
from patientapp.db import changed, db, insert
from patientapp.questionnaires.comparison import ENOUGH_PEOPLE
from patientapp.questionnaires.library import default_library
from patientapp.workdays import london_day


def reckon_spreads(*, now: datetime) -> list[dict[str, Any]]:
    """The figures of every series that has grown enough, not kept yet.

    Reading may take long, so it is done outside the transaction: on SQLite it would keep every
    writer waiting.
    """
    wanted = _placeholders()
    people = system_baseline_people({instrument for instrument, _version in wanted})
    before = system_last_reckoned()
    grown = [one for one, n in people.items() if is_worth_reckoning(n, before=before.get(one, 0))]
    return [
        _row(series, scale, running, on=london_day(now))
        for series in grown
        if (scales := wanted.get((series.instrument, series.instrument_version)))
        for scale, running in system_spreads_at_baseline(series, scales).items()
        if running.people >= ENOUGH_PEOPLE and running.sd > 0
    ]


def keep_spreads(rows: Sequence[Mapping[str, Any]]) -> int:
    """Keep figures that were reckoned; one that another process kept today stays as it is."""
    if not rows:
        return 0
    return changed(db.session.execute(insert(BaselineSpread).values(rows).on_conflict_do_nothing()))


def _placeholders() -> dict[tuple[str, int], list[str]]:
    """The scales whose SD is a convention, by instrument and version."""
    return {
        (instrument.id, instrument.version): scales
        for instrument in default_library().versions.values()
        if (scales := [s.code for s in instrument.scales if s.reliability and s.reliability.placeholder])
    }


def _row(series: Series, scale: str, running: Running, *, on: date) -> dict[str, Any]:
    return vars(series) | {
        "scale": scale,
        "reckoned_on": on,
        "people": running.people,
        "mean": running.mean,
        "sd": running.sd,
    }
