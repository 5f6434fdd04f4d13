"""A carer's own pages: a code, then the listed acts and no others (SEC-11)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import current_viewer, public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.appointments import actions as visits
from patientapp.appointments import queries as visit_queries
from patientapp.appointments import texts as visit_texts
from patientapp.appointments.allowed import NotPossibleNow
from patientapp.appointments.steps import VisitChanged
from patientapp.audit.actions import record
from patientapp.carers import actions, entry, queries, rules, schemas, texts
from patientapp.db import transaction
from patientapp.i18n import gettext as _
from patientapp.i18n import ngettext
from patientapp.patients.carer_rules import Act
from patientapp.plans.queries import plans_of
from patientapp.plans.rules import in_use
from patientapp.plans.shown import plan_words
from patientapp.questionnaires.library import default_library
from patientapp.signin import cookies
from patientapp.signin.actions import end_session
from patientapp.signin.cookies import Kind
from patientapp.web.current import settings
from patientapp.web.idempotency import once
from patientapp.web.limits import limiter
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


@blueprint.get("/code")
@requires(Permission.ENTER_AS_CARER)
def code() -> ResponseReturnValue:
    """Ask for the code that the patient gave; nothing about anybody is shown before."""
    if not entry.link_is_open(viewer(), now=clock.now()):
        return render_template("signin/newer_text.html"), 401
    if not entry.left(viewer(), now=clock.now()):
        return render_template("carers/locked.html"), 403
    return render_template("carers/code.html")


@blueprint.post("/code")
@requires(Permission.ENTER_AS_CARER)
@limiter.limit("120/minute")
def check_code() -> ResponseReturnValue:
    """Count a wrong code in the database; a right one opens a new session."""
    if not entry.link_is_open(viewer(), now=clock.now()):
        return render_template("signin/newer_text.html"), 401
    typed = request.form.get("code", "")
    with transaction():
        outcome = entry.try_code(viewer(), typed, key=settings().link_key, now=clock.now())
    if outcome.secret is not None:
        response = redirect(url_for(".mine"), 303)
        cookies.give(response, outcome.secret, kind=Kind.CARER)
        return response
    if not outcome.tries_left:
        return render_template("carers/locked.html"), 403
    left = ngettext(
        "You can try %(num)d more time today.",
        "You can try %(num)d more times today.",
        outcome.tries_left,
    )
    error = f"{_('That is not the code. Ask the person who gave it to you.')} {left}"
    return render_template("carers/code.html", errors=[("code", error)]), 422


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


@blueprint.post("/lock")
@public
def lock() -> Response:
    """Lock this phone: end the session and forget the cookie."""
    asking = current_viewer()
    if asking is not None and asking.carer_id is not None:
        with transaction():
            end_session(asking.session_id, now=clock.now())
    response = make_response(redirect(url_for(".locked"), 303))
    cookies.clear(response, kind=Kind.CARER)
    return response


@blueprint.get("/locked")
@public
def locked() -> str:
    """Shown after "lock this phone"."""
    return render_template("signin/phone_locked.html")
