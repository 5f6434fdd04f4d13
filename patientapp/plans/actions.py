"""Verbs on flare-up plans: begin, write, share, agree, withdraw, keep, tell of a flare-up."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record
from patientapp.db import changed, db, insert
from patientapp.errors import Forbidden, Invalid
from patientapp.patients.queries import patient
from patientapp.plans.models import FlarePlan, FlarePlanSection
from patientapp.plans.queries import content_kept, plan, plans_of
from patientapp.plans.rules import (
    FIXED,
    Content,
    Plan,
    PlanState,
    Section,
    being_written,
    in_use,
    missing,
    review_problem,
)
from patientapp.plans.safety import safety_version
from patientapp.plans.steps import PlanChanged, PlanClosed, add_step, take_step
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import hear_words
from patientapp.worklist.rules import ItemKind


class FixedSection(Forbidden):
    """Nobody edits this part: the safety wording and our telephone number stand on every plan."""

    title = "Nobody edits this part"


class PlanNotReady(Invalid):
    """The plan lacks a part without which it cannot be agreed; each one is named."""

    title = "The plan is not ready to agree"


def begin(viewer: Viewer, patient_id: UUID, *, now: datetime) -> Plan:
    """The version that is being written; a new one where there is none, holding what was agreed."""
    person = patient(viewer, patient_id)
    plans = plans_of(viewer, patient_id)
    if open_now := being_written(plans):
        return open_now
    number = max((one.version for one in plans), default=0) + 1
    row = {
        "id": uuid4(),
        "service_id": person.service_id,
        "patient_id": person.id,
        "version": number,
        "language": viewer.language if viewer.is_patient else person.language,
        "created_at": now,
    }
    if not changed(db.session.execute(insert(FlarePlan).values(row).on_conflict_do_nothing())):
        raise PlanChanged  # two taps at once: the other one began it
    made = plan(viewer, _begun(viewer, UUID(str(row["id"])), now=now))
    if agreed := in_use(plans):
        for seq, section in enumerate(agreed.filled, 1):
            _write(viewer, made.id, seq, section, agreed.content(section), now=now)
    record(viewer, "began a flare-up plan", now=now, patient_id=person.id, object=made.id)
    return plan(viewer, made.id)


def _begun(viewer: Viewer, plan_id: UUID, *, now: datetime) -> UUID:
    add_step(viewer, plan_id, 1, PlanState.DRAFT, now=now)
    return plan_id


def save_section(
    viewer: Viewer, plan_id: UUID, section: Section, content: Content, *, seen: int, now: datetime
) -> Plan:
    """Keep one section; PlanChanged when it was changed since `seen`, and nothing is overwritten."""
    found = plan(viewer, plan_id)
    if section in FIXED:
        raise FixedSection(FixedSection.__doc__ or "")
    if not found.is_open:
        raise PlanClosed(PlanClosed.__doc__ or "")
    if found.seq_of(section) != seen:
        raise PlanChanged(PlanChanged.__doc__ or "")
    was = found.content(section)
    if was == content:
        return found
    newest = max((one.seq for one in found.sections.values()), default=0)
    _write(viewer, plan_id, newest + 1, section, content, now=now)
    if viewer.is_patient and content.free_text != was.free_text:
        hear_words(
            content.free_text,
            service_id=found.service_id,
            patient_id=found.patient_id,
            source=f"{plan_id}:{section.value}",
            now=now,
        )
    record(viewer, f"wrote {section.value}", now=now, patient_id=found.patient_id, object=plan_id)
    return plan(viewer, plan_id)


def _write(
    viewer: Viewer, plan_id: UUID, seq: int, section: Section, content: Content, *, now: datetime
) -> None:
    row = {
        "plan_id": plan_id,
        "seq": seq,
        "section": section,
        "content": content_kept(content),
        "saved_by": viewer.key,
        "saved_at": now,
    }
    if not changed(db.session.execute(insert(FlarePlanSection).values(row).on_conflict_do_nothing())):
        raise PlanChanged(PlanChanged.__doc__ or "")


def share(viewer: Viewer, plan_id: UUID, *, now: datetime) -> Plan:
    """Ask a clinician to look at it: a task on the worklist, once however often it is asked."""
    found = plan(viewer, plan_id)
    if found.state is PlanState.SHARED:
        return found
    made = take_step(viewer, found, PlanState.SHARED, now=now)
    raise_item(
        ItemKind.TASK,
        service_id=found.service_id,
        patient_id=found.patient_id,
        reason="flare_plan_shared",
        source=f"{plan_id}:shared:{made.steps[-1].seq}",
        now=now,
    )
    return made


def agree(
    viewer: Viewer,
    plan_id: UUID,
    *,
    seen: str,
    review_on: date | None,
    medicines_checked: bool,
    now: datetime,
) -> Plan:
    """A named clinician agrees what they have read; PlanNotReady names what is missing (CLIN-10)."""
    found = plan(viewer, plan_id)
    if found.seen != seen:
        raise PlanChanged(PlanChanged.__doc__ or "")
    wrong = _why_not_agree(found, review_on, medicines_checked=medicines_checked, now=now)
    if wrong:
        raise PlanNotReady(fields=wrong)
    before = [one for one in plans_of(viewer, found.patient_id) if one.state is PlanState.AGREED]
    made = take_step(viewer, found, PlanState.AGREED, now=now, review_on=review_on)
    for older in before:
        take_step(viewer, older, PlanState.WITHDRAWN, now=now, note="replaced")
    return made


def _why_not_agree(
    found: Plan, review_on: date | None, *, medicines_checked: bool, now: datetime
) -> dict[str, list[str]]:
    lacking = missing(found, has_urgent=bool(safety_version()))
    wrong = {section.value: ["missing"] for section in lacking}
    if problem := review_problem(review_on, today=london_day(now)):
        wrong["review_on"] = [problem]
    if found.content(Section.MEDICINES).is_filled and not medicines_checked:
        wrong["medicines_checked"] = ["not_checked"]
    return wrong


def send_back(viewer: Viewer, plan_id: UUID, *, note: str, now: datetime) -> Plan:
    """Back to the person, with what to think about."""
    return take_step(viewer, plan(viewer, plan_id), PlanState.DRAFT, now=now, note=note)


def withdraw(viewer: Viewer, plan_id: UUID, *, note: str, now: datetime) -> Plan:
    """Take a plan away: from here at once, from phones at their next contact (CLIN-10)."""
    return take_step(viewer, plan(viewer, plan_id), PlanState.WITHDRAWN, now=now, note=note)
