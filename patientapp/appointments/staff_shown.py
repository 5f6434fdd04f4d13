"""What staff's pages of one visit show: its form, its steps, what can be done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import url_for

from patientapp import clock
from patientapp.access.guard import viewer
from patientapp.appointments import queries, texts
from patientapp.appointments.desk_form import Typed, targets
from patientapp.appointments.rules import MOVES, Visit, VisitState, may_undo, why_not
from patientapp.episodes.queries import episodes_of
from patientapp.errors import NotFound
from patientapp.patients.queries import patient
from patientapp.web.desk import staff_page


def new_form(patient_id: UUID, typed: Typed, wrong: dict[str, str]) -> str:
    """The form of a new visit, with what was typed and what is wrong with it."""
    episodes = episodes_of(viewer(), patient_id)
    if not episodes:
        raise NotFound
    return staff_page(
        "appointments/staff_new.html",
        person=patient(viewer(), patient_id),
        episodes=[(str(one.id), texts.episode(one.pain_site, one.created_at)) for one in episodes],
        typed=typed,
        wrong=wrong,
        errors=targets(wrong),
        texts=texts,
        back=url_for("visits_staff.of_patient", patient_id=patient_id),
    )


def visit_page(found: Visit, wrong: dict[str, str], typed: Typed | None = None) -> str:
    """One visit with its steps and the verbs that may be done now."""
    now = clock.now()
    steps = [
        (step.at, step.state, step.reason, texts.when(step.starts_at), texts.by(step.by))
        for step in queries.history(viewer(), found.id)
    ]
    return staff_page(
        "appointments/staff_visit.html",
        person=patient(viewer(), found.patient_id),
        visit=found,
        steps=steps,
        can=_can(found, now),
        typed=typed or Typed.of_details(found.details),
        wrong=wrong,
        errors=targets(wrong),
        texts=texts,
        back=url_for("visits_staff.of_patient", patient_id=found.patient_id),
    )


def _can(found: Visit, now: datetime) -> dict[str, bool]:
    """Which verbs the page offers."""
    can = {
        state.value: state in MOVES[found.state]
        and why_not(found, state, by_patient=False, now=now) is None
        for state in VisitState
    }
    return can | {"undo": may_undo(found, now)}
