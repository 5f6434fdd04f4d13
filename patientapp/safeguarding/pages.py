"""Telling in private: one page, sent once, never shown again on this phone (C63, D32)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.safeguarding import actions, texts
from patientapp.safeguarding.rules import Reach, Told
from patientapp.web.idempotency import once
from patientapp.web.typed import typed_words
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("private", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)  # what was refused is lost, and heard all the same


@blueprint.get("/private")
@requires(Permission.TELL_IN_PRIVATE)
def tell() -> str:
    """Who reads it, how fast, what to do in danger, and the box."""
    me = viewer()
    with transaction():
        record(me, "looked at own page", now=clock.now(), patient_id=me.patient_id)
    return _page({})


def _page(wrong: dict[str, str]) -> str:
    return render_template(
        "safeguarding/tell.html",
        ways=texts.ways(),
        typed=request.form,
        wrong=wrong,
        errors=list(wrong.items()),
    )


@blueprint.post("/private")
@requires(Permission.TELL_IN_PRIVATE)
@once
def send() -> ResponseReturnValue:
    """Keep it; the next page says thank you and nothing of what was told."""
    me, reach = viewer(), request.form.get("reach", "")
    assert me.patient_id is not None  # the permission is patients' own
    if reach not in set(Reach):
        return _page({"reach": texts.mistake("reach", "missing")}), 422
    told = Told(words=typed_words("words"), reach=Reach(reach), how=typed_words("how"))
    try:
        actions.tell(me, me.patient_id, told, now=clock.now())
    except Invalid as problem:
        return _page(
            {name: texts.mistake(name, str(why[0])) for name, why in problem.fields.items()}
        ), 422
    return redirect(url_for(".thanks"), 303)


@blueprint.get("/private/thanks")
@requires(Permission.TELL_IN_PRIVATE)
def thanks() -> str:
    """Thank you."""
    return render_template("safeguarding/thanks.html")
