"""Reads of the outbox for the machine itself, and of the local phone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.db import UtcDateTime, db, run, table
from patientapp.messaging.kinds import FAMILIES
from patientapp.messaging.models import LocalPhoneText, OutboxMessage
from patientapp.messaging.rules import IN_FLIGHT, MessageState, day_began, may_call_now, week_began
from patientapp.patients.carer_models import Carer
from patientapp.patients.contact_rules import TextKind
from patientapp.patients.models import Patient
from patientapp.services.models import Service

Due = sa.Row[Any]  # a due text, what its patient's record says, and what they were sent of late


@dataclass(frozen=True)
class PhoneSummary:
    """One phone of the local phone page."""

    number: str
    texts: int
    newest_at: datetime


def system_candidates(
    *, for_duty: bool, now: datetime, batch: int, only_late: bool = False
) -> Sequence[Due]:
    """Texts whose time has come, or has passed, oldest first, locked for this transaction; those
    another transaction is changing (withdrawing, say) are skipped. In the quiet hours of patients
    only what is to be counted expired."""
    asked = _candidates(for_duty=for_duty, only_late=only_late or not (for_duty or may_call_now(now)))
    given = {"now": now, "day": day_began(now), "week": week_began(now), "batch": batch}
    return run(asked, given).all()


_OUTBOX, _PATIENTS = table(OutboxMessage).c, table(Patient).c
_TEXT = (
    *(_OUTBOX.id, _OUTBOX.attempt, _OUTBOX.service_id, _OUTBOX.patient_id, _OUTBOX.template),
    *(_OUTBOX.words, _OUTBOX.link_id, _OUTBOX.to_number, _OUTBOX.language, _OUTBOX.useful_until),
)
_PERSON = (
    *(_PATIENTS.mobile, _PATIENTS.died_on, _PATIENTS.needs, _PATIENTS.paused_until),
    *(_PATIENTS.pause_reason, _PATIENTS.texts_ok, _PATIENTS.visit_texts_ok),
    *(_PATIENTS.questionnaire_texts_ok, _PATIENTS.feedback_texts_ok),
)
_CARERS = table(Carer).c
_CARER = (  # whose number it is, where it is not the patient's
    *(_OUTBOX.carer_id, _CARERS.mobile.label("carer_mobile")),
    *(_CARERS.ends_on.label("carer_ends_on"), _CARERS.ended_at.label("carer_ended_at")),
)
_NOW = sa.bindparam("now", type_=UtcDateTime)


@cache
def _candidates(*, for_duty: bool, only_late: bool) -> sa.Select[Any]:
    """Built once, and of columns: building this and loading whole records cost more than running it."""
    sent = (_sent_since("day").label("sent_today"), _sent_since("week").label("sent_this_week"))
    return (
        sa.select(*_TEXT, *_PERSON, *_CARER, *sent)
        .select_from(
            table(OutboxMessage)
            .outerjoin(Patient, Patient.id == OutboxMessage.patient_id)
            .outerjoin(Carer, Carer.id == OutboxMessage.carer_id)
        )
        .where(OutboxMessage.state == MessageState.DUE, OutboxMessage.due_at <= _NOW)
        .where(OutboxMessage.patient_id.is_(None) if for_duty else _patients_turn())
        .where(OutboxMessage.useful_until <= _NOW if only_late else sa.true())
        .order_by(OutboxMessage.due_at)
        .limit(sa.bindparam("batch", type_=sa.Integer))
        .with_for_update(of=table(OutboxMessage), skip_locked=True)
    )


def _patients_turn() -> sa.ColumnElement[bool]:
    """Patients with no other text on its way."""
    other = aliased(OutboxMessage)
    busy = sa.exists().where(other.patient_id == OutboxMessage.patient_id, other.state.in_(IN_FLIGHT))
    return sa.and_(OutboxMessage.patient_id.is_not(None), ~busy)


def _sent_since(moment: str) -> sa.ScalarSelect[int]:
    other = aliased(OutboxMessage)
    since = sa.bindparam(moment, type_=UtcDateTime)
    return (
        sa.select(sa.func.count())
        .where(other.patient_id == OutboxMessage.patient_id, other.sent_at >= since)
        .where(other.carer_id.is_not_distinct_from(OutboxMessage.carer_id))  # each their own ceiling
        .scalar_subquery()
    )


@cache
def still_suitable() -> sa.ColumnElement[bool]:
    """The number is still this living, willing person's, or their carer's (SMS-06); duty staff suit."""
    trusted = (
        sa.exists()
        .where(Carer.id == OutboxMessage.carer_id, Carer.mobile == OutboxMessage.to_number)
        .where(Carer.ended_at.is_(None))
    )
    same = sa.exists().where(
        Patient.id == OutboxMessage.patient_id,
        Patient.mobile == OutboxMessage.to_number,
        Patient.texts_ok,
        Patient.died_on.is_(None),
        _wished_for(),
    )
    own = sa.and_(OutboxMessage.carer_id.is_(None), same)
    return sa.or_(OutboxMessage.patient_id.is_(None), own, trusted)


def _wished_for() -> sa.ColumnElement[bool]:
    """Texts of this kind are wished for; what is in no family of templates always is."""
    wishes = {
        TextKind.VISIT: Patient.visit_texts_ok,
        TextKind.QUESTIONNAIRE: Patient.questionnaire_texts_ok,
        TextKind.FEEDBACK: Patient.feedback_texts_ok,
    }
    return sa.case(*((of_kinds([kind]), wished) for kind, wished in wishes.items()), else_=sa.true())


def of_kinds(kinds: Collection[TextKind]) -> sa.ColumnElement[bool]:
    """Texts of these kinds, by their templates' families; in none are those that were asked for."""
    template = OutboxMessage.template
    inside = [template.startswith(name) for name, kind in FAMILIES.items() if kind in kinds]
    if TextKind.ASKED_FOR in kinds:
        inside.append(~sa.or_(*(template.startswith(name) for name in FAMILIES)))
    return sa.or_(sa.false(), *inside)


def system_services_load(
    service_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, tuple[Service, int]]:
    """Each service with the number of patients' texts it has claimed or sent today (SMS-07).

    One statement: in two, a text that moves from claimed to sent between them counts in neither.
    """
    given = {"ids": list(service_ids), "day": day_began(now)}
    return {one.id: (one, sent) for one, sent in db.session.execute(_services_load(), given)}


@cache
def _services_load() -> sa.Select[Service, int]:
    """Two counts, each over few rows of an index; together they count no text twice."""
    count = sa.select(sa.func.count()).where(
        OutboxMessage.service_id == Service.id, OutboxMessage.patient_id.is_not(None)
    )
    is_sent = OutboxMessage.sent_at >= sa.bindparam("day", type_=UtcDateTime)
    is_claimed = OutboxMessage.state == MessageState.CLAIMED
    claimed = count.where(is_claimed, sa.or_(OutboxMessage.sent_at.is_(None), ~is_sent))
    both = count.where(is_sent).scalar_subquery() + claimed.scalar_subquery()
    return sa.select(Service, both).where(Service.id.in_(sa.bindparam("ids", expanding=True)))


def system_phones() -> list[PhoneSummary]:
    """Every number that the local phone has texts for, the one written to last first."""
    newest = sa.func.max(LocalPhoneText.at)
    asked = (
        sa.select(LocalPhoneText.to_number, sa.func.count(), newest)
        .group_by(LocalPhoneText.to_number)
        .order_by(newest.desc(), LocalPhoneText.to_number)
    )
    return [PhoneSummary(*row) for row in db.session.execute(asked)]


def system_local_texts(number: str) -> list[LocalPhoneText]:
    """The texts of one local phone, newest first."""
    asked = sa.select(LocalPhoneText).where(LocalPhoneText.to_number == number)
    newest_first = asked.order_by(LocalPhoneText.at.desc(), LocalPhoneText.id)
    return list(db.session.scalars(newest_first))


def system_has_key(key: str) -> bool:
    """Whether a text of this key was recorded before, whatever became of it."""
    found = sa.select(OutboxMessage.id).where(OutboxMessage.key == key)
    return db.session.execute(found).first() is not None
