"""What is typed twice, and where two typings differ. PURE."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from uuid import UUID

from patientapp.assessments.rules import CANNOT_READ, SKIPPED, TWO_MARKED, AnswerMode

FILE = Path(__file__).with_name("policy.toml")
WHOLE = 100


class BrokenPolicy(ValueError):
    """The policy cannot be used; says why."""


class Mark(StrEnum):
    """What stands on paper where no answer does."""

    BLANK = "blank"
    TWO_MARKED = "two_marked"
    CANNOT_READ = "cannot_read"


KEPT = {Mark.BLANK: SKIPPED, Mark.TWO_MARKED: TWO_MARKED, Mark.CANNOT_READ: CANNOT_READ}
ROUTES = (AnswerMode.PAPER, AnswerMode.PHONE, AnswerMode.HELPED, AnswerMode.INTERPRETER)


class CheckStep(StrEnum):
    """How far the second typing of a response is."""

    WANTED = "wanted"
    TYPED = "typed"
    SETTLED = "settled"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How much is typed twice, of one date."""

    version: str
    dated: date
    percent: int
    services: Mapping[str, int]

    def percent_of(self, slug: str) -> int:
        """The share of one service."""
        return self.services.get(slug, self.percent)


@cache
def in_force() -> Policy:
    """The policy in force."""
    return read_policy(FILE.read_text(encoding="utf-8"))


def read_policy(text: str) -> Policy:
    """A policy as written in the file; BrokenPolicy says what is wrong with it."""
    try:
        data = tomllib.loads(text)
        found = Policy(
            version=data["version"],
            dated=data["dated"],
            percent=data["second_typing_percent"],
            services=data["services"],
        )
    except (KeyError, tomllib.TOMLDecodeError) as error:
        raise BrokenPolicy(f"{FILE.name}: {error} is missing or cannot be read") from None
    for share in (found.percent, *found.services.values()):
        if type(share) is not int or not 0 <= share <= WHOLE:
            raise BrokenPolicy(f"{FILE.name}: {share!r} is no whole percentage")
    return found


def is_sampled(response_id: UUID, percent: int) -> bool:
    """Whether this one is typed twice: by its id, so that nobody chooses and asking again is the same."""
    drawn = int.from_bytes(hashlib.sha256(response_id.bytes).digest()[:4]) % WHOLE
    return drawn < percent


def differences(
    first: Mapping[str, int | str], second: Mapping[str, int | str]
) -> dict[str, tuple[int | str | None, int | str | None]]:
    """The items that two typings of one paper say otherwise, with both."""
    codes = [*first, *(code for code in second if code not in first)]
    return {
        code: (first.get(code), second.get(code)) for code in codes if first.get(code) != second.get(code)
    }


def code_of(patient_id: UUID) -> str:
    """What stands on a patient's paper in place of a name: eight letters or digits, in two parts."""
    said = patient_id.hex[:8].upper()
    return f"{said[:4]}-{said[4:]}"


def ids_of(code: str) -> tuple[UUID, UUID] | None:
    """The first and the last id that a code may stand for; None for what is no code."""
    said = "".join(char for char in code.lower() if char.isalnum())
    if len(said) != 8 or not set(said) <= set("0123456789abcdef"):
        return None
    return UUID(said.ljust(32, "0")), UUID(said.ljust(32, "f"))
