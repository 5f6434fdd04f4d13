"""A patient's own learning: what was offered, what is done (C22, N43)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.content.library import default_library
from patientapp.education import actions, queries, shown
from patientapp.education.rules import Mark
from patientapp.errors import NotFound
from patientapp.web.idempotency import once

blueprint = Blueprint("my_learning", __name__, template_folder="templates")


def _me() -> UUID:
    own = viewer().patient_id
    if own is None:
        raise NotFound
    return own


@blueprint.get("/my-learning")
@requires(Permission.LEARN)
def mine() -> str:
    """What we offered, still waiting first; then what is done."""
    known = queries.learned(viewer(), _me())
    waiting = [one.topic for one in known.values() if one.is_waiting]
    done = [one.topic for one in known.values() if Mark.DONE in one.at and not one.is_waiting]
    order = {topic: n for n, topic in enumerate(default_library().start_here())}
    return render_template(
        "education/mine.html",
        waiting=shown.entries(sorted(waiting, key=lambda topic: (order.get(topic, 99), topic))),
        done=shown.entries(sorted(done)),
        opened={one.topic for one in known.values() if Mark.OPENED in one.at},
    )


@blueprint.post("/my-learning/<topic>")
@requires(Permission.LEARN)
@once
def act(topic: str) -> ResponseReturnValue:
    """Open a topic that was offered, or say that it is done."""
    page = shown.found(topic).page
    kind = Mark.DONE if request.form.get("said") == "done" else Mark.OPENED
    actions.mark(viewer(), topic, kind, language=page.lang, now=clock.now())
    where = url_for(".mine") if kind is Mark.DONE else url_for("education.topic", topic=topic)
    return redirect(where, 303)
