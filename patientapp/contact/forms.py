"""The forms of contact, as they are posted and as they are filled in again."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import request

from patientapp.contact import texts
from patientapp.errors import Invalid
from patientapp.patients.contact_rules import Wishes
from patientapp.patients.rules import parse_birth_date
from patientapp.patients.schemas import first_messages


def typed_of(wishes: Wishes, *, mobile: str, language: str, booking_help: bool) -> dict[str, str]:
    """What the form of choices shows of a record."""
    until = wishes.paused_until
    return {
        "mobile": mobile,
        "texts_ok": "yes" if wishes.texts_ok else "no",
        "chosen_time": wishes.chosen_time.value,
        "pause_reason": wishes.pause_reason.value if wishes.pause_reason else "",
        "language": language,
        "booking_help": "yes" if booking_help else "no",
        "day": str(until.day) if until else "",
        "month": str(until.month) if until else "",
        "year": str(until.year) if until else "",
    }


def read_choices() -> dict[str, Any]:
    """The form of choices, as the schema wants it."""
    form: dict[str, Any] = {
        name: request.form[name]
        for name in ("mobile", "texts_ok", "chosen_time", "language", "booking_help")
        if name in request.form
    }
    for name in ("kinds", "needs"):
        form[name] = request.form.getlist(name)
    if request.form.get("pause_reason"):
        form["pause_reason"] = request.form["pause_reason"]
    return form | read_day("paused_until")


def read_day(name: str) -> dict[str, str]:
    """The three boxes of a day as one field; left out where all are empty."""
    parts = [request.form.get(part, "") for part in ("day", "month", "year")]
    if not any(part.strip() for part in parts):
        return {}
    read = parse_birth_date(*parts)
    return {name: read.isoformat() if read else "?"}


def wrong_words(error: ma.ValidationError | Invalid) -> dict[str, str]:
    """What to say of each field that cannot stand."""
    if isinstance(error, Invalid):
        found = {name: str(words[0]) for name, words in error.fields.items()}
    else:
        found = first_messages(error.messages_dict)
    return {name: texts.wrong(name, words) for name, words in found.items()}


def targets(wrong: dict[str, str]) -> list[tuple[str, str]]:
    """Where the summary of errors leads."""
    places = {"paused_until": "dob-day", "died_on": "dob-day"}
    return [(places.get(name, name), words) for name, words in wrong.items()]
