"""Staff's pages of the second typing: what waits, typing it unseen, settling where the two differ."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments.correcting import Corrected, newest_of, response
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.paper import form, queries, shown, texts
from patientapp.paper.actions import SettledMeanwhile, settle, type_again
from patientapp.paper.rules import CheckStep, differences, in_force
from patientapp.patients.queries import patient
from patientapp.services.queries import system_service
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("second_typing", __name__, template_folder="templates")
FIRST, SECOND = "first", "second"


@blueprint.get("/staff/answers")
@requires(Permission.ENTER_ANSWERS)
def listing() -> ResponseReturnValue:
    """Paper that came: whose it is by its code, and what is to be typed twice; disagreements first."""
    now, code = clock.now(), request.args.get("code", "")
    person = queries.of_code(viewer(), code) if code else None
    if person is not None:
        return redirect(url_for("paper.choose", patient_id=person.id), 303)
    with transaction():
        found = queries.waiting(viewer())
        seen = " ".join(sorted({str(one.patient.id) for one in found}))
        record(viewer(), "looked at second typings", now=now, object=seen)
    return staff_page(
        "paper/waiting.html",
        rows=[(one, shown.title_of(one.response), one.by == viewer().key) for one in found],
        percent=in_force().percent_of(system_service(viewer().service_id).slug),
        checked_at=now,
        code=code,
        here="paper",
    )


@blueprint.get("/staff/second-typing/<uuid:response_id>")
@requires(Permission.ENTER_ANSWERS)
def again(response_id: UUID) -> ResponseReturnValue:
    """The empty form, or the two typings side by side once both are there."""
    found, step = _of(response_id)
    _record_look(found)
    if step is CheckStep.TYPED:
        return _differences(found, {})
    return _form(found, {})


@blueprint.post("/staff/second-typing/<uuid:response_id>")
@requires(Permission.ENTER_ANSWERS)
@once
def keep(response_id: UUID) -> ResponseReturnValue:
    """Keep the second typing; where it agrees with the first, all is done."""
    found, _step = _of(response_id)
    check_form_patient(found.patient_id)
    asked = shown.set_of(found.instrument, found.instrument_version)
    typed = form.read(asked, request.form)
    if typed.wrong:
        return _form(found, dict(typed.wrong)), 422
    if type_again(viewer(), response_id, typed.answers(asked), now=clock.now()):
        return redirect(url_for(".listing"), 303)
    return redirect(url_for(".again", response_id=response_id), 303)


@blueprint.post("/staff/second-typing/<uuid:response_id>/settle")
@requires(Permission.ENTER_ANSWERS)
@once
def decide(response_id: UUID) -> ResponseReturnValue:
    """Say of each difference which typing the paper bears out."""
    found, step = _of(response_id)
    check_form_patient(found.patient_id)
    if step is not CheckStep.TYPED:
        raise NotFound
    both = _both(found)
    chosen = {code: request.form.get(f"{form.PREFIX}{code}", "") for code in both}
    wrong = {
        f"{form.PREFIX}{code}": _("Choose which one the paper says")
        for code, said in chosen.items()
        if said not in {FIRST, SECOND}
    }
    if wrong:
        return _differences(found, wrong), 422
    right = {code: both[code][said == SECOND] for code, said in chosen.items()}
    to = Corrected(
        values={code: value if isinstance(value, int) else None for code, value in right.items()},
        unclear={code: value for code, value in right.items() if isinstance(value, str)},
        reason=_("Typed twice; the paper was looked at again"),
    )
    settle(viewer(), response_id, to, now=clock.now())
    return redirect(url_for(".listing"), 303)


def _of(response_id: UUID) -> tuple[Any, CheckStep]:
    """A response that is still to be typed twice, and how far it is; NotFound for any other."""
    found = response(viewer(), response_id)
    steps = queries.steps_of(viewer(), response_id)
    if CheckStep.WANTED not in steps:
        raise NotFound
    if CheckStep.SETTLED in steps:
        raise SettledMeanwhile(SettledMeanwhile.__doc__ or "")
    return found, CheckStep.TYPED if CheckStep.TYPED in steps else CheckStep.WANTED


def _both(found: Any) -> dict[str, Any]:
    second = queries.steps_of(viewer(), found.id)[CheckStep.TYPED].answers
    return differences(newest_of(found).answers, second)


def _record_look(found: Any) -> None:
    with transaction():
        record(viewer(), "looked at a second typing", now=clock.now(), patient_id=found.patient_id)


def _form(found: Any, wrong: dict[str, str]) -> str:
    asked = shown.set_of(found.instrument, found.instrument_version)
    words = shown.words_of(asked)
    return _page(
        "paper/again.html",
        found,
        wrong,
        words=words,
        boxes=form.boxes(asked, words),
        marks=texts.marks(),
        typed=request.form,
    )


def _differences(found: Any, wrong: dict[str, str]) -> str:
    asked = shown.set_of(found.instrument, found.instrument_version)
    words = shown.words_of(asked)
    rows = [
        (
            f"{form.PREFIX}{code}",
            words.item(code).text,
            form.answer_in_words(asked.item(code), words, first),
            form.answer_in_words(asked.item(code), words, second),
        )
        for code, (first, second) in _both(found).items()
    ]
    return _page("paper/differences.html", found, wrong, rows=rows, typed=request.form)


def _page(template: str, found: Any, wrong: dict[str, str], **facts: Any) -> str:
    return staff_page(
        template,
        person=patient(viewer(), found.patient_id),
        found=found,
        title=shown.title_of(found),
        wrong=wrong,
        errors=list(wrong.items()),
        back=url_for(".listing"),
        **facts,
    )
