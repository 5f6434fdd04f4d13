"""Questionnaires: of the library, not of a table. Nobody's data, so nobody's wall."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from patientapp.assessments.offering import offered
from patientapp.errors import NotFound
from patientapp.fhir.conditions import BadValue
from patientapp.fhir.searches import ABOUT_THE_ANSWER
from patientapp.fhir.shapes import Resource
from patientapp.questionnaires.fhir import questionnaire
from patientapp.questionnaires.library import default_library

Fits = Callable[[Resource, str], bool]


def _begins(name: str) -> Fits:
    return lambda made, value: str(made[name]).lower().startswith(value.lower())


def _is(name: str) -> Fits:
    return lambda made, value: made[name] == value


def _is_url(made: Resource, value: str) -> bool:
    return value in {made["url"], f"{made['url']}|{made['version']}"}


PARAMS: dict[str, Fits] = {
    "_id": _is("id"),
    "url": _is_url,
    "version": _is("version"),
    "name": _begins("name"),
    "title": _begins("title"),
    "status": _is("status"),
}


def all_of(*, today: date) -> list[Resource]:
    """Every version, each with the words that may be shown today, if any."""
    versions = default_library().versions.values()
    return [questionnaire(one, offered(one, today=today).wording) for one in versions]


def one(resource_id: str, *, today: date) -> Resource:
    """One version; NotFound when there is none."""
    for made in all_of(today=today):
        if made["id"] == resource_id:
            return made
    raise NotFound


def matching(given: Sequence[tuple[str, str]], *, today: date, lenient: bool) -> list[Resource]:
    """The versions that fit all of these parameters; BadValue names those that are not known."""
    asked = [pair for pair in given if pair[0] not in ABOUT_THE_ANSWER]
    unknown = [] if lenient else sorted({name for name, _value in asked} - set(PARAMS))
    if unknown:
        said = [f"No such search parameter. Use {', '.join(sorted(PARAMS))}."]
        raise BadValue("The search cannot be made.", fields=dict.fromkeys(unknown, said))
    known = [(PARAMS[name], value.split(",")) for name, value in asked if name in PARAMS]
    found = all_of(today=today)
    return [made for made in found if all(any(fits(made, v) for v in many) for fits, many in known)]
