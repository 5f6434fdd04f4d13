"""A patient asks to come back, one question a page (patient-experience.md 3.5)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import public, requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.pifu import actions, form_rules, queries, rules, texts
from patientapp.pifu.form_rules import Step
from patientapp.pifu.rules import Signs, Window
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.actions import raise_item
from patientapp.worklist.hearing import listen_to_words
from patientapp.worklist.rules import ItemKind

blueprint = Blueprint("pifu", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)
AFTER_SIGNS: list[Step] = [step for step in Step if step is not Step.SIGNS]
NO_HELP_NEEDED = frozenset({Signs.NO})


@blueprint.get("/come-back")
@public
def first() -> str:
    """Before anything is asked: does this person need help now? (D1, CLIN-01)"""
    return render_template("pifu/first.html")


@blueprint.get("/come-back/signs")
@requires(Permission.SAY_SIGNS)
def signs() -> str:
    """The one question about emergency signs (D2)."""
    return _page(Step.SIGNS, {})


@blueprint.post("/come-back/signs")
@requires(Permission.SAY_SIGNS)
@once
def say_signs() -> ResponseReturnValue:
    """Yes and "not sure" make the alert now, whether or not a request follows (D3, CLIN-02)."""
    given = request.form.to_dict(flat=False)
    wrong = form_rules.answer_mistakes(Step.SIGNS, given)
    if wrong:
        return _page(Step.SIGNS, wrong), 422
    actions.save(viewer(), Step.SIGNS, given, now=clock.now())
    said = Signs(given["signs"][0])
    if said in NO_HELP_NEEDED:
        return redirect(url_for(".about"), 303)
    return redirect(url_for(".advice", said=said.value), 303)


@blueprint.get("/come-back/advice/<said>")
@requires(Permission.SAY_SIGNS)
def advice(said: str) -> str:
    """The advice first; then "you can still send your request" (D3)."""
    if said not in {Signs.YES, Signs.NOT_SURE}:
        raise NotFound
    return render_template("pifu/advice.html", is_yes=said == Signs.YES, may_go_on=_may_go_on())


def _may_go_on() -> bool:
    """Whether to say that a request can still be sent: before the date of birth nobody knows."""
    if not viewer().birth_date_confirmed:
        return True
    terms = queries.terms_of(queries.own_agreement(viewer()))
    draft = queries.draft(viewer())
    begun_on = london_day(draft.begun_at) if draft else None
    return rules.window(terms, today=london_day(clock.now()), begun_on=begun_on) is Window.OPEN


@blueprint.get("/come-back/about")
@requires(Permission.ASK_TO_RETURN)
def about() -> ResponseReturnValue:
    """Until when, what for, and when somebody reads it; or why not, and what else helps (D5)."""
    now = clock.now()
    agreement = queries.own_agreement(viewer())
    draft = queries.draft(viewer())
    if draft is None or not draft.answers.get("signs"):
        return redirect(url_for(".first"), 303)
    terms = queries.terms_of(agreement)
    standing = rules.window(terms, today=london_day(now), begun_on=london_day(draft.begun_at))
    with transaction():
        record(viewer(), "looked at coming back", now=now, patient_id=viewer().patient_id)
    if standing is not Window.OPEN:
        page = render_template(
            "pifu/closed.html",
            standing=standing.value,
            agreement=agreement,
            texts=texts,
            is_with_us=queries.is_with_us(viewer()),
        )
        return page, 409 if standing is Window.OVER else 200
    return render_template(
        "pifu/about.html",
        agreement=agreement,
        open_request=_open_request(),
        days=rules.working_days(draft.answers),
        texts=texts,
        onward=url_for(".ask", step=Step.WHO.value),
        back=url_for(".first"),
    )


@blueprint.get("/come-back/ask/<step>")
@requires(Permission.ASK_TO_RETURN)
def ask(step: str) -> ResponseReturnValue:
    """One page of the request."""
    return _page(_step(step), {})


@blueprint.post("/come-back/ask/<step>")
@requires(Permission.ASK_TO_RETURN)
@once
def answer(step: str) -> ResponseReturnValue:
    """Keep one page and go on, or back to the check when that is where it was changed."""
    asked = _step(step)
    given = request.form.to_dict(flat=False)
    wrong = form_rules.answer_mistakes(asked, given)
    if wrong:
        return _page(asked, wrong, given=form_rules.taken(asked, given)), 422
    draft = actions.save(viewer(), asked, given, now=clock.now())
    if draft.answers.get("who") == "proxy":
        _ask_for_call()
        return redirect(url_for(".someone"), 303)
    if request.args.get("from") == "check":
        return redirect(url_for(".check"), 303)
    left = AFTER_SIGNS[AFTER_SIGNS.index(asked) + 1 :]
    return redirect(url_for(".ask", step=left[0].value) if left else url_for(".check"), 303)


@blueprint.get("/come-back/for-someone-else")
@requires(Permission.ASK_TO_RETURN)
def someone() -> str:
    """Nobody asks in another's name with another's details: we call (SEC-11)."""
    return render_template("pifu/someone.html", back=url_for(".ask", step=Step.WHO.value))


def _page(step: Step, wrong: dict[str, str], *, given: dict[str, object] | None = None) -> str:
    draft = queries.draft(viewer()) if viewer().birth_date_confirmed else None
    kept = draft.answers if draft is not None else {}
    before = [None, *AFTER_SIGNS][AFTER_SIGNS.index(step)] if step in AFTER_SIGNS else None
    back = url_for(".first") if step is Step.SIGNS else address(before) if before else url_for(".about")
    return render_template(
        "pifu/ask.html",
        step=step,
        answers=given if given is not None else kept,
        fields=form_rules.FIELDS[step],
        words=form_rules.WORDS.get(step, ()),
        many=form_rules.MANY,
        limit=form_rules.LONGEST_TEXT,
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        action=request.full_path if step is not Step.SIGNS else url_for(".say_signs"),
        texts=texts,
        back=back,
    )


def _step(name: str) -> Step:
    found = next((step for step in AFTER_SIGNS if step.value == name), None)
    if found is None:
        raise NotFound
    return found


def address(step: Step) -> str:
    """Where this page of the request is."""
    return url_for(".signs") if step is Step.SIGNS else url_for(".ask", step=step.value)


def _open_request() -> queries.Progress | None:
    found = queries.own_requests(viewer())
    return found[0] if found and found[0].stage in actions.OPEN else None


def _ask_for_call() -> None:
    asking, now = viewer(), clock.now()
    assert asking.patient_id is not None
    raise_item(
        ItemKind.TASK,
        service_id=asking.service_id,
        patient_id=asking.patient_id,
        reason="proxy_wanted",
        source=f"{asking.patient_id}:pifu-proxy:{london_day(now).isoformat()}",
        now=now,
    )
    record(asking, "asked for a call", now=now, patient_id=asking.patient_id)
