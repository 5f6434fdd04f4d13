"""The Friends and Family Test: a public page of each service, with nobody's name on it (OPS-07)."""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from marshmallow import ValidationError

from patientapp import clock
from patientapp.access.guard import public
from patientapp.assessments.offering import LANGUAGE, NotOffered, offered
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.feedback import actions, tickets
from patientapp.feedback.rules import INSTRUMENT, ITEM, LONGEST_COMMENT, Method
from patientapp.feedback.schemas import FeedbackSchema, Given
from patientapp.i18n import gettext as _
from patientapp.questionnaires.definition import Wording
from patientapp.questionnaires.library import default_library
from patientapp.services.contact import ServiceContact
from patientapp.services.queries import contact, system_service_by_slug
from patientapp.web.current import settings
from patientapp.web.limits import limiter
from patientapp.workdays import london_day

blueprint = Blueprint("feedback", __name__, template_folder="templates")
LIMIT = "60 per hour"
TICKET = "idempotency_key"  # of every form; here it is ours to know again


def _neighbourhood() -> str:
    """One of 4,096 groups of addresses: enough to slow a machine, too little to name a person.

    The rate limit is kept in a table; an address in it, with its hour, would lead back (OPS-07).
    """
    day = clock.now().date().isoformat()
    said = f"{day} {request.remote_addr}".encode()
    return hmac.digest(settings().secret_key.encode(), said, sha256).hex()[:3]


@blueprint.get("/feedback/<slug>")
@public
def ask(slug: str) -> str:
    """The question, its six answers, and room for words."""
    return _page(_service(slug))


@blueprint.post("/feedback/<slug>")
@public
@limiter.limit(LIMIT, key_func=_neighbourhood)
def give(slug: str) -> ResponseReturnValue:
    """Count the answer; what was typed comes back with a mistake."""
    service = _service(slug)
    _wording()  # what is not offered is not counted either
    try:
        given: Given = FeedbackSchema().load(request.form.to_dict())
    except ValidationError as error:
        return _page(service, _mistakes(error.messages_dict)), 422
    ticket = request.form.get(TICKET, "")
    if not tickets.is_ours(ticket, key=settings().secret_key, now=clock.now()):
        return _page(
            service, [(ITEM, _("This page was open for a long time. Please send it again."))]
        ), 422
    kept = True
    with transaction():
        if tickets.use(ticket, now=clock.now()):  # a second click is the same answer
            kept = actions.give(service.id, given.response, given.comment, Method.ONLINE, now=clock.now())
    return redirect(url_for(".thank_you", slug=slug, words=None if kept else "full"), 303)


@blueprint.get("/feedback/<slug>/thank-you")
@public
def thank_you(slug: str) -> str:
    """Thanks, and no score back."""
    service = _service(slug)
    is_full = request.args.get("words") == "full"
    return render_template("feedback/thank_you.html", service=service, is_full=is_full)


def _service(slug: str) -> ServiceContact:
    """The service of this page, also for the help block of an error page; NotFound for none."""
    g.service = contact(system_service_by_slug(slug))
    found: ServiceContact = g.service
    return found


def _page(service: ServiceContact, errors: list[tuple[str, str]] | None = None) -> str:
    words = _wording()
    texts = words.item(ITEM)
    return render_template(
        "feedback/ask.html",
        service=service,
        words=words,
        wording_status=words.status,
        code=ITEM,
        question=texts.text,
        options=[(str(code), option.text) for code, option in texts.options.items()],
        chosen=request.form.get(ITEM),
        comment=request.form.get("comment", ""),
        limit=LONGEST_COMMENT,
        errors=errors or [],
        said=dict(errors or []),
        ticket=tickets.new_ticket(key=settings().secret_key, now=clock.now()),
    )


def _wording() -> Wording:
    """The question in the reader's language, else in English; NotOffered in neither."""
    instrument, today = default_library().get(INSTRUMENT), london_day(clock.now())
    for language in (str(get_locale().language), LANGUAGE):
        found = offered(instrument, today=today, language=language)
        if found.wording is not None:
            return found.wording
    raise NotOffered


def _mistakes(found: dict[str, list[str]]) -> list[tuple[str, str]]:
    """What to say of each field, in order; Invalid for fields that are not on the form (SEC-06)."""
    if unknown := found.keys() - {ITEM, "comment"}:
        raise Invalid(fields={name: ["Unknown field."] for name in unknown})
    said = {
        ITEM: _("Choose an answer"),
        "comment": _("Use %(limit)s characters or fewer", limit=LONGEST_COMMENT),
    }
    return [(name, words) for name, words in said.items() if name in found]
