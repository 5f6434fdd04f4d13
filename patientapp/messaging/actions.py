"""Verbs on texts: recorded with their cause, withdrawn with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from uuid import UUID, uuid4

import sqlalchemy as sa

from patientapp.db import changed, dialect, insert, run, table
from patientapp.messaging import texts
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.moves import note
from patientapp.messaging.queries import of_kinds
from patientapp.messaging.rules import MessageState, Why, sources
from patientapp.patients.contact_rules import TextKind


def enqueue(
    *,
    key: str,
    service_id: UUID,
    patient_id: UUID | None,
    about: UUID,
    template: str,
    words: Mapping[str, str],
    to_number: str,
    due_at: datetime,
    useful_until: datetime,
    now: datetime,
    link_id: UUID | None = None,
    carer_id: UUID | None = None,
    language: str = "en",
    arm: str = "",
) -> bool:
    """Record a text in the transaction of its cause; False when its key was there (SMS-07)."""
    texts.check(template, words, has_link=link_id is not None)
    message_id = uuid4()
    row = {
        "id": message_id,
        "key": key,
        "service_id": service_id,
        "patient_id": patient_id,
        "carer_id": carer_id,
        "about": about,
        "template": template,
        "words": dict(words),
        "link_id": link_id,
        "to_number": to_number,
        "language": language,
        "arm": arm,
        "state": MessageState.DUE,
        "attempt": 0,
        "due_at": due_at,
        "useful_until": useful_until,
        "created_at": now,
    }
    if not changed(run(_add(dialect()), row)):
        return False
    note([message_id], MessageState.DUE, now=now)
    return True


@cache
def _add(into: str) -> sa.Insert:
    """Built once: building a statement costs more than running it."""
    return insert(OutboxMessage, into=into).on_conflict_do_nothing(index_elements=["key"])


def withdraw(*, about: UUID, now: datetime) -> int:
    """Silence every unsent text about this, in the transaction that ends its cause (SMS-06)."""
    return _silence(_END_ABOUT, {"of": about}, why=Why.CAUSE_ENDED, now=now)


def withdraw_of_patient(
    patient_id: UUID, *, kinds: Collection[TextKind] = tuple(TextKind), why: Why, now: datetime
) -> int:
    """Silence this person's unsent texts of these kinds, in the transaction that says so (SMS-06)."""
    theirs = _OUTBOX.c.patient_id == patient_id
    if why is not Why.DIED:  # what goes to a carer goes by the carer's own number and wish
        theirs &= _OUTBOX.c.carer_id.is_(None)
    ending = _ending(theirs, of_kinds(kinds))
    return _silence(ending, {}, why=why, now=now)


def withdraw_of_carer(carer_id: UUID, *, now: datetime) -> int:
    """Silence every unsent text to a carer, in the transaction that ends their access (SEC-11)."""
    return _silence(_ending(_OUTBOX.c.carer_id == carer_id), {}, why=Why.CAUSE_ENDED, now=now)


_OUTBOX = table(OutboxMessage)


_UNSENT = sa.or_(*(_OUTBOX.c.state == state for state in sorted(sources(MessageState.WITHDRAWN))))


def _ending(*which: sa.ColumnElement[bool]) -> sa.Executable:
    return (
        sa.update(_OUTBOX)
        .where(*which, _UNSENT)  # spelt out: a list is put in anew each time the statement runs
        .values(state=MessageState.WITHDRAWN, claimed_until=None)
        .returning(_OUTBOX.c.id)
    )


_END_ABOUT = _ending(_OUTBOX.c.about == sa.bindparam("of"))  # once: each finished pack runs it


def _silence(ending: sa.Executable, given: Mapping[str, UUID], *, why: Why, now: datetime) -> int:
    silenced = list(run(ending, given).scalars())
    note(silenced, MessageState.WITHDRAWN, now=now, reason=why)
    return len(silenced)
