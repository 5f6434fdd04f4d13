"""What the Friends and Family Test counts, and how much of it we keep."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from patientapp.workdays import london_day

INSTRUMENT = "fft"
ITEM = "response"
POSITIVE = frozenset({1, 2})  # very good, good (NHS England, since October 2014)
NEGATIVE = frozenset({4, 5})  # poor, very poor; neither and don't know stay in the denominator
RESPONSES = frozenset(range(1, 7))
LONGEST_COMMENT = 1_000
MOST_COMMENTS = 500  # a month and service: a row that anybody may add to must have an end


class Method(StrEnum):
    """How an answer was given (contract.md section 6)."""

    SMS = "sms"
    ONLINE = "online"
    PAPER = "paper"
    PHONE = "phone"
    KIOSK = "kiosk"
    QR = "qr"


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Counts of one collection and its two shares in per cent; none where nobody answered."""

    responses: int
    positive: int
    negative: int

    @property
    def positive_percent(self) -> float | None:
        """Very good and good of all responses."""
        return 100 * self.positive / self.responses if self.responses else None

    @property
    def negative_percent(self) -> float | None:
        """Poor and very poor of all responses."""
        return 100 * self.negative / self.responses if self.responses else None


def shares(counts: Mapping[int, int]) -> Shares:
    """What counts per answer come to."""
    return Shares(
        responses=sum(counts.values()),
        positive=sum(counts.get(code, 0) for code in POSITIVE),
        negative=sum(counts.get(code, 0) for code in NEGATIVE),
    )


def month_of(moment: datetime) -> date:
    """The first day of the London month: the only time that is kept (OPS-07)."""
    return london_day(moment).replace(day=1)


def with_comment(comments: Sequence[str], comment: str) -> list[str] | None:
    """The month's comments with one more in its alphabetical place, so that no order of arrival is
    left (OPS-07); None when the month is full."""
    if len(comments) >= MOST_COMMENTS:
        return None
    merged = list(comments)
    insort(merged, comment)
    return merged
