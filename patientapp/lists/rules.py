"""Who stands on a list, and what the policy says is next. PURE."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from patientapp.progress.rules import Outcome, ScaleRow, outcome

FILE = Path(__file__).with_name("policy.toml")


COMPARED = frozenset({Outcome.SAME, Outcome.WORSE, Outcome.BETTER})


class BrokenPolicy(ValueError):
    """The policy cannot be used; says why."""


class Which(StrEnum):
    """The lists there are."""

    NO_ANSWER = "no_answer"
    MISSED = "missed"
    NO_PROGRESS = "no_progress"
    GAP = "gap"


class Act(StrEnum):
    """What the policy says is next for somebody who missed visits (D27)."""

    CALL = "call"
    OTHER_WAY = "other_way"
    DECIDE = "decide"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The figures of one date."""

    version: str
    dated: date
    no_answer_days: int
    progress_days: int
    scales: tuple[tuple[str, str], ...]  # instrument and scale
    gap_weeks: int
    gap_months_back: int
    missed_months: int
    steps: tuple[tuple[int, Act], ...]
    own_steps: Mapping[str, tuple[tuple[int, Act], ...]]  # of a contract, by its id
    sources: Mapping[Which, str]

    def next_act(self, missed: int, profile: str) -> Act:
        """The last step that so many missed visits have reached."""
        steps = self.own_steps.get(profile, self.steps)
        reached = [act for least, act in steps if missed >= least]
        return reached[-1] if reached else steps[0][1]


@cache
def in_force() -> Policy:
    """The policy in force."""
    return read_policy(FILE.read_text(encoding="utf-8"))


def read_policy(text: str) -> Policy:
    """A policy as written in the file; BrokenPolicy says what is wrong with it."""
    try:
        data = tomllib.loads(text)
        return Policy(
            version=data["version"],
            dated=data["dated"],
            no_answer_days=_whole(data["no_answer"]["days_after_close"]),
            progress_days=_whole(data["no_progress"]["days"]),
            scales=tuple(_scale(one) for one in data["no_progress"]["scales"]),
            gap_weeks=_whole(data["gap"]["weeks"]),
            gap_months_back=_whole(data["gap"]["months_back"]),
            missed_months=_whole(data["missed"]["months"]),
            steps=_steps(data["missed"]["steps"]),
            own_steps={name: _steps(steps) for name, steps in data["profiles"].items()},
            sources={which: data[which]["source"] for which in Which},
        )
    except (KeyError, ValueError) as error:
        raise BrokenPolicy(f"{FILE.name}: {error} is missing or cannot be used") from None


def _whole(given: object) -> int:
    if type(given) is not int or not 1 <= given <= 400:
        raise ValueError(f"{given!r}: no whole number from 1 to 400")
    return given


def _scale(named: str) -> tuple[str, str]:
    instrument, _dot, scale = named.partition(".")
    return instrument, scale


def _steps(given: Iterable[Mapping[str, Any]]) -> tuple[tuple[int, Act], ...]:
    steps = tuple((_whole(one["missed"]), Act(one["act"])) for one in given)
    if not steps or any(earlier[0] >= later[0] for earlier, later in pairwise(steps)):
        raise ValueError("steps: at least one, each for more missed visits than the one before")
    return steps


def without_progress(rows: Iterable[ScaleRow], scales: Iterable[tuple[str, str]]) -> list[ScaleRow]:
    """The scales to show of an episode in which none of these got better; empty where one did, or
    where nothing could be compared."""
    asked = set(scales)
    found = [(row, outcome(row)) for row in rows if (row.instrument.id, row.scale.code) in asked]
    compared = [
        (row, said) for row, said in found if said in {Outcome.SAME, Outcome.WORSE, Outcome.BETTER}
    ]
    if any(said is Outcome.BETTER for _row, said in compared):
        return []
    return [row for row, _said in compared]
