"""Reading a contract's file: every mistake names file, key and reason, and says what would do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

from patientapp.questionnaires.tables import BrokenInstrument, Table
from patientapp.services.profile import Clock, EpisodeLimit, LimitUnit, Profile, ProfileEvent
from patientapp.services.profile_keys import between, clause_of, event_name, event_names, needed_table
from patientapp.services.profile_parts import (
    MOST_LIMIT,
    MOST_MONTHS,
    cohort_of,
    document_of,
    programme_of,
    review_of,
    support_of,
    survey_of,
)

MOST_PERCENT = 100
OLDEST = 120
_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")
_FIGURES = ("outcomes", "readings", "kpis")


class BrokenProfile(BrokenInstrument):
    """A contract's file is wrong; the text names file, key and reason."""


def load(path: Path, *, events: frozenset[str], schedules: frozenset[str]) -> Profile:
    """Read one file; BrokenProfile at the first mistake."""
    try:
        return _profile(Table.read(path, name=path.name), path.stem, events, schedules)
    except BrokenProfile:
        raise
    except BrokenInstrument as error:
        raise BrokenProfile(str(error)) from None


def _profile(top: Table, stem: str, events: frozenset[str], schedules: frozenset[str]) -> Profile:
    if top.text("id") != stem:
        raise top.broken("id", f"must be the name of the file, {stem}")
    clauses = frozenset(top.many("clauses", str))
    own = tuple(_event(one, clauses, events) for one in top.tables("events", []))
    known = events | {one.name for one in own}
    working = needed_table(top, "working_day")
    made = Profile(
        id=stem,
        version=between(top, "version", 1, 10_000),
        name=top.text("name"),
        specification=top.text("specification"),
        first_day=top.get("first_day", date),
        minimum_age=_age(needed_table(top, "ages"), clauses),
        closes=_closes(working),
        hours=working.text("hours", ""),
        clocks=_clocks(top, clauses, known),
        episode=_episode(top, clauses, known),
        review_months=_review(top, clauses),
        support=support_of(needed_table(top, "support"), clauses, known),
        cohorts=tuple(cohort_of(one, clauses, schedules) for one in top.tables("cohorts")),
        documents=tuple(document_of(one, clauses, known) for one in top.tables("documents", [])),
        surveys=tuple(survey_of(one, clauses) for one in top.tables("surveys", [])),
        events=own,
        programme=programme_of(top, clauses),
        reviews=tuple(review_of(one, clauses, known) for one in top.tables("reviews", [])),
        figures=top,
    )
    clause_of(working, clauses)
    working.done()
    if not made.cohorts:
        raise top.broken("cohorts", "needs at least one")
    _figures(top, clauses)
    top.done()
    return made


def _event(table: Table, clauses: frozenset[str], events: frozenset[str]) -> ProfileEvent:
    name = table.text("name")
    if not _NAME.match(name):
        raise table.broken("name", "use small letters, digits and _, 2 to 60 of them")
    if name in events:
        raise table.broken("name", f"{name!r} is an event of every service")
    made = ProfileEvent(name=name, title=table.text("title"), clause=clause_of(table, clauses))
    table.done()
    return made


def _age(table: Table, clauses: frozenset[str]) -> int:
    age = between(table, "minimum", 0, OLDEST)
    clause_of(table, clauses)
    table.done()
    return age


def _closes(table: Table) -> time | None:
    value = table.get("closes", time, None)
    if value is not None and not time(12) <= value <= time(23, 59):
        raise table.broken("closes", f"must be in the afternoon or evening, not {value:%H:%M}")
    return value  # type: ignore[no-any-return]


def _clocks(top: Table, clauses: frozenset[str], known: frozenset[str]) -> tuple[Clock, ...]:
    made = tuple(_clock(one, clauses, known) for one in top.tables("clocks", []))
    names = [one.id for one in made]
    for name in {name for name in names if names.count(name) > 1}:
        raise top.broken("clocks", f"{name!r} stands twice")
    return made


def _clock(table: Table, clauses: frozenset[str], known: frozenset[str]) -> Clock:
    units = [unit for unit in LimitUnit if unit in table.data]
    if len(units) != 1:
        raise table.broken("", f"needs exactly one of {', '.join(LimitUnit)}")
    urgency = table.text("urgency", "")
    if urgency not in {"", "routine", "urgent"}:
        raise table.broken("urgency", f"{urgency!r} is none of: routine, urgent")
    made = Clock(
        id=table.text("id"),
        title=table.text("title"),
        start=event_name(table, "start", known),
        ends=event_names(table, "ends", known),
        limit=between(table, units[0], 0, MOST_LIMIT),
        unit=units[0],
        clause=clause_of(table, clauses),
        urgency=urgency,
        choice_pauses=table.flag("choice_pauses", default=False),
        note=table.text("note", ""),
    )
    table.done()
    return made


def _episode(top: Table, clauses: frozenset[str], known: frozenset[str]) -> EpisodeLimit | None:
    table = top.table("episode", None)
    if table is None:
        return None
    months = between(table, "months", 1, MOST_MONTHS)
    made = EpisodeLimit(
        months=months,
        start=event_names(table, "start", known),
        ends=event_names(table, "ends", known),
        warn_months=between(table, "warn_months", 0, months),
        clause=clause_of(table, clauses),
    )
    table.done()
    return made


def _review(top: Table, clauses: frozenset[str]) -> int | None:
    table = top.table("review", None)
    if table is None:
        return None
    months = between(table, "months", 1, MOST_MONTHS)
    clause_of(table, clauses)
    table.done()
    return months


def _figures(top: Table, clauses: frozenset[str]) -> None:
    """What every line of a return has; its own room reads the rest, and refuses what it knows not."""
    top.asked.update(_FIGURES)
    for table in top.tables("kpis", []):
        table.text("id")
        clause_of(table, clauses)
        for key in _percents(table):
            value = table.number(key)
            if not 0 <= value <= MOST_PERCENT:
                raise table.broken(key, f"must be from 0 to {MOST_PERCENT}, not {value}")
        if "exempt_months" in table.data:
            between(table, "exempt_months", 0, MOST_MONTHS)


def _percents(table: Table) -> Iterator[str]:
    """The keys of a line that are shares; a ratio or a mean has no threshold in percent."""
    yield from (key for key in ("threshold", "sample_percent") if key in table.data)
