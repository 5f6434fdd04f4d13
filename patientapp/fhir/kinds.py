"""The kinds of resource that rows are read for: what each can be searched by, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.appointments.models import Appointment
from patientapp.appointments.queries import Newest, visible_visits, visit_of
from patientapp.assessments.models import Response
from patientapp.assessments.queries import is_current_response
from patientapp.db import db
from patientapp.episodes.models import Episode
from patientapp.episodes.queries import system_days_of, visible_episodes
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.extracts.fhir_lines import as_observations, as_response
from patientapp.extracts.queries import GIVEN
from patientapp.fhir import shapes
from patientapp.fhir.conditions import (
    Param,
    begins,
    code,
    corrected,
    day,
    exactly,
    fixed,
    identity,
    key,
    moment,
    nhs_number,
    reference,
)
from patientapp.fhir.rules import Token, token_of
from patientapp.fhir.shapes import Resource
from patientapp.patients.models import Patient
from patientapp.patients.queries import visible_ids, visible_patients
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.fhir import BASE
from patientapp.questionnaires.fhir_codes import SYSTEMS
from patientapp.questionnaires.fhir_results import CATEGORY
from patientapp.questionnaires.library import default_library

Rows = Sequence[Any]
Used = Sequence[tuple[str, str]]
"""The parameters of a search, as they were given."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource."""

    name: str
    rows: Callable[[Viewer], sa.Select[Any]]
    """All that this viewer may see (SEC-03)."""
    id: Any
    at: Any
    """The instant that orders the rows; with the id it is a total order."""
    params: Mapping[str, Param]
    sorts: Mapping[str, Any]
    """Other instants that may order the rows."""
    made: Callable[[Rows, Used], Iterable[list[tuple[UUID, Resource]]]]
    """The resources of each row; what was asked narrows them where a row has several."""

    @property
    def orders(self) -> Mapping[str, Any]:
        """What `_sort` may name: `_lastUpdated` is the order of the rows unless another says so."""
        return {"_lastUpdated": self.at, **self.sorts}

    @property
    def includes(self) -> Sequence[str]:
        """What `_include` may name: the references to a patient."""
        return [f"{self.name}:{name}" for name in ("actor", "patient", "subject") if name in self.params]


def _patients(rows: Rows, _used: Used) -> Iterable[list[tuple[UUID, Resource]]]:
    return ([(row[0].id, shapes.patient(row[0]))] for row in rows)


def _referrals(rows: Rows, _used: Used) -> Iterable[list[tuple[UUID, Resource]]]:
    ended = system_days_of([row[0].id for row in rows], EpisodeEventKind.DISCHARGED)
    for episode, *_rest in rows:
        made = shapes.service_request(episode, discharged=episode.id in ended)
        yield [(episode.patient_id, made)]


def _visits(rows: Rows, _used: Used) -> Iterable[list[tuple[UUID, Resource]]]:
    for row in rows:
        visit = visit_of(row[:3])
        yield [(visit.patient_id, shapes.appointment(visit))]


def _responses(rows: Rows, _used: Used) -> Iterable[list[tuple[UUID, Resource]]]:
    return ([(row.patient_id, made) for made in as_response(row)] for row in rows)


def _observations(rows: Rows, used: Used) -> Iterable[list[tuple[UUID, Resource]]]:
    for row in rows:
        made = as_observations(row)
        yield [(row.patient_id, one) for one in made if all(_fits(one, *each) for each in used)]


def _fits(made: Resource, name: str, value: str) -> bool:
    """Whether one score of a response is among those asked for; the rest its row has answered."""
    any_of = value.split(",")
    if name == "_id":
        return made["id"] in any_of
    if name != "code":
        return True
    held = {(one["system"], one["code"]) for one in made["code"]["coding"]}
    asked = [token_of(one) for one in any_of]
    return any(
        one.code == known and one.system in {None, system} for one in asked for system, known in held
    )


def _scored(value: str) -> sa.ColumnElement[bool]:
    """The response whose score this id names: the score's name follows the response's id."""
    return identity(Response.id)(value[:36])


def _answered(viewer: Viewer) -> sa.Select[Any]:
    """Responses that are the truth, of this viewer's patients."""
    return sa.select(*GIVEN).where(
        Response.service_id == viewer.service_id,
        Response.patient_id.in_(visible_ids(viewer)),
        is_current_response(),
    )


def _of_referrals(viewer: Viewer) -> sa.Select[Any]:
    return visible_episodes(viewer).where(Episode.service_id == viewer.service_id)


def _of_visits(viewer: Viewer) -> sa.Select[Any]:
    found: sa.Select[Any] = visible_visits(viewer)  # type: ignore[assignment]
    return found


def _score(value: str) -> sa.ColumnElement[bool]:
    """The questionnaires that have a score of this code."""
    token = token_of(value)
    named = [one.id for one in default_library() if _scores(one, token)]
    return Response.instrument.in_(named)


def _scores(instrument: Instrument, token: Token) -> bool:
    held = {(f"{BASE}/CodeSystem/scores", f"{instrument.id}.{one.code}") for one in instrument.scales}
    public = (code for one in instrument.scales for code in one.codes if not code.label)
    held |= {(SYSTEMS[one.system], one.code) for one in public}
    return any(token.code == known and token.system in {None, system} for system, known in held)


def _questionnaire(value: str) -> sa.ColumnElement[bool]:
    url, _bar, version = value.partition("|")
    named = Response.instrument == url.removeprefix(f"{BASE}/Questionnaire/")
    if not version:
        return named
    whole = int(version) if version.isascii() and version.isdigit() and len(version) < 5 else -1
    return sa.and_(named, Response.instrument_version == whole)


_OWNER = {name: reference(Response.patient_id, "Patient") for name in ("patient", "subject")}
SURVEY = fixed([Token(CATEGORY, "survey")])

KINDS = {
    one.name: one
    for one in (
        Kind(
            name="Patient",
            rows=visible_patients,
            id=Patient.id,
            at=Patient.created_at,
            params={
                "_id": identity(Patient.id),
                "_lastUpdated": moment(Patient.created_at),
                "identifier": nhs_number,
                "family": begins(Patient.family_name),
                "given": begins(Patient.given_name),
                "name": begins(Patient.family_name, Patient.given_name),
                "birthdate": day(Patient.birth_date),
                "gender": exactly(Patient.sex),
            },
            sorts={},
            made=_patients,
        ),
        Kind(
            name="QuestionnaireResponse",
            rows=_answered,
            id=Response.id,
            at=Response.received_at,
            params=_OWNER
            | {
                "_id": identity(Response.id),
                "_lastUpdated": moment(Response.received_at),
                "authored": moment(Response.answered_at),
                "questionnaire": _questionnaire,
                "identifier": exactly(Response.response_key),
                "status": corrected(Response.corrects_id, first="completed", later="amended"),
            },
            sorts={"authored": Response.answered_at},
            made=_responses,
        ),
        Kind(
            name="Observation",
            rows=_answered,
            id=Response.id,
            at=Response.received_at,
            params=_OWNER
            | {
                "_id": _scored,
                "_lastUpdated": moment(Response.received_at),
                "date": moment(Response.answered_at),
                "code": _score,
                "category": SURVEY,
                "status": corrected(Response.corrects_id, first="final", later="corrected"),
                "derived-from": reference(Response.id, "QuestionnaireResponse"),
            },
            sorts={"date": Response.answered_at},
            made=_observations,
        ),
        Kind(
            name="ServiceRequest",
            rows=_of_referrals,
            id=Episode.id,
            at=Episode.created_at,
            params={
                "_id": identity(Episode.id),
                "_lastUpdated": moment(Episode.created_at),
                "patient": reference(Episode.patient_id, "Patient"),
                "subject": reference(Episode.patient_id, "Patient"),
                "identifier": key(Episode.referral_key, f"{BASE}/Id/referral-key"),
                "authored": moment(Episode.received_at),
            },
            sorts={"authored": Episode.received_at},
            made=_referrals,
        ),
        Kind(
            name="Appointment",
            rows=_of_visits,
            id=Appointment.id,
            at=Appointment.created_at,
            params={
                "_id": identity(Appointment.id),
                "_lastUpdated": moment(Newest.at),
                "patient": reference(Appointment.patient_id, "Patient"),
                "actor": reference(Appointment.patient_id, "Patient"),
                "identifier": key(Appointment.key, f"{BASE}/Id/appointment-key"),
                "date": moment(Newest.starts_at),
                "status": code(Newest.state, shapes.STATUS),
            },
            sorts={"_lastUpdated": Newest.at, "date": Newest.starts_at},
            made=_visits,
        ),
    )
}


def one_row(viewer: Viewer, kind: Kind, row_id: UUID) -> Any:
    """The row of one id, or None for a foreign one as for an unknown one (SEC-02)."""
    return db.session.execute(kind.rows(viewer).where(kind.id == row_id)).one_or_none()
