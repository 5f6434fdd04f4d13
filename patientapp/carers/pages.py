"""A carer's own pages: the listed acts and no others (SEC-11)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import actions as visits
from patientapp.appointments import queries as visit_queries
from patientapp.appointments import texts as visit_texts
from patientapp.appointments.allowed import NotPossibleNow
from patientapp.appointments.steps import VisitChanged
from patientapp.audit.actions import record
from patientapp.carers import actions, queries, rules, schemas, texts
from patientapp.db import transaction
from patientapp.i18n import gettext as _
from patientapp.patients.carer_rules import Act
from patientapp.plans.queries import plans_of
from patientapp.plans.rules import in_use
from patientapp.plans.shown import plan_words
from patientapp.questionnaires.library import default_library
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("caring", __name__, template_folder="templates", url_prefix="/caring")
blueprint.after_request(listen_to_words)


def _whom() -> UUID:
    helped = viewer().patient_id
    assert helped is not None  # the permissions are carers' own
    return helped


def _looked(action: str) -> None:
    with transaction():
        record(viewer(), action, now=clock.now(), patient_id=_whom())


@blueprint.get("")
@requires(Permission.CARE)
def mine() -> str:
    """What I may do for the person I help, and something for myself."""
    _looked("looked as a carer")
    return render_template(
        "carers/mine.html",
        acts=viewer().acts,
        Act=Act,
        is_asked=rules.is_due(queries.last_answered(viewer()), now=clock.now()),
    )


@blueprint.get("/plan")
@requires(Permission.CARE_SEE_PLAN)
def plan() -> str:
    """The flare-up plan of the person I help, with when to get help now first."""
    _looked("looked at the plan as a carer")
    found = in_use(plans_of(viewer(), _whom()))
    return render_template(
        "carers/plan.html", plan=plan_words(found) if found else None, back=url_for(".mine")
    )


@blueprint.get("/visits")
@requires(Permission.CARE_SEE_VISITS)
def coming() -> str:
    """The visits to come: say that they come, or ask for another time."""
    return _visits()


def _visits(error: str = "") -> str:
    _looked("looked at visits as a carer")
    found = [one for one in visit_queries.own_coming(viewer(), now=clock.now()) if one.is_open]
    return render_template(
        "carers/visits.html",
        visits=found,
        texts=visit_texts,
        errors=[("", error)] if error else [],
        asked=request.args.get("asked") == "yes",
        back=url_for(".mine"),
    )


@blueprint.post("/visits/<uuid:visit_id>/confirm")
@requires(Permission.CARE_SEE_VISITS)
@once
def confirm(visit_id: UUID) -> ResponseReturnValue:
    """ "We are coming"."""
    try:
        visits.confirm(viewer(), visit_id, now=clock.now(), seen=seen_step())
    except (VisitChanged, NotPossibleNow):
        return _visits(_("This visit has changed. Look at it as it is now.")), 409
    return redirect(url_for(".coming"), 303)


@blueprint.post("/visits/<uuid:visit_id>/other-time")
@requires(Permission.CARE_SEE_VISITS)
@once
def other_time(visit_id: UUID) -> ResponseReturnValue:
    """Staff call the patient about another time; the visit stays as it is until then."""
    visits.ask_for_call(viewer(), visit_id, now=clock.now())
    return redirect(url_for(".coming", asked="yes"), 303)


@blueprint.get("/questions")
@requires(Permission.CARE)
def questions() -> str:
    """How the carer is: their own few questions, each to skip."""
    _looked("looked as a carer")
    return _questions({})


def _questions(wrong: dict[str, str]) -> str:
    instrument = default_library().get(rules.INSTRUMENT)
    return render_template(
        "carers/questions.html",
        items=instrument.items,
        words=instrument.wording("en"),
        yes_no=[(name, texts.yes_no(name)) for name in rules.YES_NO],
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        given=request.form,
        back=url_for(".mine"),
    )


@blueprint.post("/questions")
@requires(Permission.CARE)
@once
def answer() -> ResponseReturnValue:
    """Keep the answers; where one asks for help, staff get a task."""
    said, wrong = schemas.typed_answers()
    if wrong:
        return _questions(dict(wrong)), 422
    actions.answer_about_self(viewer(), said, now=clock.now())
    return redirect(url_for(".thanks"), 303)


@blueprint.get("/questions/thank-you")
@requires(Permission.CARE)
def thanks() -> str:
    """What follows, and where a carer finds help for themselves."""
    return render_template("carers/thanks.html", back=url_for(".mine"))


@blueprint.post("/stop")
@requires(Permission.CARE)
@once
def stop() -> ResponseReturnValue:
    """The carer does not want it any more: ended at once."""
    asking = viewer()
    assert asking.carer_id is not None
    actions.end_carer(asking, _whom(), asking.carer_id, now=clock.now())
    return redirect(url_for(".locked"), 303)
