"""A carer asks to come back for the person they help: one page, with when to get help first (3.5)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.patients.carer_queries import carer
from patientapp.pifu import actions as pifu_actions
from patientapp.pifu import form_rules, queries, rules, sending, texts
from patientapp.pifu.form_rules import Step
from patientapp.pifu.rules import Signs, Window
from patientapp.web.idempotency import once
from patientapp.web.typed import refuse_unknown
from patientapp.workdays import london_day
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("caring_return", __name__, url_prefix="/caring")
blueprint.after_request(listen_to_words)
STEPS = (Step.SIGNS, Step.CHANGED)
FIELDS = frozenset({"csrf_token", "idempotency_key", "signs", "changed", "words"})


@blueprint.get("/come-back")
@requires(Permission.CARE_ASK_TO_RETURN)
def ask() -> ResponseReturnValue:
    """When to get help now, then what has changed; or why nobody can be asked here."""
    with transaction():
        record(viewer(), "looked as a carer", now=clock.now(), patient_id=viewer().patient_id)
    return _page({})


def _page(wrong: dict[str, str]) -> ResponseReturnValue:
    given = request.form.to_dict(flat=False)
    page = render_template(
        "carers/come_back.html",
        is_open=_window() is Window.OPEN,
        given={name: values if name == "changed" else values[0] for name, values in given.items()},
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        limit=form_rules.LONGEST_TEXT,
        texts=texts,
        back=url_for("caring.mine"),
    )
    return (page, 422) if wrong else page


def _window() -> Window:
    terms = queries.terms_of(queries.own_agreement(viewer()))
    return rules.window(terms, today=london_day(clock.now()))


@blueprint.post("/come-back")
@requires(Permission.CARE_ASK_TO_RETURN)
@once
def send() -> ResponseReturnValue:
    """Signs are heard and the request is stored in one commit; the advice is the first thing seen."""
    refuse_unknown(FIELDS)
    given = request.form.to_dict(flat=False)
    wrong = {name: code for step in STEPS for name, code in _mistakes(step, given).items()}
    if wrong:
        return _page(wrong)
    kept = {name: said for step in STEPS for name, said in form_rules.taken(step, given).items()}
    now, asking = clock.now(), viewer()
    pifu_actions.hear_signs(asking, kept["signs"], now=now)
    pifu_actions.hear_own_words(asking, str(kept["words"]), now=now)
    sent = _window() is Window.OPEN
    if sent:
        assert asking.patient_id is not None
        assert asking.carer_id is not None
        name = carer(asking, asking.patient_id, asking.carer_id).name
        sending.send_as_carer(asking, kept | {"who": "carer", "carer": name}, now=now)
    if kept["signs"] == Signs.NO:
        return redirect(url_for(".sent" if sent else ".ask"), 303)
    return redirect(url_for(".advice", said=kept["signs"], sent="yes" if sent else None), 303)


def _mistakes(step: Step, given: dict[str, list[str]]) -> dict[str, str]:
    return form_rules.answer_mistakes(step, given)


@blueprint.get("/come-back/advice/<said>")
@requires(Permission.CARE_ASK_TO_RETURN)
def advice(said: str) -> str:
    """999 or 111 first; then what became of the request."""
    if said not in {Signs.YES, Signs.NOT_SURE}:
        raise NotFound
    return render_template(
        "carers/advice.html", is_yes=said == Signs.YES, is_sent=request.args.get("sent") == "yes"
    )


@blueprint.get("/come-back/sent")
@requires(Permission.CARE_ASK_TO_RETURN)
def sent() -> str:
    """We have it, and by when a clinician reads it; nothing of what anybody wrote."""
    found = queries.own_requests(viewer())
    newest = found[0] if found and found[0].stage in pifu_actions.OPEN else None
    return render_template("carers/sent.html", newest=newest, texts=texts, back=url_for("caring.mine"))
