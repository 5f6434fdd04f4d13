"""Choosing a language, at any step (patient-experience.md A2): it belongs to the person."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock, i18n
from patientapp.access.guard import public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.content import catalogues
from patientapp.db import transaction
from patientapp.i18n import gettext as _
from patientapp.links.queries import system_link_of
from patientapp.services.queries import contact, system_service
from patientapp.signin import entry
from patientapp.web.idempotency import once
from patientapp.web.limits import limiter
from patientapp.web.typed import local_path

blueprint = Blueprint("language", __name__, template_folder="templates")
OTHER = "other"  # "My language is not here"
LONGEST_STEP = 300


@blueprint.app_template_global()
def language_page() -> str:
    """The address of the choice, which leads back to the page that is being read."""
    asked = {name: words for name, words in request.args.items() if name != "lang"}
    here = request.path + (f"?{urlencode(asked)}" if asked else "") if request.method == "GET" else ""
    return url_for("language.choose", step=here or None)


@blueprint.app_template_global()
def language_name() -> str:
    """The language of this page, in its own script."""
    return catalogues.names()[i18n.current()]


def _step(given: str) -> str:
    """The page to go back to, if it is one of ours; else where everybody begins."""
    if len(given) <= LONGEST_STEP and (ours := local_path(given)):
        return ours
    return url_for("home.mine" if viewer().birth_date_confirmed else "entry.birth_date")


def _page(step: str, error: str = "") -> str:
    return render_template(
        "signin/language.html",
        options=list(catalogues.names().items()),
        other=OTHER,
        chosen=i18n.current(),
        step=step,
        errors=[("language", error)] if error else [],
    )


@blueprint.get("/language")
@requires(Permission.BEGIN_ANSWERING)
def choose() -> str:
    """Every language that is offered, each in its own script."""
    return _page(_step(request.args.get("step", "")))


@blueprint.post("/language")
@requires(Permission.BEGIN_ANSWERING)
@once
def keep() -> ResponseReturnValue:
    """Keep the choice and go back to the same step; or staff call with an interpreter."""
    given, step = request.form.get("language", ""), _step(request.form.get("step", ""))
    if given == OTHER:
        entry.interpreter_for(viewer(), now=clock.now())
        return redirect(url_for(".interpreter", step=step), 303)
    if given not in catalogues.names():
        return _page(step, _("Choose a language")), 422
    entry.choose_language(viewer(), given, now=clock.now())
    return redirect(step, 303)


@blueprint.get("/language/interpreter")
@requires(Permission.BEGIN_ANSWERING)
def interpreter() -> str:
    """We call with an interpreter; the person may go on meanwhile."""
    return render_template("signin/interpreter.html", step=_step(request.args.get("step", "")))


@blueprint.post("/q/<token>/interpreter")
@public
@limiter.limit("10/minute")
def interpreter_for_link(token: str) -> str:
    """The same from the first page, before anything is known; the same page whoever asks."""
    link = system_link_of(token)
    if link is not None and entry.can_begin(link, now=clock.now()):
        g.service = contact(system_service(link.service_id))
        with transaction():
            entry.ask_for_interpreter(link, now=clock.now())
    return render_template("signin/interpreter.html", step=None)
