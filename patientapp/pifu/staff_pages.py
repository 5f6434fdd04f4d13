"""Staff: who may come back, what was asked, and what was agreed (patient-experience.md 3.10)."""

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
from patientapp.patients import queries as patients
from patientapp.patients.rules import parse_birth_date
from patientapp.pifu import queries, rules, staff_actions, staff_queries, texts
from patientapp.pifu.rules import Contract, Move, Stage
from patientapp.services.queries import staff_names
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("returns_staff", __name__, template_folder="templates")
LONGEST = 2_000
MOST_MONTHS = 12


@blueprint.get("/staff/come-back")
@requires(Permission.MANAGE_RETURNS)
def inbox() -> str:
    """Requests that wait: overdue first, then due soonest; filters stand in the address."""
    now = clock.now()
    asked = request.args.get("stage", "")
    stage = Stage(asked) if asked in set(Stage) else None
    mine = request.args.get("owner") == "me"
    found = staff_queries.waiting(viewer(), now=now, stage=stage, mine=mine)
    with transaction():
        record(viewer(), "looked at requests to come back", now=now)
    owners = staff_names(viewer(), [one.progress.owner for one in found if one.progress.owner])
    return staff_page(
        "pifu/staff_inbox.html",
        here="coming_back",
        found=found,
        owners=owners,
        stage=asked,
        stages=list(Stage),
        mine=mine,
        now=now,
        texts=texts,
    )


@blueprint.get("/staff/come-back/register")
@requires(Permission.MANAGE_RETURNS)
def register() -> str:
    """Everybody who may come back, the soonest end first (practice.md 3.1)."""
    now = clock.now()
    found = staff_queries.register(viewer())
    with transaction():
        record(viewer(), "looked at who may come back", now=now)
    return staff_page(
        "pifu/staff_register.html",
        here="coming_back",
        found=found,
        today=london_day(now),
        texts=texts,
    )


@blueprint.get("/staff/patients/<uuid:patient_id>/come-back")
@requires(Permission.MANAGE_RETURNS)
def of_patient(patient_id: UUID) -> str:
    """One person: what was agreed, and each request with every press of it."""
    return _page(patient_id, {})


@blueprint.post("/staff/patients/<uuid:patient_id>/come-back")
@requires(Permission.MANAGE_RETURNS)
@once
def agree(patient_id: UUID) -> ResponseReturnValue:
    """Record what was agreed with the patient (B46, C26, N21)."""
    person = patients.patient(viewer(), patient_id)  # the wall first: a foreign id is a 404 (SEC-02)
    check_form_patient(patient_id)
    starts_on, ends_on = _day("starts_on"), _day("ends_on")
    months = _months()
    _episode, since = queries.newest_episode(viewer(), patient_id)
    contract = queries.contract_of(person.service_id)
    wrong = rules.terms_mistakes(starts_on, ends_on, contract, since=since)
    move = request.form.get("move", "")
    if move and move not in set(Move):
        wrong["move"] = "choose"
    triggers = request.form.get("triggers", "").strip()
    if not triggers:
        wrong["triggers"] = "no_words"
    for name in ("triggers", "others"):
        if len(request.form.get(name, "")) > LONGEST:
            wrong[name] = "too_long"
    if months is None:
        wrong["check_in_months"] = "months"
    if wrong or starts_on is None or ends_on is None or months is None:
        return _page(patient_id, wrong), 422
    staff_actions.agree(
        viewer(),
        patient_id,
        starts_on=starts_on,
        ends_on=ends_on,
        triggers=triggers,
        others=request.form.get("others", "").strip(),
        check_in_months=months,
        now=clock.now(),
        move=Move(move) if move else None,
    )
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post("/staff/patients/<uuid:patient_id>/come-back/<uuid:agreement_id>/end")
@requires(Permission.MANAGE_RETURNS)
@once
def end(patient_id: UUID, agreement_id: UUID) -> ResponseReturnValue:
    """End an agreement: a person decides, and says why (CLIN-08)."""
    patients.patient(viewer(), patient_id)
    check_form_patient(patient_id)
    reason = request.form.get("reason", "")
    if reason not in dict(texts.end_reasons()):
        return _page(patient_id, {"reason": "choose"}), 422
    staff_actions.end_agreement(viewer(), patient_id, agreement_id, reason=reason, now=clock.now())
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


def _day(name: str) -> date | None:
    return parse_birth_date(request.form.get(name, ""))


def _months() -> int | None:
    given = request.form.get("check_in_months", "0").strip() or "0"
    is_whole = given.isascii() and given.isdigit() and len(given) < 3
    return int(given) if is_whole and int(given) <= MOST_MONTHS else None


def _page(patient_id: UUID, wrong: dict[str, str]) -> str:
    now = clock.now()
    with transaction():
        person = patients.patient(viewer(), patient_id)
        agreements = staff_queries.agreements(viewer(), patient_id)
        record(viewer(), "looked at coming back", now=now, patient_id=patient_id)
    found = [(one, queries.presses_of(one.request.id)) for one in queries.progress_of(person.id)]
    staff = [agreement.agreed_by for agreement, _end in agreements]
    staff += [one.owner for one, _presses in found if one.owner]
    today = london_day(now)
    said = {name: texts.mistake(code) for name, code in wrong.items()}
    return staff_page(
        "pifu/staff_patient.html",
        person=person,
        agreements=agreements,
        requests=found,
        names=staff_names(viewer(), staff),
        typed=_typed(today, queries.contract_of(person.service_id)),
        wrong=said,
        errors=list(said.items()),
        limit=LONGEST,
        texts=texts,
        back=url_for("progress.patient", patient_id=patient_id),
    )


def _typed(today: date, contract: Contract) -> dict[str, str]:
    usual = {"starts_on": today, "ends_on": rules.usual_end(today, contract)}
    typed = {name: f"{day.day} {day.month} {day.year}" for name, day in usual.items()}
    typed |= {"triggers": "", "others": "", "check_in_months": "0", "move": ""}
    return typed | {name: request.form[name] for name in typed if name in request.form}
