"""Reads of the audit: every chain with its head, to be checked from end to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from patientapp.audit.models import AuditChain, AuditEntry
from patientapp.audit.rules import START, Entry, first_break
from patientapp.db import db

READ_AT_ONCE = 2_000
NO_HEAD = (-1, START)


@dataclass(frozen=True)
class Checked:
    """One chain and the number of the entry at which it stops being whole; None when it is whole."""

    chain: str
    broken_at: int | None


def system_checked() -> Iterator[Checked]:
    """Every chain, read once, a batch at a time: entries that lost their head show as well."""
    entries = (
        sa.select(AuditEntry, AuditChain.seq, AuditChain.hash)
        .outerjoin(AuditChain, AuditChain.chain == AuditEntry.chain)
        .order_by(AuditEntry.chain, AuditEntry.seq)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    for chain, rows in groupby(db.session.execute(entries), key=lambda row: row[0].chain):
        yield _checked(chain, rows)
    has_any = sa.exists().where(AuditEntry.chain == AuditChain.chain)
    for emptied in db.session.scalars(sa.select(AuditChain.chain).where(~has_any)):
        yield Checked(emptied, 1)


def system_entries(chain: str, *, before: int | None, limit: int) -> list[AuditEntry]:
    """The newest entries of a chain, or those before one; whose it is, the caller has made sure."""
    asked = sa.select(AuditEntry).where(AuditEntry.chain == chain)
    if before is not None:
        asked = asked.where(AuditEntry.seq < before)
    return list(db.session.scalars(asked.order_by(AuditEntry.seq.desc()).limit(limit)))


def _checked(chain: str, rows: Iterable[Any]) -> Checked:
    rows = iter(rows)
    first = next(rows)
    head = NO_HEAD if first[1] is None else (first[1], first[2])

    def links() -> Iterator[tuple[int, Entry, bytes]]:
        yield _link(first[0])
        yield from (_link(row[0]) for row in rows)

    return Checked(chain, first_break(chain, links(), head=head))


def _link(row: AuditEntry) -> tuple[int, Entry, bytes]:
    entry = Entry(
        at=row.at,
        actor=row.actor,
        action=row.action,
        service_id=row.service_id,
        object=row.object,
        result=row.result,
    )
    return row.seq, entry, row.hash
