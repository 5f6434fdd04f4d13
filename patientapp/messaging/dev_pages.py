"""/dev/phone: the phones of the demonstration and what they received. Absent in production."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime

from patientapp import clock
from patientapp.access.guard import public
from patientapp.db import transaction
from patientapp.errors import Invalid, NotFound
from patientapp.messaging.inbound import receive
from patientapp.messaging.queries import system_local_texts, system_phones
from patientapp.messaging.webhook_rules import LONGEST_TEXT
from patientapp.web.current import settings

blueprint = Blueprint("phone", __name__, template_folder="templates")
_ADDRESS = re.compile(r"(https?://[^\s<>\"']+)")


@blueprint.before_request
def only_where_there_is_one() -> None:
    """Not found wherever texts go to a real carrier, even if somebody registers these pages."""
    if not settings().has_local_phone:
        raise NotFound


@blueprint.get("/dev/phone")
@public
def phones() -> str:
    """Every phone that received a text."""
    return render_template("messaging/phones.html", phones=system_phones(), when=_when)


@blueprint.get("/dev/phone/<number>")
@public
def phone(number: str) -> str:
    """One phone's messages, newest first."""
    texts = system_local_texts(number)
    if not texts:
        raise NotFound
    shown = [(_when(text.at), _parts(text.body)) for text in texts]
    return render_template("messaging/phone.html", number=number, texts=shown)


@blueprint.post("/dev/phone/<number>")
@public
def answer(number: str) -> ResponseReturnValue:
    """Text back from this phone, as its owner would: kept as if the carrier had called."""
    words = request.form.get("words", "").strip()
    if not system_local_texts(number):
        raise NotFound
    if not words:
        raise Invalid("Write something first.", fields={"words": ["Write something first."]})
    with transaction():
        receive(
            carrier_id=f"SM{uuid4().hex}",
            from_number=number,
            to_number=settings().twilio_from or "local",
            body=words[:LONGEST_TEXT],
            now=clock.now(),
        )
    return redirect(url_for("phone.phone", number=number), 303)


def _parts(body: str) -> list[tuple[str, bool]]:
    """The text cut into (piece, whether it is an address of ours to tap on)."""
    home = settings().public_url.rstrip("/") + "/"
    pieces = [piece for piece in _ADDRESS.split(body) if piece]
    return [(piece, piece.startswith(home)) for piece in pieces]


def _when(moment: datetime) -> str:
    return str(format_datetime(moment, "EEE d MMM, HH:mm"))
