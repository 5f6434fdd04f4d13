"""A patient complains, comments or thanks, and sees what came of it (B50)."""

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
from patientapp.feedback import texts, told_actions, told_queries
from patientapp.feedback.told_rules import LONGEST_WORDS
from patientapp.web.idempotency import once
from patientapp.web.typed import refuse_unknown, typed_words
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("told", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)
FIELDS = frozenset({"csrf_token", "idempotency_key", "kind", "words", "wanted"})


@blueprint.get("/tell-us")
@requires(Permission.TELL_US)
def mine() -> str:
    """What I told you and how far it is; and a form to tell you more."""
    with transaction():
        record(viewer(), "told: looked at own", now=clock.now(), patient_id=viewer().patient_id)
    return _page({})


def _page(wrong: dict[str, str]) -> str:
    return render_template(
        "feedback/tell_us.html",
        ones=told_queries.all_told(viewer()),
        given=request.form,
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(name, texts.mistake(code)) for name, code in wrong.items()],
        limit=LONGEST_WORDS,
        texts=texts,
        back=url_for("home.mine"),
    )


@blueprint.post("/tell-us")
@requires(Permission.TELL_US)
@once
def tell() -> ResponseReturnValue:
    """Kept before anybody says so; what was typed comes back with a mistake."""
    refuse_unknown(FIELDS)
    form = request.form
    try:
        kept = told_actions.tell(
            viewer(),
            form.get("kind", ""),
            typed_words("words"),
            wanted=typed_words("wanted"),
            now=clock.now(),
        )
    except Invalid as error:
        return _page({name: codes[0] for name, codes in error.fields.items()}), 422
    return redirect(url_for(".receipt", told_id=kept.told.id), 303)


@blueprint.get("/tell-us/<uuid:told_id>")
@requires(Permission.TELL_US)
def receipt(told_id: UUID) -> str:
    """We have it, what follows and by when; then each step and the outcome."""
    one = told_queries.one_told(viewer(), told_id)
    return render_template("feedback/told.html", one=one, texts=texts, back=url_for(".mine"))
