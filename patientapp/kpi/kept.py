"""Published figures as they are kept: a return is hidden once, and read by everybody (SEC-05).

Figures of a period that has ended are worked out anew once a day, of an old one once a month, and
whenever its contract changes or referrals of that time come in late. Between those moments nobody can
learn from the difference of two readings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db, insert
from patientapp.episodes.models import Episode
from patientapp.kpi.contract import Contract
from patientapp.kpi.measures import Span
from patientapp.kpi.models import KpiPublished
from patientapp.kpi.periods import last_month
from patientapp.kpi.published import Count, Form, Published
from patientapp.workdays import add_months

HIDING = 2  # raise it when the rules of hiding change: what was kept under the old ones is made anew
OLD = timedelta(days=92)  # then late answers and letters have come
KEY = ("service_id", "span", "first_day", "form")
Days = tuple[date, date]
Make = Callable[[Days, Span, Form], Sequence[Published]]


@dataclass(frozen=True)
class Kept:
    """The kept figures of one service: what is current is read, what is not is made and put by."""

    service_id: UUID
    contract: Contract
    make: Make
    now: datetime
    today: date
    fresh: dict[tuple[Span, date, Form], tuple[str, list[Any]]]

    def figures(self, every: Sequence[Days], span: Span, form: Form) -> list[Sequence[Published]]:
        """The figures of each of these periods of one length."""
        asked = sa.select(KpiPublished.first_day, KpiPublished.version, KpiPublished.figures).where(
            KpiPublished.service_id == self.service_id,
            KpiPublished.span == span,
            KpiPublished.form == form,
            KpiPublished.first_day.in_([first for first, _last in every]),
        )
        there = {(row.first_day, row.version): row.figures for row in db.session.execute(asked)}
        lines = {line.id: line for line in self.contract.lines}
        found = []
        for days in every:
            version = self._version(days)
            stored = there.get((days[0], version))
            if stored is None:
                made = self.make(days, span, form)
                self.fresh[span, days[0], form] = version, [_plain(one) for one in made]
            else:
                made = [_figure(one, lines) for one in stored]
            found.append(made)
        return found

    def put_by(self) -> None:
        """Keep what had to be made; who came first at the same time is overwritten with the same."""
        for (span, first_day, form), (version, figures) in self.fresh.items():
            row = {"service_id": self.service_id, "span": span, "first_day": first_day, "form": form}
            made = insert(KpiPublished).values(**row, version=version, made_at=self.now, figures=figures)
            newer = {name: made.excluded[name] for name in ("version", "made_at", "figures")}
            db.session.execute(made.on_conflict_do_update(index_elements=KEY, set_=newer))

    def _version(self, days: Days) -> str:
        when = f"{self.today:%Y-%m}" if self.today - days[1] > OLD else self.today.isoformat()
        return f"{when} {self._made_of}"

    @cached_property
    def _made_of(self) -> str:
        """The rules, the contract, and the newest referral of a month that has ended."""
        this_month = add_months(last_month(self.today), 1)
        newest = (
            sa.select(Episode.created_at)
            .where(Episode.service_id == self.service_id, Episode.received_on < this_month)
            .order_by(Episode.created_at.desc())
            .limit(1)
        )
        contract = hashlib.sha256(repr(self.contract).encode()).hexdigest()[:16]
        return f"{HIDING} {contract} {db.session.scalar(newest)}"


def _plain(one: Published) -> dict[str, Any]:
    return {
        "id": one.line.id,
        "total": _cells(one.total),
        "met": one.met,
        "band": one.band,
        "notes": list(one.notes),
        # in a list: PostgreSQL does not keep the order of an object
        "groups": [
            [name, [[each, _cells(row)] for each, row in rows]] for name, rows in one.groups.items()
        ],
    }


def _cells(count: Count) -> list[Any]:
    value = None if count.value is None else str(count.value)
    return [count.numerator, count.denominator, value, count.is_hidden]


def _figure(stored: dict[str, Any], lines: dict[str, Any]) -> Published:
    groups = {name: [(each, _count(cells)) for each, cells in rows] for name, rows in stored["groups"]}
    return Published(
        line=lines[stored["id"]],
        total=_count(stored["total"]),
        met=stored["met"],
        band=stored["band"],
        notes=tuple(stored["notes"]),
        groups=groups,
    )


def _count(cells: Sequence[Any]) -> Count:
    numerator, denominator, value, is_hidden = cells
    return Count(numerator, denominator, None if value is None else Fraction(value), is_hidden)
