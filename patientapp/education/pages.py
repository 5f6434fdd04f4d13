"""Learn about pain: for everybody to read, without signing in (patient-experience.md 3.9)."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock, i18n
from patientapp.access.guard import public
from patientapp.content.library import default_library
from patientapp.content.page import AUDIENCES as KNOWN
from patientapp.content.search import LONGEST
from patientapp.db import transaction
from patientapp.education import actions, shown, texts
from patientapp.education.directory import leaflet
from patientapp.education.rules import Mark
from patientapp.errors import Invalid
from patientapp.services.contact import ServiceContact
from patientapp.services.queries import contact, system_service_by_slug
from patientapp.web.current import settings
from patientapp.web.limits import limiter
from patientapp.web.scan import qr
from patientapp.web.security import may_be_kept

blueprint = Blueprint("education", __name__, template_folder="templates")
shown.install(blueprint)
KEPT = 300  # seconds in the reader's own browser
SAID = {"yes": Mark.HELPFUL, "no": Mark.UNHELPFUL, "done": Mark.DONE, "opened": Mark.OPENED}
A_MINUTE = "30/minute"


@blueprint.get("/learn")
@public
def home() -> str:
    """Start here, every topic, and a search."""
    may_be_kept(KEPT)
    audience = request.args.get("for", "all")
    audience = audience if audience in KNOWN else "all"
    path = default_library().start_here() if audience == "all" else []
    return render_template(
        "education/home.html",
        audience=audience,
        audiences=[(code, words()) for code, words in texts.AUDIENCES.items()],
        start=shown.entries(path),
        topics=[line for line in shown.listed(audience) if line.id not in path],
        lang=shown.lang_of_page(),
        language_links=shown.language_links(".home"),
    )


@blueprint.get("/learn/search")
@public
def search() -> str:
    """Topics that speak of some words, spelt as people spell them."""
    asked = request.args.get("q", "").strip()[:LONGEST]
    return render_template(
        "education/search.html",
        asked=asked,
        found=shown.searched(asked) if asked else [],
        lang=shown.lang_of_page(),
        limit=LONGEST,
        language_links=shown.language_links(".search", q=asked),
    )


@blueprint.get("/learn/<topic>")
@public
def topic(topic: str) -> str:
    """One topic: three points, the body, one thing to try, safety cards, what to read next."""
    may_be_kept(KEPT)
    return _page("education/topic.html", topic)


@blueprint.get("/learn/<topic>/print")
@public
def printed(topic: str) -> str:
    """The same for paper, also in large print, with an address to scan (N41, N49)."""
    may_be_kept(KEPT)
    address = f"{settings().public_url}/learn/{topic}"
    return _page(
        "education/print.html",
        topic,
        is_large="large" in request.args,
        address=address,
        qr=qr(address),
    )


def _page(template: str, topic: str, **more: object) -> str:
    seen = shown.found(topic)
    reviewed, review_by = shown.dates(seen)
    return render_template(
        template,
        page=seen.page,
        notices=shown.notices(seen),
        reviewed=reviewed,
        review_by=review_by,
        who=", ".join(seen.review.names),
        minutes=shown.words_count(seen.page),
        related=shown.entries(list(seen.page.related)),
        lang=shown.lang_of_page(),
        language_links=shown.language_links(f".{request.endpoint.rpartition('.')[2]}", topic=topic)
        if request.endpoint
        else [],
        **more,
    )


@blueprint.post("/learn/<topic>/said")
@public
@limiter.limit(A_MINUTE)
def say(topic: str) -> ResponseReturnValue:
    """Whether it helped, that it was opened or done: a count, and for a patient a mark of their own."""
    page = shown.found(topic).page
    kind = SAID.get(request.form.get("said", ""))
    if kind is None:
        raise Invalid(fields={"said": ["Choose one of the buttons."]})
    with transaction():
        actions.note(topic, kind, language=page.lang, now=clock.now())
    if kind is Mark.OPENED:
        return "", 204
    return redirect(url_for(".thanks", topic=topic, lang=shown.lang_of_page()), 303)


@blueprint.get("/learn/<topic>/thanks")
@public
def thanks(topic: str) -> str:
    """Thanks, and what to read next."""
    seen = shown.found(topic)
    return render_template(
        "education/thanks.html",
        page=seen.page,
        related=shown.entries(list(seen.page.related)),
        lang=shown.lang_of_page(),
    )


@blueprint.get("/services/<slug>")
@public
def service(slug: str) -> str:
    """The leaflet of one service: what it is, hours, how to reach it, who works there (C11, H12, N50)."""
    return _leaflet("education/service.html", slug, ".service")


@blueprint.get("/services/<slug>/local-help")
@public
def local_help(slug: str) -> str:
    """Places near this service, and which of them the NHS does not pay for (B39, B60, C18, D45)."""
    return _leaflet("education/local_help.html", slug, ".local_help")


def _leaflet(template: str, slug: str, endpoint: str) -> str:
    found = _service(slug)
    told = leaflet(found.slug)
    address = f"{settings().public_url}{url_for(endpoint, slug=found.slug)}"
    return render_template(
        template,
        service=found,
        told=told,
        places=[(texts.CATEGORIES[one](), rows) for one, rows in told.by_category().items()]
        if told
        else [],
        address=address,
        qr=qr(address),
        is_local=i18n.current() != "en",
        lang=shown.lang_of_page(),
        language_links=shown.language_links(endpoint, slug=slug),
    )


def _service(slug: str) -> ServiceContact:
    g.service = contact(system_service_by_slug(slug))
    found: ServiceContact = g.service
    return found
