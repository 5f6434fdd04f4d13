"""The patient's way in: from the text to the first question (patient-experience.md 3.1)."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock, i18n
from patientapp.access.guard import current_viewer, public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.left import system_minutes
from patientapp.content import catalogues
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.i18n import ngettext
from patientapp.links.queries import system_link_of
from patientapp.links.rules import LinkPurpose
from patientapp.patients.rules import parse_birth_date
from patientapp.services.queries import (
    contact,
    system_service,
    system_service_by_slug,
    system_services,
)
from patientapp.signin import actions, cookies, entry
from patientapp.signin.cookies import Kind
from patientapp.web.current import settings
from patientapp.web.idempotency import once
from patientapp.web.limits import limiter
from patientapp.workdays import london_day

blueprint = Blueprint("entry", __name__, template_folder="templates")


class TypedDate(NamedTuple):
    """A date of birth as it was typed."""

    day: str = ""
    month: str = ""
    year: str = ""


@blueprint.get("/")
@public
def front() -> str:
    """For somebody who came without a link: whom to call."""
    return render_template("signin/front.html", services=[contact(one) for one in system_services()])


@blueprint.get("/q/<token>")
@public
def start(token: str) -> ResponseReturnValue:
    """Who we are and a button; nothing personal, and nothing changes (LINK-03, SEC-08)."""
    link = system_link_of(token)
    if link is None:
        return _ended(token)
    g.service = contact(system_service(link.service_id))
    g.record_language = entry.language_of(link)
    if entry.was_locked(link):
        return _locked()
    if not entry.can_begin(link, now=clock.now()):
        return _ended(token)
    asks = link.purpose is LinkPurpose.QUESTIONNAIRES
    minutes = system_minutes(link.pack_id, today=london_day(clock.now())) if asks else 0
    return render_template(
        _START[link.purpose],
        token=token,
        minutes=minutes,
        chosen=_offered(request.args.get("lang", "")),
        language_links=_language_links(token),
    )


def _offered(wanted: str) -> str | None:
    """The code of a language that may be chosen here."""
    found = i18n.best(wanted, i18n.offered()) if wanted else None
    return i18n.short(found) if found else None


def _language_links(token: str) -> list[tuple[str, str, str]]:
    """This page in each other language, each named in its own script."""
    return [
        (code, name, url_for(".start", token=token, lang=code))
        for code, name in catalogues.names().items()
        if code != i18n.current()
    ]


_START = {
    LinkPurpose.QUESTIONNAIRES: "signin/start.html",
    LinkPurpose.VISIT: "signin/start_visit.html",
    LinkPurpose.COME_BACK: "signin/start_come_back.html",
    LinkPurpose.CARER: "signin/start_carer.html",
}
# Where a link leads: first of all, and once we know whose it is. Whoever would come back reads the
# safety advice before anything is asked (patient-experience.md D1).
_FIRST = {LinkPurpose.COME_BACK: "pifu.first", LinkPurpose.CARER: "caring.code"}
_DOORS = {LinkPurpose.VISIT: "visits.coming", LinkPurpose.COME_BACK: "pifu.about"}


def _ended(token: str) -> ResponseReturnValue:
    return render_template("signin/link_ended.html", token=token), 404


@blueprint.post("/q/<token>/begin")
@public
@limiter.limit("120/minute")
def begin(token: str) -> ResponseReturnValue:
    """Swap the token for a session whose address has no token in it (LINK-03)."""
    with transaction():
        chosen = _offered(request.form.get("language", ""))
        secret = entry.begin(token, now=clock.now(), language=chosen)
    if secret is None:
        return redirect(url_for("entry.start", token=token), 303)
    link = system_link_of(token)
    first = _FIRST.get(link.purpose) if link else None
    response = redirect(url_for(first or "entry.birth_date"), 303)
    is_carers = link is not None and link.purpose is LinkPurpose.CARER
    cookies.give(response, secret, kind=Kind.CARER if is_carers else Kind.PATIENT)
    return response


@blueprint.post("/q/<token>/not-me")
@public
@limiter.limit("10/minute")
def not_me(token: str) -> str:
    """Kill a link that reached the wrong person; staff get a task (LINK-04)."""
    link = system_link_of(token)
    if link is not None:  # whoever tapped it by mistake wants to know whom to call
        g.service = contact(system_service(link.service_id))
    with transaction():
        entry.refuse(token, now=clock.now())
    return render_template("signin/not_me.html")


@blueprint.post("/q/<token>/new-link")
@public
@limiter.limit("5/minute")
def new_link(token: str) -> str:
    """Text a new link to the number on record; the same page whoever asks."""
    with transaction():
        entry.send_again(token, key=settings().link_key, now=clock.now())
    return render_template("signin/new_link.html")


def _newer_text() -> ResponseReturnValue:
    """The link of this page has ended: the newest text leads on."""
    return render_template("signin/newer_text.html"), 401


@blueprint.get("/date-of-birth")
@requires(Permission.BEGIN_ANSWERING)
def birth_date() -> ResponseReturnValue:
    """Ask for the date of birth, so that a record stays its owner's."""
    if not entry.may_go_on(viewer(), now=clock.now()):
        return _newer_text()
    if entry.is_locked(viewer(), now=clock.now()):
        return _locked()
    return render_template("signin/birth_date.html", typed=TypedDate(), idle=viewer().idle)


@blueprint.post("/date-of-birth")
@requires(Permission.BEGIN_ANSWERING)
@limiter.limit("120/minute")
def check_birth_date() -> ResponseReturnValue:
    """Count a wrong date in the database; a right one opens a new session (LINK-04, SEC-10)."""
    if not entry.may_go_on(viewer(), now=clock.now()):
        return _newer_text()
    typed = TypedDate(*(request.form.get(part, "") for part in TypedDate._fields))
    given = parse_birth_date(*typed)
    if given is None:
        return _try_again(typed, _("Enter your date of birth, like 27 3 1975"))
    with transaction():
        outcome = entry.confirm_birth_date(viewer(), given, now=clock.now())
    if outcome.locked:
        return _locked()
    if outcome.secret is None:
        return _try_again(typed, _does_not_match(outcome.tries_left))
    door = _DOORS.get(outcome.purpose, "entry.who")
    response = redirect(url_for(door), 303)
    cookies.give(response, outcome.secret, kind=Kind.PATIENT)
    return response


def _does_not_match(tries_left: int) -> str:
    """Nobody is locked out without having been told how near it is."""
    said = _("That does not match our record. Check the day, month and year.")
    left = ngettext(
        "You can try %(num)d more time. After that, call us.",
        "You can try %(num)d more times. After that, call us.",
        tries_left,
    )
    return f"{said} {left}"


def _try_again(typed: TypedDate, message: str) -> ResponseReturnValue:
    page = render_template("signin/birth_date.html", typed=typed, errors=[("dob-day", message)])
    return page, 422


def _locked() -> ResponseReturnValue:
    return render_template("signin/locked.html"), 403


@blueprint.get("/who")
@requires(Permission.ANSWER_OWN)
def who() -> str:
    """Ask who gives the answers; asked each time (A4)."""
    return render_template("signin/who.html")


@blueprint.post("/who")
@requires(Permission.ANSWER_OWN)
@once
def say_who() -> ResponseReturnValue:
    """Self-report is never filled in for somebody: the third answer leads to a call (3.7)."""
    given = request.form.get("who", "")
    if given not in set(AnsweredBy):
        message = _("Choose who is answering")
        return render_template("signin/who.html", errors=[("who", message)]), 422
    if given == AnsweredBy.PROXY:
        entry.ask_for_call(viewer(), now=clock.now())
        return redirect(url_for("entry.for_someone"), 303)
    actions.say_who_answers(viewer(), AnsweredBy(given))
    return redirect(url_for("assessments.before"), 303)


@blueprint.get("/for-someone-else")
@requires(Permission.ANSWER_OWN)
def for_someone() -> str:
    """What happens when somebody else would answer."""
    return render_template("signin/for_someone.html")


@blueprint.post("/stay")
@requires(Permission.BEGIN_ANSWERING)
def stay() -> ResponseReturnValue:
    """ "Stay here" on the idle warning: the answer's fresh cookie is all that happens."""
    return "", 204


@blueprint.post("/lock")
@public
def lock() -> Response:
    """Lock this phone: end the session and forget the cookie."""
    asking = current_viewer()
    if asking is not None and asking.is_patient:
        with transaction():
            actions.end_session(asking.session_id, now=clock.now())
    slug = g.service.slug if g.get("service") else ""
    response = make_response(redirect(url_for("entry.locked", slug=slug or None), 303))
    cookies.clear(response, kind=Kind.PATIENT)
    return response


@blueprint.get("/phone-locked")
@blueprint.get("/phone-locked/<slug>")
@public
def locked(slug: str = "") -> str:
    """Shown after "lock this phone": with the service's own number, and nothing of the person's."""
    with suppress(NotFound):
        g.service = contact(system_service_by_slug(slug)) if slug else None
    return render_template("signin/phone_locked.html")
