"""What the pages of paper show of a questionnaire and of a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from flask import url_for

from patientapp.access.guard import viewer
from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.models import Response
from patientapp.assessments.rules import AnswerMode
from patientapp.errors import NotFound
from patientapp.i18n import gettext as _
from patientapp.paper import texts
from patientapp.patients import texts as patient_texts
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.words import Wording
from patientapp.web.desk import day_words

OF_EVERY_FORM = frozenset({"csrf_token", "idempotency_key", "act", "home"})


def set_of(instrument: str, version: int) -> Instrument:
    """One version of one questionnaire that is asked of people by name; NotFound for any other."""
    found = default_library().versions.get((instrument, version))
    if found is None or found.anonymous or found.wording() is None:
        raise NotFound
    return found


def title_of(of: Response) -> str:
    """What the questionnaire of a response is called."""
    return default_library().version(of.instrument, of.instrument_version).title()


def words_of(asked: Instrument) -> Wording:
    """Its words, also where they are offered no more: the paper was answered while they were."""
    words = asked.wording()
    if words is None:
        raise NotFound
    return words


def others(known: Collection[str]) -> list[tuple[Instrument, str]]:
    """What else may come on paper: the newest version of each questionnaire that is not open."""
    return [
        (one, one.title())
        for one in default_library()
        if one.id not in known and not one.anonymous and one.wording() is not None
    ]


def languages(asked: Instrument) -> list[tuple[str, str]]:
    """The languages that it is here in, by name."""
    names = dict(patient_texts.languages())
    codes = dict.fromkeys([*asked.installed, *asked.wordings])
    return [(code, names.get(code.partition("-")[0], code)) for code in codes]


def facts(form: Mapping[str, str], *, day: date | None, mode: AnswerMode) -> list[dict[str, str]]:
    """How these answers were given, for the second look."""
    who = dict(texts.who())
    language = dict(patient_texts.languages()).get(form["language"].partition("-")[0], form["language"])
    return [
        {"text": _("Answered on"), "answer": day_words(day)},
        {"text": _("How"), "answer": texts.route(mode)},
        {"text": _("Who answered"), "answer": who[AnsweredBy(form["who"])]},
        {"text": _("Interpreter"), "answer": _("Yes") if form["interpreter"] == "yes" else _("No")},
        {"text": _("Language"), "answer": language},
    ]


def record_address(patient_id: UUID) -> str:
    """The page of the patient that this viewer may open."""
    if may(viewer(), Permission.SEE_PROGRESS):
        return url_for("progress.patient", patient_id=patient_id)
    return url_for("contact.of_patient", patient_id=patient_id)
