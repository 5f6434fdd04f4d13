"""Every macro on a page of its own, in an app with no rooms: made-up words, no database."""

from __future__ import annotations

import mimetypes
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from flask import (
    Flask,
    Response,
    redirect,
    render_template,
    render_template_string,
    request,
)

from patientapp.web import assets, safety, sent

WEB = Path(assets.__file__).parent
STATIC = WEB / "static"
POLICY = "default-src 'self'"
SERVICE = SimpleNamespace(
    name="Harbour Clinic",
    phone="0113 496 0100",
    hours="Monday to Friday, 9am to 5pm",
    text_relay="18001 0113 496 0100",
)
HEAD = """{% extends "web/page.html" %}
{% from "web/macros/forms.html" import form, button, skip_button, link_button, radios_plain,
  checkboxes, text_input, textarea, date_of_birth %}
{% from "web/macros/questions.html" import question, question_buttons %}
{% from "web/macros/words.html" import status_tag, safety_numbers %}
{% from "web/macros/lists.html" import task_list, summary_list, table, pagination, confirmation,
  patient_banner %}
{% from "web/macros/scores.html" import chart, scores_table, kind_words %}
{% block title %}TITLE{% endblock %}
{% block content %}"""
FORM = '{% call form("/send/TITLE", keep=true) %}'
QUESTION = FORM + "BODY{{ question_buttons() }}{% endcall %}"
CHART = (
    "{{ chart('gets', [('3 Mar 2026', 7.4, 'self'), ('9 Jun 2026', 5.1, 'paper'),"
    " ('14 Sep 2026', 4.0, 'helped')], 0, 10, 'lower', 'How much pain gets in the way',"
    " 'Your answers suggest pain gets in your way less than in March.', band=(6.4, 8.4)) }}"
)

QUESTIONS = {
    "words": "{{ question('words', 'mo', 'Getting about, today', [(1, 'No trouble'),"
    " (2, 'A little trouble'), (3, 'Some trouble'), (4, 'A lot of trouble'),"
    " (5, 'I cannot get about')], caption='Question 1 of 6', error=error) }}",
    "row": "{{ question('row', 'worst', 'In the last day, how strong was your pain at its"
    " strongest?', range(11) | list, low='None at all', high='As strong as I can picture',"
    " caption='Question 2 of 11', error=error) }}",
    "row6": "{{ question('row', 'q1', 'How sure are you that you can enjoy things, even with the"
    " pain?', range(7) | list, low='Not at all sure', high='Fully sure',"
    " caption='Question 1 of 10', error=error) }}",
    "vas": "{{ question('vas', 'vas', 'How good or bad is your health today?',"
    " low='Worst health', high='Best health', label='Your health today',"
    " caption='Question 6 of 6', hint='Type a number from 0 to 100.', error=error) }}",
}

PAGES = {
    "dob": '{% call form("/send/dob") %}{{ date_of_birth("Your date of birth", error=error) }}'
    "<p>We ask so that we keep your record yours.</p>{{ button('Continue') }}{% endcall %}",
    "radios": '{% call form("/send/radios") %}{{ radios_plain("who", "Who is answering?",'
    ' [("self", "Me"), ("helped", "Me, with someone helping"), ("proxy", "Someone else, for me")],'
    ' hint="It is best to answer in private.", error=error,'
    ' hints={"proxy": "We will call you."}) }}'
    "{{ button('Continue') }}{% endcall %}",
    "checkboxes": '{% call form("/send/checkboxes") %}{{ checkboxes("what", "What has changed?",'
    ' [("pain", "Pain"), ("sleep", "Sleep"), ("work", "Work, or caring for someone")],'
    " error=error) }}{{ button('Continue') }}{% endcall %}",
    "text": '{% call form("/send/text") %}{{ textarea("more", "Anything else?", heading=true,'
    ' hint="A person reads this, not straight away.", error=error) }}'
    '{{ text_input("call", "Best number to call", type="tel", autocomplete="tel", width=20) }}'
    "{{ button('Continue') }}{% endcall %}",
    "cards": '<h1 class="nhsuk-heading-l">Before you begin</h1>'
    '{% include "web/safety_cards.html" %}{{ link_button("Continue", "/words") }}',
    "tasks": '<h1 class="nhsuk-heading-l">Your questions</h1>{{ task_list(['
    '{"text": "Your pain", "href": "/row", "status": "Started", "kind": "waiting",'
    ' "hint": "About 4 minutes", },'
    '{"text": "Your health today", "href": "/words", "status": "Not started", "kind": "plain",'
    ' "hint": "About 2 minutes"},'
    '{"text": "Being sure of yourself", "href": none, "status": "Done", "kind": "done",'
    ' "hint": none}]) }}',
    "check": '<h1 class="nhsuk-heading-l">Check your answers</h1>{{ summary_list(['
    '{"text": "How strong was your pain?", "answer": "Skipped", "href": "/row",'
    ' "change": "Answer now"},'
    '{"text": "Getting about", "answer": "A little trouble", "href": "/words", "change": none}'
    ']) }}{% call form("/send/check") %}{{ button("Send my answers") }}{% endcall %}',
    "done": '{{ confirmation("We have your answers", "Sent on 14 September 2026") }}'
    '<h2 class="nhsuk-heading-m">What happens next</h2><p>Your clinician reads them.</p>',
    "scores": '<h1 class="nhsuk-heading-l">Your scores</h1>'
    '<h2 class="nhsuk-heading-m">How much pain gets in the way</h2>'
    "<p>Your answers suggest pain gets in your way less than in March.</p>"
    + CHART
    + '{{ scores_table("How much pain gets in the way", [("3 March 2026", 7.4, "You"),'
    ' ("9 June 2026", 5.1, "You, on paper"), ("14 September 2026", 4.0, "You, with help")]) }}'
    "{{ kind_words() }}",
    "staff": '{{ patient_banner("Ada Example", "3 March 1975", "999 000 0018") }}'
    '<h1 class="nhsuk-heading-l">Patients</h1>{{ table("What is due", ["Name", "Due", "State"],'
    ' [["Ada Example", "14 September 2026", status_tag("Overdue", "urgent")],'
    ' ["Ben Example", "20 September 2026", status_tag("Done", "done")]], stack=true) }}'
    '<div class="app-charts">' + CHART + "</div>"
    '{{ pagination("/staff?page=1", "/staff?page=3") }}',
}
PAGES |= {name: QUESTION.replace("BODY", body) for name, body in QUESTIONS.items()}
STAFF = {"staff"}
# The first control of each page that can be filled in wrongly.
FIELDS = {"words": "mo", "row": "worst", "row6": "q1", "vas": "vas", "dob": "dob-day"}
FIELDS |= {"radios": "who", "checkboxes": "what", "text": "more"}


def source(name: str) -> str:
    """The template of one page."""
    head = HEAD.replace("web/page.html", "web/staff_page.html") if name in STAFF else HEAD
    return (head + PAGES[name]).replace("TITLE", name) + "{% endblock %}"


def make(*, undefined: type[jinja2.Undefined] = jinja2.ChainableUndefined) -> Flask:
    """A bare app that serves the gallery as the real one serves its pages."""
    app = Flask("gallery", static_folder=None, template_folder=str(WEB / "templates"))
    app.config["TESTING"] = True
    app.jinja_options = {
        "undefined": undefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }
    app.jinja_loader = jinja2.ChoiceLoader(  # type: ignore[assignment]
        [
            jinja2.FileSystemLoader(WEB / "templates"),
            jinja2.PackageLoader("nhsuk_frontend_jinja"),
        ]
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals |= {
        "asset": assets.load_manifest(STATIC),
        "page_key": lambda: "key-0123456789",
        "safety_words": lambda: safety.in_language("ar" if request.args.get("dir") == "rtl" else "en"),
        "csrf_token": lambda: "token-of-this-page",
        "opening": lambda hours: None,
        "wrote_of_risk": lambda: False,
    }
    app.jinja_env.filters["day"] = date.isoformat
    app.context_processor(context)
    _add_routes(app)
    sent.init_app(app)
    return app


def context() -> dict[str, Any]:
    """What the app gives every page."""
    right_to_left = request.args.get("dir") == "rtl"
    return {
        "locale_lang": "ar" if right_to_left else "en-GB",
        "locale_dir": "rtl" if right_to_left else "ltr",
        "demo": True,
        "viewer": None,
        "service": SERVICE,
    }


def _add_routes(app: Flask) -> None:
    @app.get("/<name>")
    def page(name: str) -> str:
        error = "Choose an answer, or skip this question" if "wrong" in request.args else None
        return render_template_string(
            source(name),
            errors=[(FIELDS[name], error)] if error and name in FIELDS else [],
            error=error,
            wording_status="demonstration" if name in QUESTIONS else "own",
            back="/tasks",
            menu=[("Patients", "/staff", True), ("Alerts", "/alerts", False)],
            sign_out_url="/send/out",
            stay_url="/stay" if "stay" in request.args else None,
        )

    @app.get("/problem")
    def problem() -> str:
        return render_template(
            "web/error.html",
            title="We could not send this yet",
            happened="Your answers are not lost.",
            retry="/words",
        )

    @app.post("/send/<name>")
    def send(name: str) -> Any:
        return redirect("/done", 303)

    @app.post("/stay")
    def stay() -> tuple[str, int]:
        return "", 204

    @app.get("/static/<path:path>")
    def static(path: str) -> Response:
        kind, _ = mimetypes.guess_type(path)
        return Response((STATIC / path).read_bytes(), mimetype=kind)

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response
