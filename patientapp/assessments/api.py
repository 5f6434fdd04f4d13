"""The patient's own API: the same acts as the pages, for a phone with script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.assessments import answering, sending
from patientapp.assessments.answering import AlreadySubmitted, OlderAnswer
from patientapp.assessments.hearing import listen
from patientapp.assessments.offering import NotOffered
from patientapp.assessments.opening import NotOpen, check_open
from patientapp.assessments.queries import OwnTask, own_task, own_tasks, saved_answers
from patientapp.assessments.responses import Submitted
from patientapp.assessments.rules import TaskState
from patientapp.assessments.schemas import (
    PackSubmitSchema,
    PackSubmittedSchema,
    SavedSchema,
    SaveSchema,
    SubmitSchema,
    SubmittedSchema,
    TaskDetailSchema,
    TaskSchema,
)
from patientapp.assessments.words import instrument_of, words_of, words_to_ask
from patientapp.errors import Invalid, NotFound
from patientapp.questionnaires.definition import Advice, Risk
from patientapp.questionnaires.words import Wording
from patientapp.web.api import Blueprint
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("my_tasks", __name__, description="A patient's own questionnaires")
blueprint.after_request(listen)

ADVICE = {
    Advice.EMERGENCY: "If you might act on thoughts of ending your life, call 999 or go to A&E now. "
    "To talk to someone, call 111 and choose option 2, or Samaritans on 116 123.",
    Advice.URGENT: "If you need help now, call 111 and choose option 2. To talk to someone at any "
    "time, call Samaritans on 116 123. In an emergency call 999.",
}


@blueprint.get("/tasks")
@requires(Permission.ANSWER_OWN)
@blueprint.response(200, TaskSchema(many=True))
def tasks() -> list[dict[str, Any]]:
    """The questionnaires of the viewer's link: those done, and those offered today."""
    today = london_day(clock.now())
    found = ((task, words_of(task, today=today)) for task in own_tasks(viewer()))
    return [_task(task, words) for task, words in found if words or task.state is TaskState.DONE]


@blueprint.get("/tasks/<uuid:task_id>")
@requires(Permission.ANSWER_OWN)
@blueprint.response(200, TaskDetailSchema)
def task_detail(task_id: UUID) -> dict[str, Any]:
    """One questionnaire with its questions and the answers saved so far."""
    task = own_task(viewer(), task_id)
    if task.state is not TaskState.DONE:
        check_open(task, now=clock.now())
    instrument, wording = instrument_of(task), words_to_ask(task, today=london_day(clock.now()))
    saved = saved_answers(task_id)
    items = []
    for item in instrument.items:
        given = saved.get(item.code)
        items.append(
            {
                "code": item.code,
                "show": item.show.value,
                "minimum": item.minimum,
                "maximum": item.maximum,
                "options": list(item.options),
                "text": wording.item(item.code).text,
                "saved": given is not None,
                "value": given.value if given else None,
                "version": given.version if given else 0,
            }
        )
    return _task(task, wording) | {"items": items}


def _task(task: OwnTask, wording: Wording | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "pack_id": task.pack_id,
        "instrument": task.instrument,
        "instrument_version": task.instrument_version,
        "title": wording.title if wording else instrument_of(task).title(),
        "time_point": task.time_point.value,
        "state": task.state.value,
        "closes_on": task.days.closes_on,
        "wording": wording.status if wording else "none",
    }


@blueprint.put("/tasks/<uuid:task_id>/answers/<item>")
@requires(Permission.SAVE_OWN_ANSWER)
@blueprint.arguments(SaveSchema)
@once
@blueprint.response(200, SavedSchema)
def save(body: dict[str, Any], task_id: UUID, item: str) -> dict[str, Any]:
    """Keep one answer; an older version never replaces a newer one (REL-04).

    `saved` is false for an answer that was heard, because it needs advice, but could not be kept.
    """
    now = clock.now()
    given = {"item": item, "value": body["value"], "version": body["version"], "now": now}
    try:
        risks = answering.save_answer(viewer(), task_id, **given)
    except (AlreadySubmitted, OlderAnswer, NotOpen, NotOffered):
        risks = answering.hear(viewer(), task_id, {item: body["value"]}, now=now)
        if not risks:
            raise
        return {"advice": _advice(risks), "saved": False}
    return {"advice": _advice(risks), "saved": True}


@blueprint.post("/tasks/<uuid:task_id>/response")
@requires(Permission.ANSWER_OWN)
@blueprint.arguments(SubmitSchema)
@once
@blueprint.response(201, SubmittedSchema)
def submit(body: dict[str, Any], task_id: UUID) -> dict[str, Any]:
    """Submit the answers of one task; it can be done once."""
    if "answers" in body:
        sent = sending.submit_values(viewer(), task_id, body["answers"], now=clock.now())
    else:
        sent = sending.submit_answers(viewer(), task_id, now=clock.now())
    return _submitted(sent)


@blueprint.post("/packs/<uuid:pack_id>/responses")
@requires(Permission.ANSWER_OWN)
@blueprint.arguments(PackSubmitSchema)
@once
@blueprint.response(201, PackSubmittedSchema)
def submit_pack(body: dict[str, Any], pack_id: UUID) -> dict[str, Any]:
    """Submit several questionnaires of a pack at once: all of them or none."""
    if pack_id != viewer().pack_id:
        raise NotFound
    tasks = sending.own_in_line(viewer())
    by_instrument = {task.instrument: task.id for task in tasks}
    _refuse_unknown(body["responses"], by_instrument)
    given = {by_instrument[name]: values for name, values in body["responses"].items()}
    sent = sending.submit_many(viewer(), given, now=clock.now(), in_line=tasks)
    return {
        "advice": _advice([risk for one in sent for risk in one.risks]),
        "responses": [_submitted(one) for one in sent],
    }


def _refuse_unknown(given: Mapping[str, object], known: Mapping[str, UUID]) -> None:
    unknown = {name: ["not a questionnaire of this pack"] for name in given if name not in known}
    if unknown:
        raise Invalid("Some questionnaires are not of this pack.", fields=unknown)


def _submitted(sent: Submitted) -> dict[str, Any]:
    return {
        "advice": _advice(sent.risks),
        "response_id": sent.response_id,
        "instrument": sent.instrument.id,
        "instrument_version": sent.instrument.version,
        "scores": [
            {"scale": code, "value": one.value, "text": one.text, "reason": one.reason}
            for code, one in sent.scores.items()
        ],
    }


def _advice(risks: Sequence[Risk]) -> list[dict[str, str]]:
    kinds = dict.fromkeys(risk.advice for risk in risks)
    return [{"kind": kind.value, "text": ADVICE[kind]} for kind in kinds]
