"""What the clock does for requests and agreements: warn, apologise, look in (CLIN-08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import db, transaction
from patientapp.links.actions import new_link
from patientapp.links.rules import LinkPurpose
from patientapp.messaging.actions import enqueue
from patientapp.messaging.queries import system_has_key
from patientapp.patients.queries import system_patient
from patientapp.pifu import queries, rules
from patientapp.pifu.models import PifuAgreement, PifuRequest, PifuWithdrawal
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.queries import system_has_item
from patientapp.worklist.rules import ItemKind

AT_A_TIME = 200
USEFUL = timedelta(hours=36)  # a morning's text may wait for the next day, not longer


def watch(*, now: datetime, link_key: str) -> int:
    """Everything that is due by now; how many things were done. Each in a transaction of its own."""
    done = 0
    for request_id in _late(now):
        with transaction():
            done += _apologise(request_id, now=now)
    for agreement_id in _running(now):
        with transaction():
            done += _look_at(agreement_id, now=now, link_key=link_key)
    return done


def _late(now: datetime) -> list[UUID]:
    """Open requests past their day that nobody has taken."""
    taken = sa.exists().where(
        WorkItemEvent.item_id == WorkItem.id,
        WorkItemEvent.staff_id.is_not(None),
    )
    withdrawn = sa.exists().where(PifuWithdrawal.request_id == PifuRequest.id)
    asked = (
        sa.select(PifuRequest.id)
        .join(WorkItem, WorkItem.id == PifuRequest.work_item_id)
        .where(WorkItem.due_at < now, ~taken, ~withdrawn)
        .limit(AT_A_TIME)
    )
    return list(db.session.scalars(asked))


def _raise_once(
    service_id: UUID, patient_id: UUID, *, reason: str, source: str, due: datetime, now: datetime
) -> bool:
    if system_has_item(source):
        return False
    raise_item(
        ItemKind.TASK,
        service_id=service_id,
        patient_id=patient_id,
        reason=reason,
        source=source,
        now=now,
        due=due,
    )
    return True


def _apologise(request_id: UUID, *, now: datetime) -> int:
    request = db.session.get_one(PifuRequest, request_id)
    day = rules.next_working_day(now)
    added = _raise_once(
        request.service_id,
        request.patient_id,
        reason="pifu_late",
        source=f"{request.id}:late",
        due=rules.due_at(day),
        now=now,
    )
    person = system_patient(request.patient_id)
    if person.mobile and person.texts_ok and not person.died_on:
        added |= enqueue(
            key=f"{request.id}:late",
            service_id=request.service_id,
            patient_id=person.id,
            about=request.id,
            template="pifu-late",
            words={"ref": request.reference, "day": day.isoformat()},
            to_number=person.mobile,
            language=person.language,
            due_at=now,
            useful_until=now + USEFUL,
            now=now,
        )
    return int(added)


def _running(now: datetime) -> Iterator[UUID]:
    today, after = london_day(now), None
    while some := queries.system_running(after=after, limit=AT_A_TIME, today=today):
        after = some[-1].id
        found = [one.id for one in some if _has_something(one, now=now)]
        db.session.rollback()  # a long round keeps no snapshot
        yield from found


def _has_something(agreement: PifuAgreement, *, now: datetime) -> bool:
    today = london_day(now)
    is_ending = agreement.ends_on - timedelta(days=max(rules.WARN_DAYS)) <= today
    return is_ending or _check_ins(agreement, now=now) > 0


def _check_ins(agreement: PifuAgreement, *, now: datetime) -> int:
    return rules.check_ins_due(
        agreement.starts_on,
        agreement.ends_on,
        every=agreement.check_in_months,
        today=london_day(now),
    )


def _look_at(agreement_id: UUID, *, now: datetime, link_key: str) -> int:
    agreement = queries.system_agreement(agreement_id)
    if agreement is None or system_patient(agreement.patient_id).died_on:
        return 0
    done = 0
    for number in range(_check_ins(agreement, now=now)):
        done += _task(agreement, "pifu_check_in", f"check-in:{number + 1}", now=now)
    if agreement.ends_on - timedelta(days=max(rules.WARN_DAYS)) <= london_day(now):
        done += _task(agreement, "pifu_ends", "ends", now=now)
    for days in rules.warnings_due(agreement.ends_on, today=london_day(now)):
        done += _warn(agreement, days, now=now, link_key=link_key)
    return done


def _task(agreement: PifuAgreement, reason: str, name: str, *, now: datetime) -> int:
    by = agreement.ends_on if reason == "pifu_ends" else rules.next_working_day(now)
    return int(
        _raise_once(
            agreement.service_id,
            agreement.patient_id,
            reason=reason,
            source=f"{agreement.id}:{name}",
            due=max(rules.due_at(by), now),
            now=now,
        )
    )


def _warn(agreement: PifuAgreement, days: int, *, now: datetime, link_key: str) -> int:
    person = system_patient(agreement.patient_id)
    key = f"{agreement.id}:ends:{days}"
    if not (person.mobile and person.texts_ok) or system_has_key(key):
        return 0
    link = new_link(
        patient_id=person.id,
        service_id=person.service_id,
        pack_id=agreement.id,
        key=link_key,
        now=now,
        purpose=LinkPurpose.COME_BACK,
    )
    return int(
        enqueue(
            key=key,
            service_id=person.service_id,
            patient_id=person.id,
            about=agreement.id,
            template="pifu-ends",
            words={"date": agreement.ends_on.isoformat()},
            to_number=person.mobile,
            link_id=link,
            language=person.language,
            due_at=now,
            useful_until=now + USEFUL,
            now=now,
        )
    )
