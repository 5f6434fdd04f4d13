"""Pages by which staff sign in and out."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import current_viewer, public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.services.queries import services_of
from patientapp.signin import cookies, staff_actions
from patientapp.signin.cookies import Kind
from patientapp.signin.staff_rules import HALF_LIFE
from patientapp.web.desk import staff_page
from patientapp.web.limits import limiter

blueprint = Blueprint("staff_signin", __name__, template_folder="templates")
HALF = "staff_password_accepted"  # signed, for five minutes, and good for the code page alone
PER_ADDRESS = "60 per minute"


class _Half(TypedDict):
    staff_id: str
    until: float


@blueprint.get("/staff/sign-in")
@public
def sign_in() -> str:
    """Email address and password."""
    return render_template("signin/staff_sign_in.html", errors=[], email="")


@blueprint.post("/staff/sign-in")
@limiter.limit(PER_ADDRESS)
@public
def password() -> ResponseReturnValue:
    """Check both; the answer is the same whether or not anybody has this address."""
    email = request.form.get("email", "")
    staff_actions.refuse_while_locked(email, now=clock.now())
    accepted = staff_actions.person_of(email, request.form.get("password", ""))
    with transaction():
        staff_actions.note_password(email, accepted=accepted, now=clock.now())
    if accepted is None:
        errors = [("email", _("The email address and password do not fit together"))]
        return render_template("signin/staff_sign_in.html", errors=errors, email=email), 422
    form_session[HALF] = _Half(staff_id=str(accepted), until=(clock.now() + HALF_LIFE).timestamp())
    return redirect(url_for("staff_signin.code"), 303)


@blueprint.get("/staff/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """The code of the authenticator app; only just after a right password."""
    if _half(clock.now()) is None:
        return redirect(url_for("staff_signin.sign_in"), 303)
    return render_template("signin/staff_code.html", errors=[])


@blueprint.post("/staff/sign-in/code")
@limiter.limit(PER_ADDRESS)
@public
def second_factor() -> ResponseReturnValue:
    """Open a session, a new one, when the code fits."""
    staff_id, here = _half(clock.now()), current_viewer()
    if staff_id is None:
        return redirect(url_for("staff_signin.sign_in"), 303)
    with transaction():
        secret = staff_actions.finish(
            staff_id,
            request.form.get("code", ""),
            now=clock.now(),
            instead_of=here.session_id if here else None,
        )
    if secret is None:
        errors = [("code", _("That code does not fit. Wait for the next one and type that"))]
        return render_template("signin/staff_code.html", errors=errors), 422
    form_session.pop(HALF, None)
    several = len(services_of(staff_id)) > 1
    return _go(url_for("staff_signin.service" if several else "progress.home"), secret)


@blueprint.get("/staff/service")
@requires(Permission.STAFF_HOME)
def service() -> str:
    """Choose one of my services."""
    mine = services_of(_staff_id())
    return staff_page("signin/staff_service.html", here="service", services=mine)


@blueprint.post("/staff/service")
@requires(Permission.STAFF_HOME)
def choose_service() -> ResponseReturnValue:
    """Go on in another service, with the roles held there and no others (SEC-04)."""
    try:
        chosen = UUID(request.form.get("service", ""))
    except ValueError:
        raise NotFound from None
    if chosen == viewer().service_id:
        return redirect(url_for("progress.home"), 303)
    with transaction():
        secret = staff_actions.change_service(viewer(), chosen, now=clock.now())
    return _go(url_for("progress.home"), secret)


@blueprint.post("/staff/sign-out")
@requires(Permission.STAFF_HOME)
def sign_out() -> ResponseReturnValue:
    """End the session here and everywhere."""
    with transaction():
        staff_actions.sign_out(viewer(), now=clock.now())
    response = redirect(url_for("staff_signin.sign_in"), 303)
    assert isinstance(response, Response)
    cookies.clear(response, kind=Kind.STAFF)
    return response


def _half(at: datetime) -> UUID | None:
    """Who gave a right password in the last five minutes and no code yet; opens nothing else."""
    half: _Half | None = form_session.get(HALF)
    if half is None or at.timestamp() >= half["until"]:
        return None
    return UUID(half["staff_id"])


def _staff_id() -> UUID:
    staff_id = viewer().staff_id
    assert staff_id is not None
    return staff_id


def _go(address: str, secret: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    cookies.give(response, secret, kind=Kind.STAFF)
    return response
