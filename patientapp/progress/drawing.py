"""Where the parts of a timeline's charts stand: days and scores turned into places, nothing decided.

All charts of one episode share one axis of days, so that what happened stands above each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

LEFT, RIGHT, TOP, BOTTOM = 32, 328, 36, 164  # inside a view box of 340 by 232
INSET = 14  # points keep off the edges, with their values
LETTER = 11  # as wide as the letter of a mark
CLOSE = 30  # two values nearer than this would touch: the second goes below its point


@dataclass(frozen=True, kw_only=True)
class Axis:
    """The days from which to which an episode is drawn."""

    begins: date
    ends: date

    def x(self, day: date) -> float:
        """How far to the right a day stands; one beyond an end stands at that end."""
        span = (self.ends - self.begins).days
        share = min(max((day - self.begins).days / span, 0), 1) if span else 0.5
        return round(LEFT + INSET + share * (RIGHT - LEFT - 2 * INSET), 1)


def axis(days: Iterable[date]) -> Axis:
    """The axis on which all these days have a place."""
    known = list(days)
    return Axis(begins=min(known), ends=max(known))


@dataclass(frozen=True, kw_only=True)
class Spot:
    """One score to draw: its day, its value and the words of it, and the shape of who answered."""

    day: date
    value: float
    words: str
    shape: str


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One score where it stands, with its value above or below."""

    x: float
    y: float
    words_y: float
    words: str
    shape: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The line, the points and the band of one measure."""

    dots: Sequence[Dot]
    path: str
    band_y: float | None
    band_height: float


class Happening(Protocol):
    """What has a day, an end and the letter of its mark."""

    @property
    def day(self) -> date: ...
    @property
    def until(self) -> date: ...
    @property
    def mark(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One thing that happened: from where to where, and its letter where there is room for it."""

    kind: str
    x: float
    end: float
    letter: str


def marks(happened: Iterable[Happening], on: Axis) -> list[Mark]:
    """Their places, oldest first; of marks of a kind that would touch, the first has the letter."""
    placed: list[Mark] = []
    lettered: dict[str, float] = {}
    for one in happened:
        x = on.x(one.day)
        free = x - lettered.get(one.mark, -LETTER) >= LETTER
        if free:
            lettered[one.mark] = x
        letter = one.mark if free else ""
        placed.append(Mark(kind=one.mark, x=x, end=on.x(one.until), letter=letter))
    return placed


def plot(
    spots: Sequence[Spot], on: Axis, *, low: float, high: float, band: tuple[float, float] | None
) -> Plot:
    """One measure on the axis, its points in order of their days."""

    def y(value: float) -> float:
        return round(BOTTOM - (value - low) / (high - low) * (BOTTOM - TOP), 1)

    dots: list[Dot] = []
    for spot in sorted(spots, key=lambda one: one.day):
        x, at = on.x(spot.day), y(spot.value)
        before = dots[-1] if dots else None
        crowded = before is not None and x - before.x < CLOSE and before.words_y < before.y
        below = at < TOP + 12 or (crowded and at < BOTTOM - 24)
        words_y = round(at + 23 if below else at - 12, 1)
        dots.append(Dot(x=x, y=at, words_y=words_y, words=spot.words, shape=spot.shape))
    return Plot(
        dots=dots,
        path="M" + "L".join(f"{dot.x} {dot.y}" for dot in dots) if len(dots) > 1 else "",
        band_y=y(band[1]) if band else None,
        band_height=round(y(band[0]) - y(band[1]), 1) if band else 0,
    )
