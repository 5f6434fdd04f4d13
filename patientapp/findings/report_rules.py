"""What a report on paid work leaves out, and what it counts (B03). PURE."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class WorkPair:
    """The scores of `work` at entry, and the newest later ones of the same episode."""

    entry: Mapping[str, Any]
    later: Mapping[str, Any]

    @property
    def was_in_work(self) -> bool:
        """Whether the person had paid work at both points: without it no day of it can be lost."""
        return self.entry.get("in_work") == "yes" == self.later.get("in_work")

    @property
    def days(self) -> tuple[float, float] | None:
        """Days lost in four weeks at entry and later; None where one is not known."""
        both = self.entry.get("days_lost"), self.later.get("days_lost")
        if not all(isinstance(one, int | float) for one in both):
            return None
        return float(both[0]), float(both[1])  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class WorkChange:
    """Days lost from paid work at entry and later, of people with paid work at both."""

    people: int
    fewer: int
    same: int
    more: int
    entry_mean: float | None
    later_mean: float | None
    not_in_work: int
    not_known: int


def work_change(pairs: Sequence[WorkPair]) -> WorkChange:
    """The report: people without paid work, and those who skipped the days, are told and left out."""
    working = [pair for pair in pairs if pair.was_in_work]
    known = [pair.days for pair in working if pair.days is not None]
    return WorkChange(
        people=len(known),
        fewer=sum(later < entry for entry, later in known),
        same=sum(later == entry for entry, later in known),
        more=sum(later > entry for entry, later in known),
        entry_mean=sum(entry for entry, _later in known) / len(known) if known else None,
        later_mean=sum(later for _entry, later in known) / len(known) if known else None,
        not_in_work=len(pairs) - len(working),
        not_known=len(working) - len(known),
    )
