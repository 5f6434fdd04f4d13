"""A cry for help in somebody's own words is heard, kept or refused (P6, CLIN-03)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from flask import Response, request
from werkzeug.exceptions import HTTPException

from patientapp import clock
from patientapp.access.guard import current_viewer
from patientapp.db import transaction
from patientapp.errors import Problem
from patientapp.worklist.actions import raise_item
from patientapp.worklist.phrases import (
    abuse_list,
    needs_a_reader,
    risk_list,
    speaks_of_abuse,
    speaks_of_risk,
)
from patientapp.worklist.rules import ItemKind

ABUSE = "abuse_in_words"
OTHER_LANGUAGE = "words_in_other_language"
FOREIGN = 403  # sent by another site: not the person's own words
OF_EVERY_FORM = frozenset({"csrf_token", "idempotency_key"})


def hear_words(
    text: str,
    *,
    service_id: UUID,
    patient_id: UUID,
    source: str,
    now: datetime,
    reason: str = "risk_in_words",
) -> bool:
    """Make the alert where a phrase of the list stands in the text; call it in the text's transaction.

    What is in another language makes a task for a person to read it. Words of abuse make an alert of
    their own. Whether there is an alert about self-harm.
    """
    hear_abuse(text, service_id=service_id, patient_id=patient_id, source=source, now=now)
    if not speaks_of_risk(text, risk_list()):
        if needs_a_reader(text, risk_list()):
            _to_be_read(service_id=service_id, patient_id=patient_id, source=source, now=now)
        return False
    raise_item(
        ItemKind.ALERT,
        service_id=service_id,
        patient_id=patient_id,
        reason=reason,
        source=source,
        now=now,
    )
    return True


def hear_abuse(text: str, *, service_id: UUID, patient_id: UUID, source: str, now: datetime) -> None:
    """Make the alert where words of abuse stand in the text (C63, D32)."""
    if speaks_of_abuse(text, abuse_list()):
        raise_item(
            ItemKind.ALERT,
            service_id=service_id,
            patient_id=patient_id,
            reason=ABUSE,
            source=f"{source}:abuse",
            now=now,
        )


def _to_be_read(*, service_id: UUID, patient_id: UUID, source: str, now: datetime) -> None:
    """The list is English: what is in another language is for a person to read."""
    raise_item(
        ItemKind.TASK,
        service_id=service_id,
        patient_id=patient_id,
        reason=OTHER_LANGUAGE,
        source=f"{source}:language",
        now=now,
    )


def listen_to_words(response: Response) -> Response:
    """Hear what a patient wrote in a form that was refused; the refusal stands. For `after_request`."""
    asking = current_viewer()
    if asking is None or asking.patient_id is None or not asking.is_confirmed:
        return response
    if (
        request.method not in {"POST", "PUT"}
        or response.status_code < 400
        or response.status_code == FOREIGN
    ):
        return response
    words = "\n".join(words_of_form())
    with suppress(Problem), transaction():
        hear_words(
            words,
            service_id=asking.service_id,
            patient_id=asking.patient_id,
            source=f"{asking.patient_id}:lost-words:{request.endpoint}",
            now=clock.now(),
            reason="risk_in_lost_words",
        )
    return response


def words_of_form() -> Iterator[str]:
    """Every text of the form, or of the body where it is JSON."""
    for name, value in request.form.items(multi=True):
        if name not in OF_EVERY_FORM:
            yield value
    with suppress(ValueError, RecursionError, HTTPException):
        yield from _texts(json.loads(request.get_data(cache=True) or b"null"))


def _texts(body: object) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict | list):
        for inner in body.values() if isinstance(body, dict) else body:
            yield from _texts(inner)
