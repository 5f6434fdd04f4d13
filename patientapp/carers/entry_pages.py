"""A carer comes in with the code that the patient gave, and locks the phone again (SEC-11)."""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import current_viewer, public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.carers import entry
from patientapp.carers.pages import blueprint
from patientapp.db import transaction
from patientapp.i18n import gettext as _
from patientapp.i18n import ngettext
from patientapp.signin import cookies
from patientapp.signin.actions import end_session
from patientapp.signin.cookies import Kind
from patientapp.web.current import settings
from patientapp.web.limits import limiter


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
