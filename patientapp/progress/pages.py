"""Pages of progress: a patient's own scores, and what staff see."""

from __future__ import annotations

from uuid import UUID

import marshmallow as ma
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.assessments.correcting import corrections_of
from patientapp.assessments.rules import PackState, TimePoint
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episodes_of
from patientapp.errors import Invalid
from patientapp.findings.queries import SOON, due_of, flags_of
from patientapp.messaging.log import contact_log
from patientapp.patients import queries as patients
from patientapp.patients.schemas import ListingSchema
from patientapp.plans.queries import flares_of
from patientapp.progress import queries, shown, texts
from patientapp.progress.answered import all_answers
from patientapp.progress.rules import Given, ScaleRow, own_rows, scale_rows
from patientapp.safeguarding.queries import has_disclosed
from patientapp.services.queries import staff_names
from patientapp.web.desk import staff_page
from patientapp.workdays import london_day
from patientapp.worklist import queries as worklist
from patientapp.worklist import texts as worklist_texts

blueprint = Blueprint("progress", __name__, template_folder="templates")
TEXTS_SHOWN = 5  # on the record; all are on the page of texts and contact
SHOWN = {"": None, "due": PackState.OPEN, "overdue": PackState.OVERDUE}


@blueprint.get("/scores")
@requires(Permission.SEE_OWN_SCORES)
def scores() -> str:
    """My own scores: for each measure a sentence, a chart, the same numbers in a table."""
    me = viewer()
    assert me.patient_id is not None
    episodes = episodes_of(me, me.patient_id)
    given = queries.given(me, me.patient_id)
    answered = {one.episode_id for one in given}
    latest = next((one.id for one in episodes if one.id in answered), None)
    rows = own_rows(scale_rows(given, shown.instrument_of), latest)
    with transaction():
        record(me, "looked at own scores", now=clock.now(), patient_id=me.patient_id)
    return render_template(
        "progress/scores.html",
        measures=shown.measures(rows),
        wording_status="demonstration" if _is_demonstration(given) else None,
    )


@blueprint.get("/staff")
@requires(Permission.STAFF_HOME)
def home() -> ResponseReturnValue:
    """Alerts first, then my service's patients with what is due, overdue and done."""
    if not may(viewer(), Permission.SEE_PROGRESS):
        if may(viewer(), Permission.HANDLE_TASKS):
            return _tasks_home()
        figures = may(viewer(), Permission.SEE_FIGURES)
        return staff_page(
            "progress/no_patients.html",
            here="home",
            figures=figures,
            audit=may(viewer(), Permission.READ_AUDIT),
        )
    show = request.args.get("show", "")
    if show not in SHOWN:
        raise Invalid("The list cannot be shown so.", fields={"show": ["Use due or overdue."]})
    return _clinicians_home(show)


def _tasks_home() -> str:
    """Who runs a service without treating: its open tasks, and the way to the patients."""
    now = clock.now()
    with transaction():
        items = worklist.open_items(viewer(), now=now)
        seen = " ".join(sorted({str(one.patient.id) for one in items}))
        record(viewer(), "looked at the list", now=now, object=seen)
    return staff_page(
        "progress/tasks.html",
        here="home",
        items=items,
        owners=_owners(items),
        item_texts=worklist_texts,
        checked_at=now,
    )


def _clinicians_home(show: str) -> str:
    now = clock.now()
    today = london_day(now)
    try:
        asked = ListingSchema().load(
            {name: value for name, value in request.args.items() if name != "show"}
        )
    except ma.ValidationError as error:
        raise Invalid("The list cannot be shown so.", fields=error.messages_dict) from None
    state = SHOWN[show]
    among = queries.with_pack_in(state, today=today) if state else None
    with transaction():
        items = worklist.open_items(viewer(), now=now)
        page = patients.page(viewer(), asked, among=among)
        packs = queries.packs_of(viewer(), [one.id for one in page.patients], today=today)
        seen = {one.id for one in page.patients} | {one.patient.id for one in items}
        record(viewer(), "looked at the list", now=now, object=" ".join(sorted(map(str, seen))))
    return staff_page(
        "progress/home.html",
        here="home",
        items=items,
        said=worklist.said_behind(viewer(), [one.item.id for one in items]),
        owners=_owners(items),
        page=page,
        packs=packs,
        asked=asked,
        show=show,
        time_points=list(TimePoint),
        texts=texts,
        item_texts=worklist_texts,
        checked_at=now,
    )


def _owners(items: list[worklist.OpenItem]) -> dict[UUID, str]:
    return staff_names(viewer(), [one.standing.owner for one in items if one.standing.owner])


@blueprint.get("/staff/patients/<uuid:patient_id>")
@requires(Permission.SEE_PROGRESS)
def patient(patient_id: UUID) -> str:
    """One patient: alerts, dates, questionnaires, scores, changes and answers."""
    now = clock.now()
    today = london_day(now)
    with transaction():
        person = patients.patient(viewer(), patient_id)
        given = queries.given(viewer(), patient_id)
        items = worklist.open_items(viewer(), now=now, patient_id=patient_id)
        episodes = queries.episode_lines(viewer(), patient_id, now=now)
        log = contact_log(viewer(), patient_id, limit=TEXTS_SHOWN)
        tasks = queries.tasks_of(viewer(), patient_id)
        own_of = queries.own_spreads(viewer())
        flares = flares_of(viewer(), patient_id)
        flags = flags_of(viewer(), [patient_id])[patient_id]
        told_in_private = has_disclosed(viewer(), patient_id)
        reviews = due_of(viewer(), until=today + SOON, patient_id=patient_id)
        corrections = corrections_of(viewer(), patient_id)
        record(viewer(), "looked at a patient", now=now, patient_id=patient_id)
    rows = scale_rows(given, shown.instrument_of, own_of)
    return staff_page(
        "progress/patient.html",
        person=person,
        reach=shown.reach(person),
        items=items,
        said=worklist.said_behind(viewer(), [one.item.id for one in items]),
        owners=_owners(items),
        log=log,
        episodes=episodes,
        tasks=tasks,
        flares=flares,
        flags=flags,
        reviews=reviews,
        told_in_private=told_in_private,
        progress={one.episode.id: _progress(rows, one.episode.id) for one in episodes},
        answers=all_answers(viewer(), reversed(given), corrections),
        set_of=lambda task: shown.set_of(task, today=today),
        texts=texts,
        item_texts=worklist_texts,
        point_names=[texts.time_point(when) for when in shown.time_points(rows)],
        wording_status="demonstration" if _is_demonstration(given) else None,
        back=url_for("progress.home"),
    )


def _progress(rows: list[ScaleRow], episode_id: UUID) -> dict[str, object]:
    own = [row for row in rows if row.episode_id == episode_id]
    points = shown.time_points(rows)
    return {
        "charts": shown.staff_charts(own),
        "scores": [shown.score_cells(row, points) for row in own],
        "changes": [shown.change_cells(row, step) for row in own for step in row.steps],
        "spreads": list(dict.fromkeys(shown.spread(row, step) for row in own for step in row.steps)),
    }


def _is_demonstration(given: list[Given]) -> bool:
    return any(one.wording == "demonstration" for one in given)
