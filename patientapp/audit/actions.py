"""Adding to the audit, inside the transaction of the act itself (REL-01, OPS-01)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.dml import ReturningInsert

from patientapp.access.viewer import Viewer
from patientapp.audit.models import AuditChain, AuditEntry
from patientapp.audit.rules import START, Entry, entry_hash
from patientapp.db import dialect, insert, run, table


def record(
    viewer: Viewer,
    action: str,
    *,
    now: datetime,
    patient_id: UUID | None = None,
    object: object = "",  # noqa: A002 - the audit's own word
    result: str = "done",
) -> None:
    """Add one entry: to the patient's chain if a patient is concerned, else to the actor's own."""
    add(
        f"patient:{patient_id}" if patient_id else viewer.key,
        Entry(
            at=now,
            actor=viewer.key,
            action=action,
            service_id=viewer.service_id,
            object=str(object),
            result=result,
        ),
    )


def record_system(action: str, *, chain: str, now: datetime, actor: str = "system") -> None:
    """Add one entry for something that no signed-in person did, such as a failed sign-in."""
    add(chain, Entry(at=now, actor=actor, action=action))


def record_each(
    viewer: Viewer, action: str, objects: Sequence[object], *, now: datetime, patient_id: UUID
) -> None:
    """Add one entry for each object of one act on one patient, in their order."""
    entries = [
        Entry(at=now, actor=viewer.key, action=action, service_id=viewer.service_id, object=str(one))
        for one in objects
    ]
    add_all(f"patient:{patient_id}", entries)


def add(chain: str, entry: Entry) -> None:
    """Append to one chain."""
    add_all(chain, [entry])


def add_all(chain: str, entries: Sequence[Entry]) -> None:
    """Append to one chain; its head row serialises those who append to the same one."""
    if not entries:
        return
    head = run(_advance(dialect()), {"chain": chain, "seq": len(entries), "hash": START}).one()
    rows, digest = [], head.hash
    for seq, entry in enumerate(entries, head.seq - len(entries) + 1):
        digest = entry_hash(digest, chain, seq, entry)
        rows.append(vars(entry) | {"chain": chain, "seq": seq, "hash": digest})
    run(_SET_HEAD, {"of": chain, "digest": digest})
    run(_APPEND, rows)


# Built once: building a statement costs more than running it.
_HEADS = table(AuditChain)
_SET_HEAD = (
    sa.update(_HEADS).where(_HEADS.c.chain == sa.bindparam("of")).values(hash=sa.bindparam("digest"))
)
_APPEND = sa.insert(table(AuditEntry))


@cache
def _advance(into: str) -> ReturningInsert[tuple[bytes, int]]:
    """Take the next places: the hash before them and the last one's number."""
    head = insert(AuditChain, into=into)
    return head.on_conflict_do_update(
        index_elements=["chain"], set_={"seq": _HEADS.c.seq + head.excluded.seq}
    ).returning(_HEADS.c.hash, _HEADS.c.seq)
