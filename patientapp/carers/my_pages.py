"""The patient's own page of carers: name one, see each act, end it at once (3.7)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.carers import actions, queries, rules, schemas, texts
from patientapp.carers.schemas import FIELDS, PLACES
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.web.current import settings
from patientapp.web.idempotency import once
from patientapp.workdays import london_day
from patientapp.worklist.hearing import listen_to_words

blueprint = Blueprint("my_carers", __name__, template_folder="templates")
blueprint.after_request(listen_to_words)


def _me() -> UUID:
    own = viewer().patient_id
    assert own is not None
    return own


@blueprint.get("/my-page/carers")
@requires(Permission.CHOOSE_CARERS)
def listing() -> str:
    """Whom I trust, what they may do, what they did, and a form for one more."""
    with transaction():
        record(viewer(), "looked at own carers", now=clock.now(), patient_id=_me())
    return _page({})


def _page(wrong: dict[str, str]) -> str:
    return render_template(
        "carers/my_carers.html",
        carers=queries.known(viewer(), _me(), today=london_day(clock.now())),
        code_of=lambda carer_id: rules.code_of(carer_id, key=settings().link_key),
        acts_done=queries.acts_done(viewer(), _me()),
        texts=texts,
        given=request.form,
        chosen=request.form.getlist("acts"),
        wrong={name: texts.mistake(code) for name, code in wrong.items()},
        errors=[(PLACES.get(name, name), texts.mistake(code)) for name, code in wrong.items()],
        back=url_for("home.mine"),
    )


@blueprint.post("/my-page/carers")
@requires(Permission.CHOOSE_CARERS)
@once
def add() -> ResponseReturnValue:
    """Name a carer; their link goes to their own phone."""
    try:
        actions.name_carer(
            viewer(), _me(), schemas.typed_carer(), link_key=settings().link_key, now=clock.now()
        )
    except Invalid as error:
        known = {name: codes[0] for name, codes in error.fields.items() if name in FIELDS}
        if not known:
            raise
        return _page(known), 422
    return redirect(url_for(".listing"), 303)


@blueprint.post("/my-page/carers/<uuid:carer_id>/end")
@requires(Permission.CHOOSE_CARERS)
@once
def end(carer_id: UUID) -> ResponseReturnValue:
    """It ends at once, on every phone."""
    actions.end_carer(viewer(), _me(), carer_id, now=clock.now())
    return redirect(url_for(".listing"), 303)
