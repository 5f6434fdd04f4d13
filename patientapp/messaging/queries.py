"""Reads of the outbox for the machine itself, and of the local phone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.db import UtcDateTime, db
from patientapp.messaging.kinds import FAMILIES
from patientapp.messaging.models import LocalPhoneText, OutboxMessage
from patientapp.messaging.rules import IN_FLIGHT, MessageState, day_began, may_call_now, week_began
from patientapp.patients.contact_rules import TextKind
from patientapp.patients.models import Patient
from patientapp.services.models import Service

# A due text, its patient (none: duty staff), and how many they were sent today and this week.
Due = sa.Row[OutboxMessage, Patient | None, int, int]


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
    return db.session.execute(asked, given).all()


_NOW = sa.bindparam("now", type_=UtcDateTime)


@cache
def _candidates(*, for_duty: bool, only_late: bool) -> sa.Select[OutboxMessage, Patient | None, int, int]:
    """Built once: building this costs more than running it."""
    return (
        sa.select(OutboxMessage, Patient, _sent_since("day"), _sent_since("week"))
        .outerjoin(Patient, Patient.id == OutboxMessage.patient_id)
        .where(OutboxMessage.state == MessageState.DUE, OutboxMessage.due_at <= _NOW)
        .where(OutboxMessage.patient_id.is_(None) if for_duty else _patients_turn())
        .where(OutboxMessage.useful_until <= _NOW if only_late else sa.true())
        .order_by(OutboxMessage.due_at)
        .limit(sa.bindparam("batch", type_=sa.Integer))
        .with_for_update(of=OutboxMessage, skip_locked=True)
        .execution_options(populate_existing=True)
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
        .scalar_subquery()
    )


@cache
def still_suitable() -> sa.ColumnElement[bool]:
    """The number is still this living, willing person's (SMS-06); duty staff always suit."""
    same = sa.exists().where(
        Patient.id == OutboxMessage.patient_id,
        Patient.mobile == OutboxMessage.to_number,
        Patient.texts_ok,
        Patient.died_on.is_(None),
        _wished_for(),
    )
    return sa.or_(OutboxMessage.patient_id.is_(None), same)


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
    taken = sa.or_(OutboxMessage.sent_at >= day_began(now), OutboxMessage.state == MessageState.CLAIMED)
    counted = (
        sa.select(OutboxMessage.service_id, sa.func.count())
        .where(OutboxMessage.service_id.in_(service_ids), taken)
        .where(OutboxMessage.patient_id.is_not(None))
        .group_by(OutboxMessage.service_id)
    )
    load = dict(db.session.execute(counted).all())
    found = db.session.scalars(sa.select(Service).where(Service.id.in_(service_ids)))
    return {one.id: (one, load.get(one.id, 0)) for one in found}


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
