"""A patient's own pages: goals, what I practised, what I hope for and want to talk about."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.goals import actions, queries, texts
from patientapp.goals.rules import GoalState, Topic, WordKind
from patientapp.i18n import gettext as _
from patientapp.web.idempotency import once
from patientapp.web.typed import seen_step, typed_words
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("goals", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)


def _me() -> UUID:
    own = viewer().patient_id
    assert own is not None
    return own


@blueprint.get("/my-page/goals")
@requires(Permission.SEE_OWN_PLAN)
def mine() -> str:
    """My goals and how each stands, and my log of practice."""
    with transaction():
        record(viewer(), "looked at own goals", now=clock.now(), patient_id=_me())
    return _page({})


def _page(wrong: dict[str, str]) -> str:
    return render_template(
        "goals/mine.html",
        goals=queries.goals_of(viewer(), _me()),
        practised=[one for one in queries.words_of(viewer(), _me()) if one.kind is WordKind.PRACTICE],
        texts=texts,
        wrong=wrong,
        errors=list(wrong.items()),
        typed=request.form,
        back=url_for("home.mine"),
    )


@blueprint.post("/my-page/goals")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def add() -> ResponseReturnValue:
    """A new goal."""
    try:
        actions.add_goal(viewer(), _me(), typed_words("words"), now=clock.now())
    except Invalid as refused:
        return _page(_said(refused)), 422
    return redirect(url_for(".mine"), 303)


@blueprint.post("/my-page/goals/<uuid:goal_id>")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def review(goal_id: UUID) -> ResponseReturnValue:
    """How one of my goals stands."""
    queries.goal(viewer(), goal_id)
    state = request.form.get("state", "")
    if state not in set(GoalState):
        return _page({f"state-{goal_id}": _("Choose how it stands")}), 422
    note, seen = typed_words("note"), seen_step() or 0
    try:
        actions.review_goal(viewer(), goal_id, GoalState(state), note=note, seen=seen, now=clock.now())
    except Invalid as refused:
        return _page(_said(refused)), 422
    return redirect(url_for(".mine"), 303)


@blueprint.post("/my-page/practice")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def practise() -> ResponseReturnValue:
    """One line of my log."""
    words = typed_words("practice")
    try:
        actions.say(viewer(), _me(), WordKind.PRACTICE, words=words, now=clock.now())
    except Invalid as refused:
        return _page(_said(refused)), 422
    return redirect(url_for(".mine"), 303)


@blueprint.get("/my-page/to-talk-about")
@requires(Permission.SEE_OWN_PLAN)
def talk() -> str:
    """What I want to talk about, and what I hope for."""
    with transaction():
        record(viewer(), "looked at own words", now=clock.now(), patient_id=_me())
    return _talk_page({})


def _talk_page(wrong: dict[str, str]) -> str:
    said = {one.kind: one for one in reversed(queries.words_of(viewer(), _me()))}
    return render_template(
        "goals/talk.html",
        talk=said.get(WordKind.TALK),
        hope=said.get(WordKind.HOPE),
        topics=texts.topics(),
        wrong=wrong,
        errors=list(wrong.items()),
        typed=request.form,
        is_posted=request.method == "POST",
        chosen=request.form.getlist("topics"),
        saved="saved" in request.args,
        back=url_for("home.mine"),
    )


@blueprint.post("/my-page/to-talk-about")
@requires(Permission.CHANGE_OWN_PLAN)
@once
def say() -> ResponseReturnValue:
    """Keep both; either may be left empty."""
    topics = tuple(Topic(one) for one in request.form.getlist("topics") if one in set(Topic))
    words, hope, now = typed_words("talk"), typed_words("hope"), clock.now()
    try:
        actions.say(viewer(), _me(), WordKind.TALK, words=words, topics=topics, now=now)
        if hope.strip():
            actions.say(viewer(), _me(), WordKind.HOPE, words=hope, now=now)
    except Invalid as refused:
        return _talk_page(_said(refused)), 422
    return redirect(url_for(".talk", saved="yes"), 303)


def _said(refused: Invalid) -> dict[str, str]:
    return {name: str(words[0]) for name, words in refused.fields.items()}
