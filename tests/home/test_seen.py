"""OPS-01: who saw what, in words that the patient can read."""

from __future__ import annotations

import ast
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

import patientapp
from patientapp.audit.actions import record_system
from patientapp.audit.models import AuditEntry
from patientapp.home.seen_texts import in_words, is_known
from tests.desk import desk_of
from tests.factories import NOW, form_of, make_pack, make_patient, make_service, sign_in_patient

pytestmark = pytest.mark.usefixtures("now")
CALLS = {"record", "record_system", "record_each"}


def acts() -> set[str]:
    """Every act that the code records, as far as it is written where it is recorded."""
    found = set()
    for path in Path(patientapp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                found |= {_written(one) for one in node.args[:2]}
    return {one for one in found if one.strip("0 ")}


def _written(node: ast.expr) -> str:
    """A text, with 0 for what is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "0" for one in node.values)
        return "".join(str(one) for one in parts)
    return ""


OF_NOBODY = (
    "staff", "client", "service", "signed", "second factor", "password", "retention", "simulated",
    "nobody", "figure", "return", "reminder results", "topic", "a view", "incident", "the audit",
)  # fmt: skip


def test_every_act_in_a_patients_record_has_words(app: Flask) -> None:
    with app.test_request_context():
        missing = {one for one in acts() if not is_known(one)}
        assert {one for one in missing if not any(word in one for word in OF_NOBODY)} == set()
        assert in_words("an act of tomorrow") == "Did something else in your record"


def test_ops_01_a_patient_reads_who_opened_their_record(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    service = make_service(session)
    person, other = make_patient(session, service), make_patient(session, service)
    desk = desk_of(app, session, service)
    desk.get(f"/staff/patients/{person.id}")
    desk.get(f"/staff/patients/{other.id}/timeline")
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    page = client.get("/my-page/who-looked").text
    assert page.count("Looked at your record") == 1
    assert "Robin Staff" in page
    assert page.count("Looked at your own pages") == 1, "this very look"
    assert 'href="/my-page/who-looked"' in client.get("/my-page").text
    printed = desk.get(f"/staff/patients/{person.id}/who-looked").text
    assert person.family_name in printed
    assert "Looked at your own pages" in printed


def test_three_seven_b50_what_must_not_be_seen_is_on_no_such_page(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    """Section 3.7: somebody may be looking over a shoulder. B50: staff do not see that one complained."""
    service = make_service(session)
    person = make_patient(session, service)
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    sent = form_of(client.get("/tell-us").text, kind="complaint", words="Late again")
    assert client.post("/tell-us", data=sent).status_code == 303
    client.post("/breathing-space", data=form_of(client.get("/my-page").text))
    sign_in_patient(client, make_pack(session, person))
    mine = client.get("/my-page/who-looked").text
    assert "Told us something" in mine
    printed = desk_of(app, session, service).get(f"/staff/patients/{person.id}/who-looked").text
    assert "Told us something" not in printed
    for page in (mine, printed):
        assert "safe to reach" not in page
        assert '"></td>' not in page


def test_long_histories_come_page_by_page(session: Session, client: FlaskClient) -> None:
    person = make_patient(session, make_service(session))
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    chain = f"patient:{person.id}"
    for _ in range(101):
        record_system("looked at patient", chain=chain, actor=f"staff:{uuid4()}", now=NOW)
    first = client.get("/my-page/who-looked").text
    assert first.count("Looked at your record") == 99
    assert "before=3" in first
    second = client.get("/my-page/who-looked?before=3").text
    assert second.count("Looked at your record") == 2
    assert client.get("/my-page/who-looked?before=x").status_code == 200


def test_ops_01_own_looks_one_after_another_are_one_line(session: Session, client: FlaskClient) -> None:
    """What others did would drown in them; each stands in the audit all the same."""
    person = make_patient(session, make_service(session))
    sign_in_patient(client, make_pack(session, person))
    session.commit()
    for _ in range(3):
        client.get("/my-page")
    record_system("looked at patient", chain=f"patient:{person.id}", actor=f"staff:{uuid4()}", now=NOW)
    client.get("/my-page")
    page = client.get("/my-page/who-looked").text
    assert page.count("Looked at your own pages") == 2
    assert page.count("Looked at your record") == 1
    kept = sa.select(sa.func.count()).where(AuditEntry.action == "looked at my page")
    assert session.scalar(kept) == 4


def test_link_04_the_list_needs_the_date_of_birth(client: FlaskClient) -> None:
    assert client.get("/my-page/who-looked").status_code in {303, 401}
