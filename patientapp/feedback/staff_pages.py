"""Complaints, comments and compliments for those who answer them, apart from care (B50, B59)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.feedback import participation, texts, told_actions, told_queries
from patientapp.feedback.told_queries import One
from patientapp.feedback.told_rules import LONGEST_WORDS, ToldStep, may_step
from patientapp.patients.queries import patient
from patientapp.services.queries import staff_names
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step
from patientapp.workdays import FIRST_DAY, london_day

blueprint = Blueprint("told_staff", __name__, template_folder="templates")
LATE = date.max


@blueprint.get("/staff/complaints")
@requires(Permission.HANDLE_COMPLAINTS)
def listing() -> str:
    """Everything told, what is owed soonest first, with its owner."""
    ones = told_queries.all_told(viewer())
    with transaction():
        record(viewer(), "looked at the service's complaints", now=clock.now())
    return staff_page(
        "feedback/staff_told.html",
        here="told",
        ones=sorted(ones, key=lambda one: one.due_on or LATE),
        people=told_queries.people(viewer(), ones),
        names=staff_names(viewer(), [one.standing.owner for one in ones if one.standing.owner]),
        today=london_day(clock.now()),
        texts=texts,
    )


@blueprint.get("/staff/complaints/<uuid:told_id>")
@requires(Permission.HANDLE_COMPLAINTS)
def one(told_id: UUID) -> str:
    """One of them: the words first, then what is owed."""
    found = told_queries.one_told(viewer(), told_id)
    with transaction():
        record(viewer(), "told: read", now=clock.now(), patient_id=found.told.patient_id)
    return _page(found, {})


def _page(found: One, wrong: dict[str, str]) -> str:
    owner = found.standing.owner
    return staff_page(
        "feedback/staff_one.html",
        one=found,
        person=patient(viewer(), found.told.patient_id),
        owner=staff_names(viewer(), [owner]).get(owner, "") if owner else "",
        may={step.value: may_step(found.standing, step) for step in ToldStep},
        given=request.form,
        chosen=request.form.getlist("themes"),
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        limit=LONGEST_WORDS,
        texts=texts,
        back=url_for(".listing"),
    )


@blueprint.post("/staff/complaints/<uuid:told_id>/<any(take, acknowledge, answer):act>")
@requires(Permission.HANDLE_COMPLAINTS)
@once
def act(told_id: UUID, act: str) -> ResponseReturnValue:
    """One step; a stale page is told so, and what is missing is named."""
    found = told_queries.one_told(viewer(), told_id)
    check_form_patient(found.told.patient_id)
    seen, now, form = seen_step() or 0, clock.now(), request.form
    try:
        if act == "take":
            told_actions.take(viewer(), told_id, seen=seen, now=now)
        elif act == "acknowledge":
            told_actions.acknowledge(viewer(), told_id, form.get("words", ""), seen=seen, now=now)
        else:
            told_actions.answer(
                viewer(),
                told_id,
                outcome=form.get("outcome", ""),
                words=form.get("words", ""),
                themes=form.getlist("themes"),
                seen=seen,
                now=now,
            )
    except Invalid as error:
        return _page(found, {name: codes[0] for name, codes in error.fields.items()}), 422
    return redirect(url_for(".one", told_id=told_id), 303)


@blueprint.get("/staff/participation")
@requires(Permission.HANDLE_COMPLAINTS)
def report() -> str:
    """How people took part, a quarter at a time, and the year's complaints (B59, N54)."""
    today = london_day(clock.now())
    given = request.args.get("year", "")
    year = int(given) if given.isascii() and given.isdigit() and len(given) == 4 else today.year
    if not FIRST_DAY.year < year <= today.year:
        year = today.year
    with transaction():
        record(viewer(), "looked at the service's participation report", now=clock.now())
    return staff_page(
        "feedback/staff_participation.html",
        year=year,
        quarters=participation.quarters(viewer(), year),
        whole=told_queries.counts(viewer(), first=date(year, 1, 1), last=date(year, 12, 31)),
        texts=texts,
        back=url_for(".listing"),
    )
