"""Staff's pages of texts to many people: choose, look, approve, recall (SMS-08)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import marshmallow as ma
from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.contact import bulk, queries, texts
from patientapp.contact.listed import listed
from patientapp.contact.rules import BulkState, leaves_at, needs_second_person, why_not_approve
from patientapp.contact.schemas import BulkSchema
from patientapp.db import transaction
from patientapp.errors import Invalid
from patientapp.i18n import gettext as _
from patientapp.messaging.texts import render
from patientapp.patients.schemas import first_messages
from patientapp.reminders.courses import ENTRY_INVITE, REMINDER
from patientapp.services.queries import staff_names
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import once

blueprint = Blueprint("bulk", __name__, template_folder="templates")


@blueprint.get("/staff/texts")
@requires(Permission.SEND_BULK)
def sends() -> str:
    """My service's bulk sends, and a form for another."""
    return _list({})


@blueprint.post("/staff/texts")
@requires(Permission.SEND_BULK)
@once
def prepare() -> ResponseReturnValue:
    """Fix the list and look at it; nothing is sent."""
    chosen = {name: request.form[name] for name in ("time_point", "which") if name in request.form}
    try:
        asked = BulkSchema().load(chosen)
        made = bulk.prepare(viewer(), asked["time_point"], asked["which"], now=clock.now())
    except ma.ValidationError as error:
        return _list(first_messages(error.messages_dict)), 422
    except Invalid as problem:
        return _list({name: words[0] for name, words in problem.fields.items()}), 422
    return redirect(url_for("bulk.send", bulk_id=made.id), 303)


@blueprint.get("/staff/texts/<uuid:bulk_id>")
@requires(Permission.SEND_BULK)
def send(bulk_id: UUID) -> str:
    """One bulk send: how many would get it, what it says, and the next step."""
    now = clock.now()
    with transaction():
        found = queries.bulk_send(viewer(), bulk_id)
        standing = queries.standing(found)
        is_over = standing.state is BulkState.SENT
        counts = queries.outcomes(bulk_id) if is_over else queries.preview(bulk_id, now=now)
        page = listed(viewer(), bulk_id, start=_start(), now=now)
        seen = " ".join(str(one.patient_id) for one in page.people)
        record(viewer(), "looked at a bulk send", now=now, object=f"{bulk_id} {seen}")
    staff_id = viewer().staff_id
    assert staff_id is not None
    people = [one for one in (found.prepared_by, found.approved_by, found.recalled_by) if one]
    return staff_page(
        "contact/bulk.html",
        here="texts",
        found=found,
        standing=standing,
        counts=counts,
        page=page,
        words=_words(queries.first_to_close(bulk_id)),
        names=staff_names(viewer(), people),
        needs_second=needs_second_person(found.people),
        refusal=why_not_approve(standing, by=staff_id),
        leaves_at=leaves_at(found.approved_at) if found.approved_at else None,
        texts=texts,
        back=url_for("bulk.sends"),
    )


@blueprint.post("/staff/texts/<uuid:bulk_id>/approve")
@requires(Permission.SEND_BULK)
@once
def approve(bulk_id: UUID) -> ResponseReturnValue:
    """Let it leave in five minutes."""
    bulk.approve(viewer(), bulk_id, now=clock.now())
    return redirect(url_for("bulk.send", bulk_id=bulk_id), 303)


@blueprint.post("/staff/texts/<uuid:bulk_id>/recall")
@requires(Permission.SEND_BULK)
@once
def recall(bulk_id: UUID) -> ResponseReturnValue:
    """Nobody gets it."""
    bulk.recall(viewer(), bulk_id, now=clock.now())
    return redirect(url_for("bulk.send", bulk_id=bulk_id), 303)


def _start() -> int:
    """Where the page of names begins; the beginning for whatever is no number."""
    given = request.args.get("start", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else 0


def _words(closes_on: date | None) -> list[str]:
    """What the text says, as its reader gets it: the reminder, and the invite to the uninvited."""
    service = g.service
    if closes_on is None:
        return []
    facts = {"service": service.short_name, "phone": service.phone, "link": _("(their own link)")}
    reminder = render(REMINDER, {"date": closes_on.isoformat()}, language="en", **facts)
    return [reminder, render(ENTRY_INVITE, {"mins": "10"}, language="en", **facts)]


def _list(wrong: dict[str, str]) -> str:
    wrong = {name: texts.wrong(name, words) for name, words in wrong.items()}
    found = queries.bulk_sends(viewer())
    return staff_page(
        "contact/bulk_sends.html",
        here="texts",
        rows=[(one, queries.standing(one).state) for one in found],
        names=staff_names(viewer(), [one.prepared_by for one in found]),
        typed=request.form,
        wrong=wrong,
        errors=list(wrong.items()),
        texts=texts,
    )
