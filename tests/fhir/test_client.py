"""A FHIR client that we did not write (fhirclient, of SMART) reads and creates, by its own models."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from fhirclient.client import FHIRClient
from fhirclient.models.appointment import Appointment
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.models.questionnaire import Questionnaire
from fhirclient.models.questionnaireresponse import QuestionnaireResponse
from fhirclient.models.servicerequest import ServiceRequest
from flask.testing import FlaskClient
from requests.adapters import BaseAdapter
from sqlalchemy.orm import Session

from tests.appointments.world import make_visit
from tests.desk import answer
from tests.factories import make_episode, make_patient, make_service
from tests.fhir.world import answers, machine

pytestmark = pytest.mark.usefixtures("now")


class Wired(BaseAdapter):
    """Hands what the client sends to the app, without a socket."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        super().__init__()
        self.client, self.headers = client, headers

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        assert request.url
        got = self.client.open(
            request.url.removeprefix("http://localhost"),
            method=request.method,
            data=request.body,
            headers=dict(request.headers) | self.headers,
        )
        made = requests.Response()
        made.status_code, made.raw, made.url = got.status_code, io.BytesIO(got.data), request.url
        made.headers.update(got.headers)
        return made

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.slow
def test_a_client_we_did_not_write_reads_and_creates(client: FlaskClient, session: Session) -> None:
    service = make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=2, at=datetime(2026, 3, 2, tzinfo=UTC))
    make_visit(session, person, episode=episode)
    headers = machine(client, session, service) | {"Idempotency-Key": "a-key-of-a-test"}
    smart = FHIRClient(settings={"app_id": "test", "api_base": "http://localhost/fhir/R4/"})
    smart.server.session.mount("http://localhost", Wired(client, headers))

    found = list(Patient.where({"identifier": person.nhs_number}).perform_resources_iter(smart.server))
    assert [one.id for one in found] == [str(person.id)]
    assert smart.human_name(found[0].name[0]) == f"{person.given_name} {person.family_name}"
    for kind in (Questionnaire, QuestionnaireResponse, Observation, ServiceRequest, Appointment):
        [*some] = kind.where({}).perform_resources_iter(smart.server)
        assert some
        assert kind.read(some[0].id, smart.server).as_json() == some[0].as_json()
    [score] = Observation.where({"code": "pseq.total"}).perform_resources_iter(smart.server)
    assert score.valueQuantity.value == 20
    made = QuestionnaireResponse(answers(person.id, value=5)).create(smart.server)
    assert QuestionnaireResponse.read(made["id"], smart.server).status == "completed"
    scores = Observation.where({"derived-from": f"QuestionnaireResponse/{made['id']}"})
    assert 50 in [
        one.valueQuantity.value
        for one in scores.perform_resources_iter(smart.server)
        if one.valueQuantity is not None
    ]
