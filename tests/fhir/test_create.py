"""A QuestionnaireResponse that another system sends: scored, with alerts, audited, and once."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.matrix import Scope
from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.models import Response
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.questionnaires.fhir import BASE
from patientapp.worklist.models import WorkItem
from tests.desk import api_headers, desk_of
from tests.factories import make_episode, make_pack, make_patient, make_service, tasks_of
from tests.fhir.world import ROOT, answers, machine, valid

pytestmark = pytest.mark.usefixtures("now")
MODE = f"{BASE}/StructureDefinition/mode"
PATH = f"{ROOT}/QuestionnaireResponse"


class World:
    """Somebody with an open PSEQ, and a machine that may send answers."""

    def __init__(self, client: FlaskClient, session: Session) -> None:
        self.client, self.session, self.service = client, session, make_service(session)
        self.person = make_patient(session, self.service)
        self.pack = make_pack(session, self.person, ["pseq"])
        self.headers = machine(client, session, self.service)

    def send(self, sent: Any, key: str | None = "a-key-of-a-test", **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named |= {"Idempotency-Key": key} if key else {}
        return self.client.post(PATH, json=sent, headers=self.headers | named)

    def kept(self) -> list[Response]:
        return list(self.session.scalars(sa.select(Response).order_by(Response.received_at)))


@pytest.fixture
def world(client: FlaskClient, session: Session) -> World:
    return World(client, session)


def test_answers_are_kept_scored_and_finish_the_open_task(world: World) -> None:
    made = world.send(answers(world.person.id))
    assert made.status_code == 201, made.text
    [kept] = world.kept()
    assert made.headers["Location"] == f"http://localhost{PATH}/{kept.id}"
    assert valid(made.get_json())["id"] == str(kept.id)
    assert kept.scores["total"] == 30
    assert (kept.task_id, kept.time_point) == (tasks_of(world.session, world.pack)[0].id, TimePoint.T0)
    assert (kept.wording, kept.birth_date_confirmed) == ("elsewhere", False)
    read = world.client.get(made.headers["Location"], headers=world.headers)
    assert read.get_json() == made.get_json()


def test_the_codes_that_we_gave_come_back_as_the_same_answers(world: World) -> None:
    first = world.send(answers(world.person.id, value=4)).get_json()
    again = answers(world.person.id, item=first["item"])
    assert world.send(again, key="another-key-here").status_code == 201
    assert [one.scores["total"] for one in world.kept()] == [40, 40]


def test_without_an_open_task_it_is_a_review_of_the_newest_referral(world: World) -> None:
    late = answers(world.person.id, authored="2026-06-01")
    assert world.send(late).status_code == 201
    [kept] = world.kept()
    assert (kept.task_id, kept.time_point) == (None, TimePoint.REVIEW)
    assert kept.answered_on == date(2026, 6, 1)


def test_somebody_without_a_referral_is_told_so(world: World) -> None:
    other = make_patient(world.session, world.service)
    world.session.commit()
    refused = world.send(answers(other.id))
    assert refused.status_code == 409
    assert "no referral" in refused.get_json()["issue"][0]["diagnostics"]


def test_rel_02_sent_again_is_once(world: World) -> None:
    sent = answers(world.person.id)
    first, again = world.send(sent), world.send(sent)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Location"] == first.headers["Location"]
    assert again.mimetype == "application/fhir+json"
    other = world.send(answers(world.person.id, value=1))
    assert other.status_code == 422
    assert len(world.kept()) == 1


def test_rel_02_if_none_exist_tells_what_is_there(world: World) -> None:
    sent = answers(world.person.id)
    exist = {"If_None_Exist": "identifier=https://hub.example|42"}
    first, again = world.send(sent, None, **exist), world.send(sent, None, **exist)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert len(world.kept()) == 1
    found = world.client.get(f"{PATH}?identifier=https://hub.example|42", headers=world.headers)
    assert len(found.get_json()["entry"]) == 1


def test_rel_02_an_identifier_is_taken_once(world: World) -> None:
    sent = answers(world.person.id, identifier={"system": "https://hub.example", "value": "42"})
    assert world.send(sent, None).status_code == 201
    assert world.send(sent, None).status_code == 409
    assert len(world.kept()) == 1


@pytest.mark.parametrize("condition", ["", "patient=1", "identifier=", "identifier=a|1&patient=2"])
def test_a_condition_that_names_nothing_is_refused(world: World, condition: str) -> None:
    refused = world.send(answers(world.person.id), None, If_None_Exist=condition)
    assert (refused.status_code, world.kept()) == (400, [])


def test_rel_02_a_send_that_could_be_doubled_is_refused(world: World) -> None:
    refused = world.send(answers(world.person.id), None)
    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.get_json()["issue"][0]["diagnostics"]


def test_p6_a_risk_answer_makes_an_alert(world: World) -> None:
    worst = answers(world.person.id, instrument="eq5d5l", value=5)
    worst["item"] = [one for one in worst["item"] if one["linkId"] != "vas"]
    assert world.send(worst).status_code == 201
    [alert] = world.session.scalars(sa.select(WorkItem))
    assert (alert.patient_id, alert.kind) == (world.person.id, "alert")


def test_ops_01_who_sent_it_stands_in_the_audit(world: World) -> None:
    world.send(answers(world.person.id))
    entries = sa.select(AuditEntry).where(AuditEntry.chain == f"patient:{world.person.id}")
    [entry] = [one for one in world.session.scalars(entries) if one.action.startswith("entered")]
    assert entry.action == "entered answers (self)"
    assert entry.actor.startswith("client:")


@pytest.mark.parametrize(
    ("over", "mode", "by"),
    [
        ({}, AnswerMode.SELF, AnsweredBy.SELF),
        ({"source": {"reference": "RelatedPerson/7"}}, AnswerMode.PROXY, AnsweredBy.PROXY),
        ({"author": {"reference": "Practitioner/7"}}, AnswerMode.HELPED, AnsweredBy.HELPED),
        (
            {"extension": [{"url": MODE, "valueString": "paper"}]},
            AnswerMode.PAPER,
            AnsweredBy.SELF,
        ),
    ],
)
def test_who_answered_and_how_is_kept(
    world: World, over: dict[str, Any], mode: AnswerMode, by: AnsweredBy
) -> None:
    assert world.send(answers(world.person.id, **over)).status_code == 201
    [kept] = world.kept()
    assert (kept.mode, kept.answered_by) == (mode, by)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"questionnaire": f"{BASE}/Questionnaire/pseq|77"}, "answers to another version"),
        (
            {"questionnaire": "https://elsewhere.example/Questionnaire/pseq|1"},
            "Use the url of one of ours",
        ),
        ({"questionnaire": None}, "Use the url"),
        ({"status": "in-progress"}, "status: Use completed"),
        ({"authored": None}, "authored: Say when"),
        ({"authored": "2026-09-22T09:00:00"}, "authored: Say when"),
        ({"authored": "2026-09-23"}, "authored"),
        ({"authored": "2026-09-22T09:36:00Z"}, "Check your clock"),
        ({"subject": None}, "subject: Use Patient"),
        ({"item": []}, "at least one answer"),
        (
            {"item": [{"linkId": "q1", "answer": [{"valueInteger": 7}]}]},
            "q1: must be a whole number from 0 to 6",
        ),
        ({"item": [{"linkId": "q1", "answer": [{"valueString": "six"}]}]}, "q1: must be a whole number"),
        ({"item": [{"linkId": "q1", "answer": [{"valueInteger": True}]}]}, "q1: must be"),
        ({"item": [{"linkId": "q1", "answer": [{"valueInteger": 1}] * 2}]}, "q1: takes one answer"),
        ({"item": [{"linkId": "q1", "answer": [{"valueInteger": 1}]}] * 2}, "q1: stands twice"),
        ({"item": [{"linkId": "q99", "answer": [{"valueInteger": 1}]}]}, "q99: not an item of"),
        ({"resourceType": "Observation"}, "QuestionnaireResponse"),
        (
            {"extension": [{"url": f"{BASE}/StructureDefinition/mode", "valueString": "dream"}]},
            "The mode is one of",
        ),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(
    world: World, over: dict[str, Any], words: str
) -> None:
    refused = world.send(answers(world.person.id, **over))
    assert refused.status_code == 422, refused.text
    made = valid(refused.get_json())
    assert words in " ".join(one["diagnostics"] for one in made["issue"])
    assert world.kept() == []


def test_time_04_a_sender_three_minutes_ahead_is_borne_with(world: World) -> None:
    assert world.send(answers(world.person.id, authored="2026-09-22T09:33:00Z")).status_code == 201
    [kept] = world.kept()
    assert kept.answered_at == kept.received_at


def test_sec_02_a_foreign_patient_is_the_same_404_as_none(world: World) -> None:
    foreign = make_patient(world.session, make_service(world.session))
    make_episode(world.session, foreign)
    world.session.commit()
    got = [world.send(answers(one), key=f"key-{uuid4().hex}") for one in (foreign.id, uuid4(), "x" * 36)]
    assert [one.status_code for one in got[:2]] == [404, 404]
    assert got[0].text == got[1].text
    assert world.kept() == []


def test_sec_04_reading_is_not_writing(world: World) -> None:
    world.headers = machine(world.client, world.session, world.service, Scope.FHIR_READ)
    assert world.send(answers(world.person.id)).status_code == 403


def test_sec_09_a_clinicians_browser_needs_the_forms_token(app: Flask, world: World) -> None:
    desk = desk_of(app, world.session, world.service)
    sent = answers(world.person.id)
    assert desk.post(PATH, json=sent, headers={"Idempotency-Key": "a-key-of-a-test"}).status_code == 400
    assert desk.post(PATH, json=sent, headers=api_headers(desk)).status_code == 201


def test_prefer_return_minimal_gives_the_address_alone(world: World) -> None:
    made = world.send(answers(world.person.id), Prefer="return=minimal")
    assert (made.status_code, made.data) == (201, b"")
    assert str(world.kept()[0].id) in made.headers["Location"]
