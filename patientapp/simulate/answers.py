"""What made-up people answer: entry, discharge, six months, and surveys; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from patientapp.simulate.cohort import Story

BPI = (
    *("worst", "least", "average", "now", "general_activity", "mood"),
    *("walking", "work", "relations", "sleep", "enjoyment"),
)
EQ5D = ("mo", "sc", "ua", "pd", "ad")
PSEQ = tuple(f"q{number}" for number in range(1, 11))
Rates = Mapping[str, Mapping[str, float]]


def responses(
    one: Story,
    draw: np.random.Generator,
    rates: Rates,
    *,
    seen: datetime,
    gone: datetime | None,
    last: date,
) -> None:
    """Give a story its answers, none of them after the last day."""
    share, gain = rates["answers"], _gain(draw, rates)
    if draw.random() < share["entry"]:
        _pack(one, draw, rates, point="T0", at=seen - timedelta(1), gain=0.0)
    if gone is None:
        return
    if draw.random() < share["discharge"]:
        _pack(one, draw, rates, point="TD", at=gone, gain=gain)
        _surveys(one, draw, at=gone)
    late = gone + timedelta(184)
    if late.date() <= last and draw.random() < share["six_months"]:
        _pack(one, draw, rates, point="T6", at=late, gain=gain)


def _gain(draw: np.random.Generator, rates: Rates) -> float:
    """How much better, in points of a 0 to 10 scale."""
    drawn = draw.random()
    if drawn < rates["outcomes"]["important"]:
        return float(draw.uniform(1.5, 4))
    if drawn < rates["outcomes"]["better"]:
        return float(draw.uniform(0.3, 1.0))
    return float(draw.uniform(-1.5, 0))


def _pack(
    one: Story, draw: np.random.Generator, rates: Rates, *, point: str, at: datetime, gain: float
) -> None:
    bad = 6.8 - gain
    mode = "proxy" if draw.random() < rates["answers"]["proxy"] else "self"
    level = rates["outcomes"]["entry_utility_level"] - gain * 0.06
    given = {
        "bpi_sf": dict(zip(BPI, _around(draw, bad, len(BPI), 0, 10), strict=True)),
        "eq5d5l": {
            **dict(zip(EQ5D, (1 + draw.binomial(4, min(max(level, 0), 1), 5)).tolist(), strict=True)),
            "vas": int(np.clip(draw.normal(45 + 6 * gain, 15), 0, 100)),
        },
        "pseq": dict(zip(PSEQ, _around(draw, 2.2 + gain / 2, 10, 0, 6), strict=True)),
        "functioning": {
            "physical": _around(draw, 3.5 + gain, 1, 0, 10)[0],
            "social": _around(draw, 4 + gain, 1, 0, 10)[0],
        },
    }
    for place, (instrument, items) in enumerate(given.items()):
        if draw.random() > rates["answers"]["items"]:
            items.pop(next(iter(items)))
        one.responses.append((instrument, point, at + timedelta(minutes=3 * place), items, mode))


def _around(draw: np.random.Generator, mean: float, size: int, low: int, high: int) -> list[int]:
    values: list[int] = np.clip(np.rint(draw.normal(mean, 1.3, size)), low, high).astype(int).tolist()
    return values


def _surveys(one: Story, draw: np.random.Generator, *, at: datetime) -> None:
    yes = (draw.random(8) < (0.7, 0.6, 0.6, 0.8, 0.8, 0.15, 0.85, 0.8)).astype(int).tolist()
    names = ("physical", "psychological", "social", "medicines_control", "medicines_plan", "no_medicines")
    outcome = dict(zip(names, yes[:6], strict=True))
    overall = int(draw.choice((1, 2, 3, 4, 5, 6), p=(0.55, 0.3, 0.07, 0.04, 0.02, 0.02)))
    experience = {"overall": overall, "plan_received": yes[6], "information_helpful": yes[7]}
    ratings = dict(zip(("q1", "q2", "q3"), _around(draw, 8.6, 3, 0, 9), strict=True))
    some = {"outcome_survey": outcome, "experience": experience, "collaborate": ratings}
    for place, (instrument, items) in enumerate(some.items()):
        moment = at + timedelta(minutes=15 + place)
        one.responses.append((instrument, "TD", moment, items, "self"))
