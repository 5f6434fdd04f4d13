"""Reads and searches: valid resources, links, walls, the audit, and refusals that say what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.matrix import Scope
from patientapp.access.viewer import Role
from patientapp.assessments.rules import TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.fhir.kinds import KINDS
from patientapp.questionnaires.fhir import BASE
from patientapp.questionnaires.library import default_library
from tests.appointments.world import make_visit
from tests.desk import answer, desk_of
from tests.factories import make_episode, make_pack, make_patient, make_service, sign_in_patient
from tests.fhir.world import ROOT, machine, valid

pytestmark = pytest.mark.usefixtures("now")
MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)
ROWS = list(KINDS)


class World:
    """One person of a service with everything, and one of elsewhere."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session = client, session
        self.service, self.elsewhere = make_service(session), make_service(session)
        self.person = self.somebody(self.service, family_name='O\'Sample "Bee"', gp_code="Y00001")
        self.foreign = self.somebody(self.elsewhere, family_name="Unmistakable")
        self.headers = machine(client, session, self.service)

    def somebody(self, service: Any, **over: Any) -> Any:
        person = make_patient(self.session, service, **over)
        episode = make_episode(self.session, person, referral_key=f"R-{person.id}")
        answer(self.session, person, episode, values=2, at=MARCH)
        answer(
            self.session,
            person,
            episode,
            instrument="eq5d5l",
            values={"mo": 1, "vas": None},
            when=TimePoint.TD,
            at=JULY,
        )
        make_visit(self.session, person, episode=episode)
        self.session.commit()
        return person

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"{ROOT}/{path}", query_string=params, headers=self.headers)

    def found(self, kind: str, **params: Any) -> list[dict[str, Any]]:
        response = self.get(kind, **params)
        assert response.status_code == 200, response.text
        assert response.mimetype == "application/fhir+json"
        return [one["resource"] for one in valid(response.get_json()).get("entry", [])]


@pytest.fixture
def world(client: FlaskClient, session: Session) -> World:
    return World(client, session)


def test_the_statement_says_what_the_maps_hold(client: FlaskClient) -> None:
    made = client.get(f"{ROOT}/metadata").get_json()
    assert made["fhirVersion"] == "4.0.1"
    valid(made | {"fhirVersion": "4.0.0"})  # the packaged schema's list of versions ends there
    told = {one["type"]: one for one in made["rest"][0]["resource"]}
    assert set(told) == {"Questionnaire", *KINDS}
    for name, kind in KINDS.items():
        assert {one["name"] for one in told[name]["searchParam"]} == set(kind.params)
        assert told[name].get("searchInclude", []) == kind.includes
        assert all(order in told[name]["documentation"] for order in kind.orders)
    assert "_search" in made["rest"][0]["documentation"]
    creates = {name for name, one in told.items() if {"code": "create"} in one["interaction"]}
    assert creates == {"QuestionnaireResponse"}
    smart = client.get(f"{ROOT}/.well-known/smart-configuration").get_json()
    assert smart["token_endpoint"].endswith("/oauth/token")


@pytest.mark.parametrize("kind", ROWS)
def test_every_resource_is_valid_and_reads_as_it_was_found(world: World, kind: str) -> None:
    """C29: our facts as FHIR R4."""
    found = world.found(kind)
    assert found
    for one in found:
        assert valid(world.get(f"{kind}/{one['id']}").get_json()) == one


def test_every_questionnaire_is_valid_and_reads_as_it_was_found(world: World) -> None:
    found = world.found("Questionnaire")
    assert len(found) == len(default_library().versions)
    one = world.found("Questionnaire", url=f"{BASE}/Questionnaire/pseq")[0]
    assert world.get(f"Questionnaire/{one['id']}").get_json() == one
    assert world.get("Questionnaire/nope").status_code == 404


def test_clin_05_scores_are_as_they_were_stored_with_a_reason_where_there_is_none(world: World) -> None:
    code = f"{BASE}/CodeSystem/scores|pseq.total"
    [total] = world.found("Observation", patient=str(world.person.id), code=code)
    assert total["valueQuantity"]["value"] == 20
    [again] = world.found("Observation", _id=total["id"])
    assert again == total
    [profile] = world.found("Observation", code="eq5d5l.profile")
    assert profile["dataAbsentReason"]["text"]
    assert world.found("Observation", code="http://loinc.org|no-such-code") == []


@pytest.mark.parametrize(
    ("kind", "params", "count"),
    [
        ("Patient", {"family": "o'sam"}, 1),
        ("Patient", {"identifier": "https://fhir.nhs.uk/Id/nhs-number|{nhs}"}, 1),
        ("Patient", {"identifier": "{nhs}"}, 1),
        ("Patient", {"identifier": "http://elsewhere.example|{nhs}"}, 0),
        ("Patient", {"birthdate": "1975-03-03"}, 1),
        ("Patient", {"birthdate": "gt1975-03-03"}, 0),
        ("Patient", {"birthdate": "ge1975-03-03"}, 1),
        ("Patient", {"_id": "{foreign}"}, 0),
        ("Patient", {"_id": "{foreign},{person}"}, 1),
        ("QuestionnaireResponse", {"subject": "Patient/{person}"}, 2),
        ("QuestionnaireResponse", {"patient": "{foreign}"}, 0),
        ("QuestionnaireResponse", {"authored": "ge2026-07-06"}, 1),
        ("QuestionnaireResponse", {"authored": ["ge2026-03", "lt2026-07"]}, 1),
        ("QuestionnaireResponse", {"_lastUpdated": "lt2026-03-03"}, 1),
        ("QuestionnaireResponse", {"questionnaire": BASE + "/Questionnaire/pseq"}, 1),
        ("QuestionnaireResponse", {"questionnaire": BASE + "/Questionnaire/pseq|77"}, 0),
        ("QuestionnaireResponse", {"status": "completed"}, 2),
        ("QuestionnaireResponse", {"status": "in-progress"}, 0),
        ("Observation", {"date": "lt2026-03-02"}, 0),
        ("ServiceRequest", {"patient": "{person}"}, 1),
        ("ServiceRequest", {"identifier": "R-{person}"}, 1),
        ("Appointment", {"patient": "Patient/{person}", "status": "booked"}, 1),
        ("Appointment", {"status": "noshow"}, 0),
        ("Appointment", {"date": "ge2200"}, 0),
    ],
)
def test_searches_that_clients_make(world: World, kind: str, params: dict[str, Any], count: int) -> None:
    facts = {"person": world.person.id, "foreign": world.foreign.id, "nhs": world.person.nhs_number}

    def filled(value: Any) -> Any:
        return [filled(one) for one in value] if isinstance(value, list) else value.format(**facts)

    assert len(world.found(kind, **{name: filled(value) for name, value in params.items()})) == count


@pytest.mark.parametrize(
    ("kind", "sort"),
    [("Patient", "-_lastUpdated"), ("Observation", "_lastUpdated"), ("Observation", "-date")],
)
@pytest.mark.parametrize("size", [2, 5])
def test_pages_hold_each_resource_once(world: World, kind: str, sort: str, size: int) -> None:
    world.somebody(world.service)
    whole = [one["id"] for one in world.found(kind, _sort=sort)]
    seen: list[str] = []
    page = world.get(kind, _count=size, _sort=sort).get_json()
    for _page in range(200):
        entries = [one["resource"]["id"] for one in page.get("entry", [])]
        assert len(entries) <= size
        seen += entries
        links = {one["relation"]: one["url"] for one in page["link"]}
        if "next" not in links:
            break
        page = world.client.get(links["next"], headers=world.headers).get_json()
    assert seen == whole
    assert len(set(seen)) == len(seen)


def test_a_count_alone(world: World) -> None:
    made = valid(world.get("QuestionnaireResponse", _summary="count").get_json())
    assert (made["total"], "entry" in made) == (2, False)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Patient?address=x", "address: No such search parameter. Use _id"),
        ("Questionnaire?patient=x", "patient: No such search parameter"),
        ("Observation?date=yesterday", "date: Use a date"),
        ("Observation?patient=Device/7", "patient: Use Patient/"),
        ("Appointment?status=perhaps", "status: Use booked"),
        ("Patient?_count=many", "_count: Use a whole number"),
        ("Patient?_page=elsewhere", "_page: There is no such page"),
        ("Observation?_sort=code", "_sort: Use _lastUpdated, date."),
        ("Observation?_include=Observation:device", "_include: Use Observation:patient"),
        ("Patient?_include=Patient:link", "_include: Nothing"),
    ],
)
def test_io_01_an_unknown_parameter_or_value_is_named(world: World, path: str, words: str) -> None:
    response = world.client.get(f"{ROOT}/{path}", headers=world.headers)
    assert response.status_code == 400
    made = valid(response.get_json())
    assert made["resourceType"] == "OperationOutcome"
    assert words in made["issue"][0]["diagnostics"]


def test_a_lenient_client_has_unknown_parameters_left_out(world: World) -> None:
    headers = world.headers | {"Prefer": "handling=lenient"}
    response = world.client.get(f"{ROOT}/Patient?shoe-size=7", headers=headers)
    assert len(response.get_json()["entry"]) == 1


def test_json_only_and_said_so(world: World) -> None:
    for path, headers in (("Patient?_format=xml", {}), ("Patient", {"Accept": "application/fhir+xml"})):
        refused = world.client.get(f"{ROOT}/{path}", headers=world.headers | headers)
        assert (refused.status_code, refused.get_json()["issue"][0]["code"]) == (406, "not-supported")
    for kind in ("json", "application/fhir+json"):
        assert world.get("Patient", _format=kind).status_code == 200
    assert (
        world.client.get(
            f"{ROOT}/Patient", headers=world.headers | {"Accept": "application/fhir+json"}
        ).status_code
        == 200
    )


@pytest.mark.parametrize("kind", ROWS)
def test_sec_02_foreign_and_unknown_are_the_same_404(app: Flask, world: World, kind: str) -> None:
    other = machine(world.client, world.session, world.elsewhere)
    for one in world.found(kind)[:3]:
        foreign = world.client.get(f"{ROOT}/{kind}/{one['id']}", headers=other)
        tail = one["id"][36:]
        unknown = world.client.get(f"{ROOT}/{kind}/{uuid4()}{tail}", headers=other)
        odd = world.client.get(f"{ROOT}/{kind}/no-id", headers=other)
        assert {foreign.status_code, unknown.status_code, odd.status_code} == {404}
        assert foreign.text == unknown.text == odd.text
    listed = world.client.get(f"{ROOT}/{kind}", headers=other).text
    assert str(world.person.id) not in listed


def test_sec_01_nothing_without_a_credential_or_the_scope(
    app: Flask, world: World, session: Session
) -> None:
    stranger = app.test_client()
    changes_only = machine(world.client, session, world.service, Scope.CHANGES_READ)
    for kind in ("Questionnaire", *KINDS):
        for path in (kind, f"{kind}/{world.person.id}"):
            assert stranger.get(f"{ROOT}/{path}").status_code == 401
            assert stranger.get(f"{ROOT}/{path}", headers=changes_only).status_code == 403
    assert stranger.get(f"{ROOT}/Patient").get_json()["issue"][0]["code"] == "login"


@pytest.mark.parametrize("role", [Role.SERVICE_ADMIN, Role.COMMISSIONER, Role.SYSTEM_ADMIN])
def test_sec_04_of_staff_only_clinicians_read(app: Flask, world: World, role: Role) -> None:
    desk = desk_of(app, world.session, world.service, role)
    assert {desk.get(f"{ROOT}/{kind}").status_code for kind in KINDS} == {403}
    clinician = desk_of(app, world.session, world.service)
    assert clinician.get(f"{ROOT}/Patient/{world.person.id}").status_code == 200
    assert clinician.get(f"{ROOT}/Patient/{world.foreign.id}").status_code == 404


def test_sec_04_a_patient_reads_no_fhir(app: Flask, world: World) -> None:
    client = app.test_client()
    sign_in_patient(client, make_pack(world.session, world.person))
    world.session.commit()
    assert client.get(f"{ROOT}/Patient/{world.person.id}").status_code == 401


def test_ops_01_a_read_stands_in_the_patients_audit_and_a_search_names_whom_it_found(
    world: World,
) -> None:
    second = world.somebody(world.service)
    world.get(f"Patient/{world.person.id}")
    world.get("Patient")
    world.get("Appointment", patient=str(world.person.id))
    said = dict(
        world.session.execute(
            sa.select(AuditEntry.action, AuditEntry.object).where(AuditEntry.actor.startswith("client:"))
        ).all()
    )
    assert said["read Patient"] == str(world.person.id)
    assert set(said["searched Patient"].split()) == {str(world.person.id), str(second.id)}
    assert "searched Appointment" in said


def test_somebody_who_died_and_somebody_merged_are_told_so(world: World) -> None:
    world.person.died_on = date(2026, 9, 1)
    world.session.commit()
    made = valid(world.get(f"Patient/{world.person.id}").get_json())
    assert (made["active"], made["deceasedDateTime"]) == (False, "2026-09-01")


def test_a_search_asks_the_database_as_often_whatever_its_size(world: World) -> None:
    for n in range(4):
        world.somebody(world.service, created_at=JULY + timedelta(days=n))
    for kind in KINDS:
        counts = []
        for size in (1, 4):
            asked: list[str] = []

            def count(*args: Any, asked: list[str] = asked) -> None:
                asked.extend([args[2]] if args[2].startswith("SELECT") else [])

            sa.event.listen(world.session.get_bind(), "before_cursor_execute", count)
            assert len(world.get(kind, _count=size).get_json()["entry"]) == size
            sa.event.remove(world.session.get_bind(), "before_cursor_execute", count)
            counts.append(len(asked))
        assert counts[0] == counts[1], kind
