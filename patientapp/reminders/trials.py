"""Which words of a reminder a person gets while two wordings are compared: fixed before the fact.

PURE but for reading its own data file.
"""

from __future__ import annotations

import hashlib
import hmac
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

TRIALS_FILE = Path(__file__).with_name("trials.toml")


@dataclass(frozen=True)
class Arm:
    """One of the wordings that are compared."""

    name: str
    template: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A comparison: for which text, when, and between which wordings."""

    id: str
    question: str
    template: str
    starts: date
    ends: date
    is_approved: bool
    arms: tuple[Arm, ...]

    def runs_on(self, day: date) -> bool:
        """Whether people are allocated on this day."""
        return self.is_approved and self.starts <= day <= self.ends

    def arm_of(self, patient_id: UUID, *, key: str) -> Arm:
        """This person's arm: the same each time, and nobody without the key can tell it before."""
        told = f"trial:{self.id}:{patient_id}".encode()
        number = int.from_bytes(hmac.digest(key.encode(), told, hashlib.sha256)[:8], "big")
        return self.arms[number % len(self.arms)]


@dataclass(frozen=True)
class Chosen:
    """The template to send, and which arm of which trial it is; empty outside of trials."""

    template: str
    arm: str = ""


@cache
def trials() -> tuple[Trial, ...]:
    """Every trial of the data file, running or not."""
    return read(tomllib.loads(TRIALS_FILE.read_text(encoding="utf-8")))


def read(data: Mapping[str, Any]) -> tuple[Trial, ...]:
    """Trials out of a parsed file; ValueError where one has fewer than two arms."""
    made = tuple(_trial(entry) for entry in data["trials"])
    for trial in made:
        if len(trial.arms) < 2:
            raise ValueError(f"trial {trial.id}: a comparison needs two arms")
    return made


def _trial(entry: Mapping[str, Any]) -> Trial:
    return Trial(
        id=entry["id"],
        question=entry["question"],
        template=entry["template"],
        starts=entry["starts"],
        ends=entry["ends"],
        is_approved=bool(entry["approved_by"] and entry["approved_on"]),
        arms=tuple(Arm(arm["name"], arm["template"]) for arm in entry["arms"]),
    )


def choose(template: str, patient_id: UUID, *, day: date, key: str, among: Iterable[Trial]) -> Chosen:
    """The words that this person gets for this text on this day."""
    for trial in among:
        if trial.template == template and trial.runs_on(day):
            arm = trial.arm_of(patient_id, key=key)
            return Chosen(arm.template, f"{trial.id}:{arm.name}")
    return Chosen(template)
