"""Schedules: which questionnaires are asked at which time points of an episode, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from patientapp.questionnaires.library import data_folder
from patientapp.workdays import add_months

MOST_MONTHS = 36  # of what repeats: longer than anybody stays without a person looking


class BrokenSchedule(Exception):
    """A schedule file is wrong; the text names file, key and reason."""


@dataclass(frozen=True)
class Anchor:
    """A day counted from an event, or from another anchor while the event has not happened."""

    after: str
    days: int = 0
    months: int = 0
    otherwise: Anchor | None = None

    def day(self, events: Mapping[str, date]) -> date | None:
        """The day, or None while it cannot be known."""
        start = events.get(self.after)
        if start is None:
            return self.otherwise.day(events) if self.otherwise else None
        return add_months(start, self.months) + timedelta(days=self.days)


@dataclass(frozen=True)
class Asked:
    """A questionnaire of a time point, and for which pain sites (all, when none is named)."""

    instrument: str
    pain_sites: tuple[str, ...] = ()
    least_age: int = 0  # in whole years on the day the pack opens (H20)

    def applies(self, pain_site: str, age: int | None = None) -> bool:
        """Whether a person with this pain site, of this age if it is known, is asked it."""
        grown = age is None or age >= self.least_age
        return grown and (not self.pain_sites or pain_site in self.pain_sites)


@dataclass(frozen=True)
class Window:
    """The days of one pack."""

    opens_on: date
    due_on: date
    closes_on: date


@dataclass(frozen=True)
class ScheduledPack:
    """One time point: its days and its questionnaires, in the order asked."""

    code: str
    name: str
    opens: Anchor
    due: Anchor
    closes: Anchor
    asked: tuple[Asked, ...]
    repeats_months: int = 0  # again so many months after the last time; 0: once

    def windows(self, events: Mapping[str, date]) -> Iterator[Window]:
        """The pack's days, of each time it is asked while the episode lasts, three years on at most."""
        first = self.window(events)
        if first is None:
            return
        yield first
        ends, days = events.get("discharged", date.max), (first.opens_on, first.due_on, first.closes_on)
        again = self.repeats_months
        while 0 < again <= MOST_MONTHS and add_months(first.due_on, again) < ends:
            yield Window(*(add_months(day, again) for day in days))
            again += self.repeats_months

    def window(self, events: Mapping[str, date]) -> Window | None:
        """The pack's days, or None while its event has not happened; due never before it opens."""
        days = [anchor.day(events) for anchor in (self.opens, self.due, self.closes)]
        if days[0] is None or days[1] is None or days[2] is None:
            return None
        due = max(days[0], days[1])
        return Window(days[0], due, max(due, days[2]))

    def instruments(self, pain_site: str, age: int | None = None) -> tuple[str, ...]:
        """What a person with this pain site, of this age if it is known, is asked."""
        return tuple(asked.instrument for asked in self.asked if asked.applies(pain_site, age))


@dataclass(frozen=True)
class Schedule:
    """All time points of a schedule."""

    id: str
    version: int
    packs: tuple[ScheduledPack, ...]

    def name_of(self, code: str) -> str:
        """What a patient reads for a time point."""
        return next(pack.name for pack in self.packs if pack.code == code)


@cache
def schedule(name: str) -> Schedule:
    """The schedule of this name; BrokenSchedule says what is wrong with its file."""
    return load(data_folder() / "schedules" / f"{name}.toml")


def check_all() -> list[Schedule]:
    """Every schedule, read and checked; the app does this when it starts."""
    return [schedule(path.stem) for path in sorted((data_folder() / "schedules").glob("*.toml"))]


def load(path: Path) -> Schedule:
    """Read one file."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        packs = tuple(_pack(entry) for entry in data["time_points"])
        return Schedule(data["id"], data["version"], packs)
    except FileNotFoundError:
        raise BrokenSchedule(f"{path.name}: there is no such schedule") from None
    except KeyError as error:
        raise BrokenSchedule(f"{path.name}: {error.args[0]} is missing") from None
    except (ValueError, TypeError) as error:
        raise BrokenSchedule(f"{path.name}: {error}") from None


def _pack(entry: Mapping[str, Any]) -> ScheduledPack:
    asked = (
        Asked(one["id"], tuple(one.get("pain_sites", ())), one.get("least_age", 0))
        for one in entry["instruments"]
    )
    return ScheduledPack(
        code=entry["code"],
        name=entry["name"],
        opens=_anchor(entry["opens"]),
        due=_anchor(entry["due"]),
        closes=_anchor(entry["closes"]),
        asked=tuple(asked),
        repeats_months=entry.get("repeats_months", 0),
    )


def _anchor(entry: Mapping[str, Any]) -> Anchor:
    unknown = set(entry) - {"after", "days", "months", "else"}
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]} is not a key of a day")
    otherwise = _anchor(entry["else"]) if "else" in entry else None
    return Anchor(entry["after"], entry.get("days", 0), entry.get("months", 0), otherwise)
