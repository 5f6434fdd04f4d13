"""What a document needs before it may go out, to whom it goes, and by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from patientapp.workdays import is_working_day, working_days_after

LONGEST_BLOCK = 4_000
GP_FIRST = "gp_actions"  # actions for the GP stand first (B57, C33)


class Recipient(StrEnum):
    """To whom a document goes."""

    PATIENT = "patient"
    GP = "gp"
    REFERRER = "referrer"
    TIER2 = "tier2"


class Audience(StrEnum):
    """Whom a kind is written for."""

    PATIENT = "patient"
    GP = "gp"


class HowSent(StrEnum):
    """By which way it went."""

    SECURE_MAIL = "secure_mail"
    PAPER = "paper"
    HANDED_OVER = "handed_over"
    LINK = "link"


class Mark(StrEnum):
    """What else is known of an issue."""

    AGREED = "agreed"  # accepted by the patient (C51, B40)
    EXPLAINED = "explained"  # in a way and by a means that suits them (D26)


@dataclass(frozen=True)
class Block:
    """One part of a document."""

    id: str
    title: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What one contract says of a kind."""

    needed: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    working_days: int | None = None
    text_working_days: int | None = None  # where the text says another figure than the KPI (X5, X6)
    clause: str = ""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A sort of document, as its file says."""

    id: str
    title: str
    audience: Audience
    start: str  # the event from which its clock runs
    blocks: tuple[Block, ...]
    needed: tuple[str, ...]
    recipients: tuple[str, ...]
    on_issue: str = ""
    on_sent: str = ""
    on_agreed: str = ""
    contracts: Mapping[str, Terms] = field(default_factory=dict)
    routes: Mapping[str, Terms] = field(default_factory=dict)

    @property
    def block_ids(self) -> tuple[str, ...]:
        """Its blocks, in the order they are read."""
        return tuple(block.id for block in self.blocks)


def terms_of(kind: Kind, contract: str, route: str = "") -> Terms:
    """What a contract and a route ask of a kind, together with what every contract does."""
    own, way = kind.contracts.get(contract, Terms()), kind.routes.get(route, Terms())
    wanted = {*kind.needed, *own.needed, *way.needed}
    to = [*(own.recipients or kind.recipients), *way.recipients]
    return Terms(
        needed=tuple(block for block in kind.block_ids if block in wanted),
        recipients=tuple(dict.fromkeys(to)),
        working_days=own.working_days,
        text_working_days=own.text_working_days,
        clause=own.clause,
    )


def missing(needed: Sequence[str], written: Mapping[str, str]) -> list[str]:
    """The needed blocks that hold nothing: with one of these, a document cannot be issued."""
    return [block for block in needed if not written.get(block, "").strip()]


def due_on(start: date, days: int | None) -> date | None:
    """The last working day in time; a start on a closed day counts from the next working day.

    readings.md `closed_day_receipt`: the next working day is day 0.
    """
    if days is None:
        return None
    first = start if is_working_day(start) else working_days_after(start, 1)
    return working_days_after(first, days)


def too_long(written: Mapping[str, str]) -> list[str]:
    """The blocks with more words than one may hold."""
    return [block for block, text in written.items() if len(text) > LONGEST_BLOCK]
