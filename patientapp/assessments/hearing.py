"""A cry for help is heard in whatever is refused (P6, CLIN-02).

Every answer that comes in and cannot be kept (an unknown field beside it, a missing key, a key used
before, an idle lock, a closed pack) is looked at once more, tolerantly, after the refusal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import HTTPException

from patientapp import clock
from patientapp.access.guard import current_viewer
from patientapp.access.viewer import Viewer
from patientapp.assessments import answering
from patientapp.assessments.queries import own_task, own_tasks
from patientapp.assessments.shown import whole_number
from patientapp.db import transaction
from patientapp.errors import Problem

CHANGES = frozenset({"POST", "PUT"})
FOREIGN = 403  # sent by another site: not the person's own words
NO_DATABASE = 503  # nothing can be kept now, and a second wait would pass the 10 s of REL-07: the
# phone has the answers still and sends them again
UNHEARD = {FOREIGN, NO_DATABASE}


def listen(response: Response) -> Response:
    """Make the alerts of a refused request; the refusal stands whatever comes of it."""
    asking = current_viewer()
    is_refused = response.status_code >= 400 and response.status_code not in UNHEARD
    if (
        asking is None
        or not asking.birth_date_confirmed
        or not is_refused
        or request.method not in CHANGES
    ):
        return response
    with suppress(Problem, HTTPException), transaction():
        for task_id, values in _given(asking):
            with suppress(Problem):
                answering.hear(asking, task_id, values, now=clock.now())
    return response


def _given(asking: Viewer) -> Iterator[tuple[UUID, dict[str, int | None]]]:
    """What the request holds that could be answers, by task."""
    facts = request.view_args or {}
    body = _body()
    if "task_id" in facts:
        task = own_task(asking, facts["task_id"])
        answers = body.get("answers")
        found = answers if isinstance(answers, dict) else {facts.get("item"): body.get("value")}
        yield task.id, _numbers(found) | _typed()
        return
    packs = body.get("responses")
    for task in own_tasks(asking):
        values = packs.get(task.instrument) if isinstance(packs, dict) else None
        if isinstance(values, dict):
            yield task.id, _numbers(values)


def _body() -> Mapping[str, Any]:
    with suppress(ValueError, RecursionError, HTTPException):
        found = json.loads(request.get_data(cache=True) or b"{}")
        return found if isinstance(found, dict) else {}
    return {}


def _numbers(values: Mapping[Any, Any]) -> dict[str, int | None]:
    return {str(code): int(value) for code, value in values.items() if _is_whole(value)}


def _is_whole(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value == value // 1  # type: ignore[operator]


def _typed() -> dict[str, int | None]:
    typed = {code: whole_number(text) for code, text in request.form.items()}
    return {code: value for code, value in typed.items() if value is not None}
