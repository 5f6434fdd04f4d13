"""The forms about carers, parsed; what cannot be read is named by its field."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request

from patientapp.carers.rules import INSTRUMENT, YES_NO, CarerSaid
from patientapp.patients.carer_rules import NewCarer
from patientapp.patients.typed import typed_day
from patientapp.questionnaires.library import default_library
from patientapp.web.typed import refuse_unknown

OF_EVERY_FORM = frozenset({"csrf_token", "idempotency_key", "patient_id"})
DAY = frozenset({"day", "month", "year"})
FIELDS = frozenset({"name", "mobile", "acts", "ends_on", "consent"})
PLACES = {"ends_on": "ends_on-day"}  # where the summary of errors leads, where not to the field's name


def typed_carer() -> NewCarer:
    """Whom the patient trusts, as it was typed; Invalid for a field that the form has not."""
    refuse_unknown(OF_EVERY_FORM | DAY | FIELDS)
    return NewCarer(
        name=request.form.get("name", ""),
        mobile=request.form.get("mobile", ""),
        acts=tuple(request.form.getlist("acts")),
        ends_on=typed_day(),
        consent=request.form.get("consent", ""),
    )


def typed_answers() -> tuple[CarerSaid, Mapping[str, str]]:
    """A carer's answers about themselves, and what is wrong by field; every question may be skipped."""
    items = default_library().get(INSTRUMENT).items
    refuse_unknown(OF_EVERY_FORM | {item.code for item in items} | set(YES_NO))
    wrong, ratings = {}, {}
    for item in items:
        given = request.form.get(item.code, "")
        allowed = {str(number) for number in range(item.minimum, item.maximum + 1)}
        if given and given not in allowed:
            wrong[item.code] = "choose"
        ratings[item.code] = int(given) if given in allowed else None
    yes = frozenset(name for name in YES_NO if request.form.get(name) == "yes")
    wrong |= {name: "choose" for name in YES_NO if request.form.get(name, "") not in {"", "yes", "no"}}
    return CarerSaid(ratings=ratings, yes=yes), wrong
