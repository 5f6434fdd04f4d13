"""/webhooks/twilio/…: what the carrier tells us. The signature is looked at first (SMS-09)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Blueprint, current_app, request

from patientapp import clock
from patientapp.access.guard import public
from patientapp.db import transaction
from patientapp.errors import BadRequest, Forbidden
from patientapp.messaging import inbound
from patientapp.messaging.reports import Report, keep_stray, take_report
from patientapp.messaging.rules import Trouble
from patientapp.messaging.signatures import SETTINGS, SIGNATURE, is_signed
from patientapp.messaging.webhook_rules import StatusCall, read_inbound, read_status
from patientapp.web.current import settings
from patientapp.web.security import csrf

blueprint = Blueprint("carrier", __name__)
csrf.exempt(blueprint)  # signed by the carrier instead
TELL = "patientapp.tell_staff"
WAIT = 0.5  # seconds for the database: the answer is due within one
NOTHING = ("", 204)


class NotSigned(Forbidden):
    """This address is for the carrier's own signed messages."""


@blueprint.before_request
def only_the_carrier() -> None:
    """403 and nothing else unless the carrier signed this exact address and every parameter."""
    query = request.query_string.decode("latin-1")
    address = settings().public_url.rstrip("/") + request.path + (f"?{query}" if query else "")
    signed = is_signed(
        address,
        request.form,
        signature=request.headers.get(SIGNATURE, ""),
        settings=request.headers.get(SETTINGS, ""),
        token=settings().twilio_auth_token,
    )
    if not signed:
        raise NotSigned


@blueprint.post("/webhooks/twilio/status")
@public  # by its signature: no session and no viewer, and it shows nothing
def status() -> tuple[str, int]:
    """What became of one text; any order and any number of times."""
    call = read_status(request.form, attempt_key=request.args.get("attempt", ""))
    if call is None:
        raise BadRequest("This names no text.")
    with transaction(wait=WAIT):
        if (trouble := _record(call)) is not None:
            _tell_staff()(trouble)
    return NOTHING


def _record(call: StatusCall) -> Trouble | None:
    now = clock.now()
    if call.attempt is None:
        keep_stray(call.carrier_id, call.status, now=now)
        return None
    if call.state is None:
        return None
    message_id, attempt = call.attempt
    report = Report(
        message_id=message_id,
        attempt=attempt,
        carrier_id=call.carrier_id,
        state=call.state,
        reason=call.reason,
    )
    return take_report(report, now=now)


@blueprint.post("/webhooks/twilio/inbound")
@public  # by its signature, as above
def inbound_text() -> tuple[str, int]:
    """A text to us: kept for `replies`, which acts on it apart from this."""
    call = read_inbound(request.form)
    if call is None:
        raise BadRequest("This is no text.")
    with transaction(wait=WAIT):
        inbound.receive(
            carrier_id=call.carrier_id,
            from_number=call.from_number,
            to_number=call.to_number,
            body=call.body,
            opt_out=call.opt_out,
            now=clock.now(),
        )
    return NOTHING


def _tell_staff() -> Callable[[Trouble], None]:
    return cast(Callable[[Trouble], None], current_app.extensions[TELL])
