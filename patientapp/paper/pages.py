"""Staff's pages for answers that came on paper, by phone, read out or through an interpreter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.correcting import response
from patientapp.assessments.entry_rows import Entry, Home, home_of
from patientapp.assessments.rules import AnswerMode, values_of
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.paper import form, queries, shown, texts
from patientapp.paper.actions import TypedBefore, type_in
from patientapp.paper.rules import ROUTES, CheckStep
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.progress import texts as progress_texts
from patientapp.web.desk import RecordChanged, check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("paper", __name__, template_folder="templates")
OF_PATIENT = "/staff/patients/<uuid:patient_id>/answers"
ONE = f"{OF_PATIENT}/<any({', '.join(ROUTES)}):way>/<instrument>/<int:version>"


@blueprint.get(OF_PATIENT)
@requires(Permission.ENTER_ANSWERS)
def choose(patient_id: UUID) -> str:
    """Which questionnaire, and by which route."""
    now = clock.now()
    with transaction():
        person = patient(viewer(), patient_id)
        sets = queries.open_sets(viewer(), patient_id, today=london_day(now))
        record(viewer(), "looked at a patient", now=now, patient_id=patient_id)
    return staff_page(
        "paper/choose.html",
        person=person,
        sets=[(one, shown.set_of(one.instrument, one.version).title()) for one in sets],
        others=shown.others({one.instrument for one in sets}),
        routes=texts.routes(),
        time_point=progress_texts.time_point,
        back=shown.record_address(patient_id),
    )


@blueprint.get(ONE)
@requires(Permission.ENTER_ANSWERS)
def type_answers(patient_id: UUID, way: str, instrument: str, version: int) -> str:
    """The empty form: the whole questionnaire with the paper's own scale."""
    with transaction():
        person = patient(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=patient_id)
    return _form(person, AnswerMode(way), shown.set_of(instrument, version), {})


@blueprint.post(f"{ONE}/look")
@requires(Permission.ENTER_ANSWERS)
def look(patient_id: UUID, way: str, instrument: str, version: int) -> ResponseReturnValue:
    """The second look: what will be kept and where. It keeps nothing."""
    person, asked, mode = _asked(patient_id, way, instrument, version)
    typed, wrong = form.read(asked, request.form), _mistakes(person, asked)
    if wrong or request.form.get("act") == "change":
        return _form(person, mode, asked, wrong), 422 if wrong else 200
    home = home_of(person.id, asked, _day())
    return staff_page(
        "paper/look.html",
        person=person,
        asked=asked,
        facts=shown.facts(request.form, day=_day(), mode=mode),
        pairs=form.in_words(asked, shown.words_of(asked), typed),
        home=home,
        time_point=progress_texts.time_point(home.time_point),
        carried=[pair for pair in request.form.items() if pair[0] not in shown.OF_EVERY_FORM],
        way=way,
        wording_status=shown.words_of(asked).status,
    )


@blueprint.post(ONE)
@requires(Permission.ENTER_ANSWERS)
@once
def save(patient_id: UUID, way: str, instrument: str, version: int) -> ResponseReturnValue:
    """Keep them, once; an answer that needs it shows first what to do now (CLIN-02)."""
    person, asked, mode = _asked(patient_id, way, instrument, version)
    typed, wrong = form.read(asked, request.form), _mistakes(person, asked)
    if wrong:
        return _form(person, mode, asked, wrong), 422
    now, day = clock.now(), _day()
    _check_home(home_of(person.id, asked, day))
    entry = Entry(
        patient_id=person.id,
        instrument=asked,
        values=typed.values,
        unclear=typed.unclear,
        answered_at=form.instant_of(day, now=now, today=london_day(now)),
        answered_by=AnsweredBy(request.form["who"]),
        mode=mode,
        language=request.form["language"],
        wording=shown.words_of(asked).status,
        key=f"typed:{person.id}:{day}",
    )
    interpreted = mode is AnswerMode.INTERPRETER or request.form["interpreter"] == "yes"
    made = type_in(viewer(), entry, interpreted=interpreted, now=now)
    return redirect(url_for(".kept", patient_id=person.id, response_id=made.response_id), 303)


@blueprint.get(f"{OF_PATIENT}/<uuid:response_id>/kept")
@requires(Permission.ENTER_ANSWERS)
def kept(patient_id: UUID, response_id: UUID) -> str:
    """They are kept; where an answer is a risk, what to do comes first."""
    found = response(viewer(), response_id)
    if found.patient_id != patient_id:
        raise NotFound
    with transaction():
        record(viewer(), "looked at a patient", now=clock.now(), patient_id=patient_id)
    asked = shown.set_of(found.instrument, found.instrument_version)
    return staff_page(
        "paper/kept.html",
        person=patient(viewer(), patient_id),
        title=asked.title(),
        risks=asked.risks(values_of(found.answers)),
        home=found.time_point,
        time_point=progress_texts.time_point(found.time_point),
        twice=CheckStep.WANTED in queries.steps_of(viewer(), response_id),
        record_address=shown.record_address(patient_id),
    )


def _asked(patient_id: UUID, way: str, instrument: str, version: int) -> Any:
    """The person, the questionnaire and the route, once the form is known to be about this person."""
    person = patient(viewer(), patient_id)
    check_form_patient(person.id)
    return person, shown.set_of(instrument, version), AnswerMode(way)


def _check_home(home: Home) -> None:
    """RecordChanged where the answers would not go where the second look said (CLIN-07)."""
    said = request.form.get("home", "")
    if said == str(home.task_id or "review"):
        return
    if said not in {"", "review"}:
        raise TypedBefore(TypedBefore.__doc__ or "")
    raise RecordChanged


def _day() -> Any:
    return typed_day()


def _mistakes(person: Any, asked: Any) -> dict[str, str]:
    """What is missing, in the order of the page; nothing is filled in by us."""
    today = london_day(clock.now())
    wrong = {"day": form.day_mistake(_day(), today=today, born=person.birth_date)}
    if request.form.get("who") not in {AnsweredBy.SELF, AnsweredBy.HELPED}:
        wrong["who"] = _("Choose who answered")
    if request.form.get("interpreter") not in {"yes", "no"}:
        wrong["interpreter"] = _("Choose whether there was an interpreter")
    if request.form.get("language") not in dict(shown.languages(asked)):
        wrong["language"] = _("Choose the language of the questions")
    found = {name: words for name, words in wrong.items() if words}
    return found | dict(form.read(asked, request.form).wrong)


def _form(person: Any, mode: AnswerMode, asked: Any, wrong: Mapping[str, str]) -> str:
    words = shown.words_of(asked)
    return staff_page(
        "paper/form.html",
        person=person,
        asked=asked,
        words=words,
        boxes=form.boxes(asked, words),
        mode=mode,
        mode_words=texts.routes()[mode],
        who=texts.who(),
        languages=shown.languages(asked),
        marks=texts.marks(),
        typed=request.form,
        wrong=wrong,
        errors=[({"day": "dob-day"}.get(name, name), said) for name, said in wrong.items()],
        wording_status=words.status,
        back=url_for(".choose", patient_id=person.id),
    )
