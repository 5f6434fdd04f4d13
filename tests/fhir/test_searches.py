"""Searches sent as forms, sorted, with patients, and after corrections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.matrix import Scope
from patientapp.assessments.correcting import Corrected, correct
from patientapp.audit.models import AuditEntry
from patientapp.extracts.fhir_lines import CORRECTS
from patientapp.fhir.kinds import KINDS
from tests.clients.world import bearer
from tests.factories import staff_viewer
from tests.fhir.test_reads import JULY, MARCH, World, world
from tests.fhir.world import ROOT, machine, valid

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("now")
ANSWERS = ("QuestionnaireResponse", "Observation")


def sent(of: World, kind: str, headers: dict[str, str] | None = None, **form: Any) -> Any:
    return of.client.post(f"{ROOT}/{kind}/_search", data=form, headers=headers or of.headers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_search_sent_as_a_form_finds_what_the_address_finds(world: World, kind: str) -> None:
    for asked in ({}, {"_id": str(world.person.id)}, {"_count": "1"}, {"_id": str(world.foreign.id)}):
        got = sent(world, kind, **asked)
        assert (got.status_code, got.get_json()) == (200, world.get(kind, **asked).get_json())
    assert sent(world, kind, shoe="7").get_json() == world.get(kind, shoe="7").get_json()
    as_json = world.client.post(f"{ROOT}/{kind}/_search", json={"_id": "x"}, headers=world.headers)
    assert (as_json.status_code, as_json.get_json()["resourceType"]) == (400, "OperationOutcome")


def test_a_form_and_an_address_are_asked_together(world: World) -> None:
    path = f"{ROOT}/Patient/_search?family=O"
    made = world.client.post(path, data={"_id": str(world.person.id)}, headers=world.headers)
    assert len(made.get_json()["entry"]) == 1
    refused = world.client.post(path, data={"_format": "xml"}, headers=world.headers)
    assert refused.status_code == 406
    form = {"name": "PSEQ"}
    found = sent(world, "Questionnaire", **form).get_json()
    assert found == world.get("Questionnaire", **form).get_json()


@pytest.mark.parametrize("kind", ["Questionnaire", *KINDS])
def test_sec_01_sec_02_a_form_has_the_scopes_and_walls_of_the_address(
    app: Flask, world: World, session: Session, kind: str
) -> None:
    assert sent(world, kind, bearer("nobody's")).status_code == 401
    assert app.test_client().post(f"{ROOT}/{kind}/_search", data={}).status_code in {400, 401}
    for scope in (Scope.CHANGES_READ, Scope.FHIR_WRITE):
        assert sent(world, kind, machine(world.client, session, world.service, scope)).status_code == 403
    other = machine(world.client, session, world.elsewhere)
    assert str(world.person.id) not in sent(world, kind, other).text


def test_ops_01_a_search_sent_as_a_form_stands_in_the_audit(world: World) -> None:
    sent(world, "Patient")
    asked = sa.select(AuditEntry.object).where(AuditEntry.action == "searched Patient")
    assert world.session.scalars(asked).all() == [str(world.person.id)]


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in KINDS for name in KINDS[kind].orders]
)
def test_every_order_goes_both_ways(world: World, kind: str, name: str) -> None:
    world.somebody(world.service, created_at=JULY + timedelta(days=1))
    there, back = ([one["id"] for one in world.found(kind, _sort=sort)] for sort in (name, f"-{name}"))
    assert sorted(there) == sorted(back)
    if kind != "Observation":  # the scores of one response keep their own order
        assert there == back[::-1]


def test_newest_first_by_when_it_was_answered(world: World) -> None:
    days = [one["authored"][:10] for one in world.found("QuestionnaireResponse", _sort="-authored")]
    assert days == [f"{JULY:%Y-%m-%d}", f"{MARCH:%Y-%m-%d}"]


@pytest.mark.parametrize("include", ["subject", "patient", "subject:Patient"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_sec_02_the_patient_is_included_once_and_nobody_elses(
    world: World, kind: str, include: str
) -> None:
    made = valid(world.get(kind, _include=f"{kind}:{include}").get_json())
    included = [one["resource"] for one in made["entry"] if one["search"]["mode"] == "include"]
    assert included == [world.get(f"Patient/{world.person.id}").get_json()]
    assert len(made["entry"]) > 1
    asked = {"patient": str(world.foreign.id), "_include": f"{kind}:{include}"}
    assert "entry" not in world.get(kind, **asked).get_json()


def test_clin_05_last_updated_follows_a_correction(world: World, session: Session) -> None:
    [old] = world.found("QuestionnaireResponse", authored="lt2026-07")
    later = JULY + timedelta(days=30)
    slip = Corrected(values={"q1": 5}, unclear={}, reason="A slip of the pen")
    correct(staff_viewer(world.service), UUID(old["id"]), slip, now=later)
    session.commit()
    since = {"_lastUpdated": f"ge{later:%Y-%m-%d}", "patient": str(world.person.id)}
    [new] = world.found("QuestionnaireResponse", **since)
    assert (new["status"], new["meta"]["lastUpdated"]) == ("amended", later.isoformat())
    assert new["authored"] == old["authored"]
    replaced = {"url": CORRECTS, "valueReference": {"reference": f"QuestionnaireResponse/{old['id']}"}}
    assert replaced in new["extension"]
    scores = world.found("Observation", **since)
    assert {(one["status"], one["meta"]["lastUpdated"]) for one in scores} == {
        ("corrected", later.isoformat())
    }
    assert world.found("Observation", status="corrected") == scores
    assert world.found("QuestionnaireResponse", status="amended") == [new]
    assert old["id"] not in [one["id"] for one in world.found("QuestionnaireResponse")]
    assert world.get(f"QuestionnaireResponse/{old['id']}").status_code == 404
