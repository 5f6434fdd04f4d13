"""OPS-01: one entry an act, hash-chained, and any edit shows."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.audit.actions import record
from patientapp.audit.models import AuditChain, AuditEntry
from patientapp.audit.rules import START, Entry, entry_hash, first_break
from tests.factories import NOW, make_service, staff_viewer


def chain_of(*actions: str) -> list[tuple[int, Entry, bytes]]:
    previous, entries = START, []
    for seq, action in enumerate(actions, 1):
        entry = Entry(at=NOW, actor="staff:1", action=action)
        previous = entry_hash(previous, "c", seq, entry)
        entries.append((seq, entry, previous))
    return entries


def head(entries: list[tuple[int, Entry, bytes]]) -> tuple[int, bytes]:
    return entries[-1][0], entries[-1][2]


def test_ops_01_an_untouched_chain_is_whole() -> None:
    entries = chain_of("a", "b", "c")
    assert first_break("c", entries, head=head(entries)) is None


@pytest.mark.parametrize("place", [0, 1, 2])
def test_ops_01_an_edited_entry_shows(place: int) -> None:
    entries = chain_of("a", "b", "c")
    seq, entry, stored = entries[place]
    edited = [*entries]
    edited[place] = (seq, replace(entry, actor="staff:2"), stored)
    assert first_break("c", edited, head=head(entries)) == place + 1


@pytest.mark.parametrize("place", [0, 1, 2])
def test_ops_01_a_removed_entry_shows_even_at_the_end(place: int) -> None:
    entries = chain_of("a", "b", "c")
    left = entries[:place] + entries[place + 1 :]
    assert first_break("c", left, head=head(entries)) is not None


def test_ops_01_recording_links_each_entry_to_the_one_before(session: Session) -> None:
    viewer = staff_viewer(make_service(session))
    patient = uuid4()
    for action in ("looked", "changed", "looked"):
        record(viewer, action, now=NOW, patient_id=patient, object="pack")
    chain = f"patient:{patient}"
    rows = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)
    )
    entries = [
        (
            row.seq,
            Entry(
                at=row.at,
                actor=row.actor,
                action=row.action,
                service_id=row.service_id,
                object=row.object,
                result=row.result,
            ),
            row.hash,
        )
        for row in rows
    ]
    last = session.get_one(AuditChain, chain)
    assert [entry.action for _seq, entry, _hash in entries] == ["looked", "changed", "looked"]
    assert first_break(chain, entries, head=(last.seq, last.hash)) is None
