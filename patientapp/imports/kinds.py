"""The kinds of import and what each needs to know and do; a new kind is a new entry here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

    def key_of(self, values: Mapping[str, Any]) -> str:
        """What names the fact that a row tells."""

    def row_mistakes(self, values: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
        """What is wrong with a line by itself: column and reason."""

    @property
    def together(self) -> int:
        """How many rows are stored in one commit at least: what costs hardly more than one row."""

    @property
    def gathered(self) -> tuple[str, ...]:
        """Columns in which several lines under one key make one row; none in most kinds."""

    def foresee(self, batch: Batch) -> tuple[Counts, set[int]]:
        """What storing them would do, and the lines that say something new; changes nothing."""

    def store(self, batch: Batch) -> Counts:
        """Store them, in the transaction that is open."""

    def follow(self, service_id: UUID, *, now: datetime) -> int:
        """What follows from stored rows and may be done again at any time; how much was done."""


def kinds(*, replace: bool = False) -> dict[str, Kind]:
    """Every kind, by its name; each import has its own."""
    from patientapp.imports.appointments import Appointments
    from patientapp.imports.events import Events
    from patientapp.imports.fft import Fft
    from patientapp.imports.people import Patients
    from patientapp.imports.referrals import Referrals
    from patientapp.imports.responses import Responses

    return {
        "patients": Patients(),
        "referrals": Referrals(),
        "events": Events(replace=replace),
        "appointments": Appointments(),
        "responses": Responses(replace=replace),
        "fft": Fft(replace=replace),
    }
