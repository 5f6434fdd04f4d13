"""The kinds of import and what each needs to know and do; a new kind is a new entry here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from patientapp.imports.rules import Column, Mistake


@dataclass(frozen=True)
class Counts:
    """What an import did, or would do."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.added + other.added, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some good rows of one service, in the order of the file."""

    service_id: UUID
    rows: Sequence[tuple[int, Mapping[str, Any]]]  # line, values
    by: str
    now: datetime


class Kind(Protocol):
    """What a kind of import can do."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns, in the order of the template."""

    def said_before(self, batch: Batch) -> set[int]:
        """The lines that say of their key what the newest row of it said; changes nothing."""

    def check(self, batch: Batch) -> list[Mistake]:
        """What is wrong with these rows beside what is stored; changes nothing."""

    @property
    def key(self) -> str:
        """The column of the sender's own key."""

    def foresee(self, batch: Batch) -> tuple[Counts, set[int]]:
        """What storing them would do, and the lines that say something new; changes nothing."""

    def store(self, batch: Batch) -> Counts:
        """Store them, in the transaction that is open."""

    def follow(self, service_id: UUID, *, now: datetime) -> int:
        """What follows from stored rows and may be done again at any time; how much was done."""


def kinds() -> dict[str, Kind]:
    """Every kind, by its name."""
    from patientapp.imports.appointments import Appointments

    return {"appointments": Appointments()}
