"""What the database holds of people who sent: each exactly once, and whole (P1, REL-01)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from patientapp.assessments.models import Response
from patientapp.assessments.responses import stored_scores
from patientapp.assessments.rules import values_of
from patientapp.audit.models import AuditChain, AuditEntry
from patientapp.audit.rules import Entry, first_break
from patientapp.db import db
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.questionnaires.library import default_library, score_one
from patientapp.web.models import IdempotencyKey
from tests.accept.people import Ready


def faults(app: Flask, people: Sequence[Ready], answers: Mapping[UUID, bytes]) -> list[str]:
    """What is lost, doubled or partial, in words; `answers` are the 2xx bodies by pack."""
    with app.app_context():
        found = [fault for one in people for fault in _faults_of(one, answers[one.pack_id])]
        db.session.remove()
    return found


def _faults_of(one: Ready, answer: bytes) -> list[str]:
    rows = list(db.session.scalars(sa.select(Response).where(Response.patient_id == one.patient_id)))
    found = [] if len(rows) == len(one.tasks) else [f"{one.pack_id}: {len(rows)} responses"]
    found += [f"{row.id}: scores do not follow from the answers" for row in rows if not _is_whole(row)]
    found += [
        f"{one.pack_id}: response not in the answer" for row in rows if str(row.id).encode() not in answer
    ]
    return found + _audit_faults(one) + _record_faults(one, answer) + _outbox_faults(one)


def _is_whole(row: Response) -> bool:
    instrument = default_library().version(row.instrument, row.instrument_version)
    return row.scores == stored_scores(score_one(instrument, values_of(row.answers)))


def _audit_faults(one: Ready) -> list[str]:
    chain = f"patient:{one.patient_id}"
    asked = sa.select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)
    entries = list(db.session.scalars(asked))
    sent = [entry for entry in entries if entry.action == "submitted answers"]
    found = [] if len(sent) == len(one.tasks) else [f"{chain}: {len(sent)} audit entries"]
    head = db.session.get_one(AuditChain, chain)
    links = ((entry.seq, _entry(entry), entry.hash) for entry in entries)
    broken = first_break(chain, links, head=(head.seq, head.hash))
    return found if broken is None else [*found, f"{chain}: audit breaks at {broken}"]


def _entry(row: AuditEntry) -> Entry:
    return Entry(
        at=row.at,
        actor=row.actor,
        action=row.action,
        service_id=row.service_id,
        object=row.object,
        result=row.result,
    )


def _record_faults(one: Ready, answer: bytes) -> list[str]:
    scope = f"patient:{one.patient_id}"
    asked = sa.select(IdempotencyKey).where(IdempotencyKey.scope == scope)
    records = list(db.session.scalars(asked))
    if [record.status for record in records] != [201]:
        return [f"{scope}: idempotency records {[record.status for record in records]}"]
    is_same = zlib.decompress(records[0].body) == answer
    return [] if is_same else [f"{scope}: the kept answer is another one"]


def _outbox_faults(one: Ready) -> list[str]:
    waiting = sa.select(sa.func.count()).where(
        OutboxMessage.about == one.pack_id, OutboxMessage.state != MessageState.WITHDRAWN
    )
    return [f"{one.pack_id}: a reminder still waits"] if db.session.scalar(waiting) else []
