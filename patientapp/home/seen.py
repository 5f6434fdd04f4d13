"""Who saw or changed what in one record, in words that its owner can read (OPS-01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patientapp.audit.models import AuditEntry
from patientapp.audit.queries import system_entries
from patientapp.clients.queries import system_client_names
from patientapp.home import seen_texts
from patientapp.services.queries import system_staff_names

PAGE = 100


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One line: when, who, what."""

    seq: int
    at: datetime
    who: str
    what: str


@dataclass(frozen=True, kw_only=True)
class SeenPage:
    """A page of lines, newest first, and where the next one begins."""

    lines: Sequence[Seen]
    before: int | None


def lines_of(
    patient_id: UUID, *, for_staff: bool = False, before: int | None = None, limit: int = PAGE
) -> SeenPage:
    """What happened in one patient's record, newest first; the caller has checked whose it is.

    A press of "I cannot talk safely" is on no page; what somebody told us is on none of staff's. Pages
    that the patient opened one after another are one line: the looks of others are what is asked for.
    """
    found = system_entries(f"patient:{patient_id}", before=before, limit=limit + 1)
    shown, names = found[:limit], _names(found)
    told = [
        one
        for one in shown
        if one.action != seen_texts.QUIET and not (for_staff and one.action.startswith(seen_texts.APART))
    ]
    lines = [
        Seen(
            seq=one.seq,
            at=one.at,
            who=seen_texts.who(one.actor, names.get(one.actor, "")),
            what=seen_texts.in_words(one.action),
        )
        for one, before_it in zip(told, [None, *told], strict=False)
        if not (_is_own_look(one) and before_it is not None and _is_own_look(before_it))
    ]
    return SeenPage(lines=lines, before=shown[-1].seq if len(found) > limit else None)


def _is_own_look(entry: AuditEntry) -> bool:
    return seen_texts.OWN_LOOKS.match(entry.action) is not None and entry.actor.startswith("patient:")


def _names(entries: Iterable[AuditEntry]) -> Mapping[str, str]:
    """Staff and systems by the names that the audit has for them."""
    actors = {one.actor for one in entries}
    found: dict[str, str] = {}
    for kind, names_of in (("staff", system_staff_names), ("client", system_client_names)):
        ids = {UUID(actor.partition(":")[2]) for actor in actors if actor.startswith(f"{kind}:")}
        found |= {f"{kind}:{one}": name for one, name in names_of(ids).items()} if ids else {}
    return found
