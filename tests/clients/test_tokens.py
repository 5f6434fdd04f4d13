"""Machine clients over HTTP: a secret gets a token, a token opens what its scopes say, and no more."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import clock
from patientapp.access.matrix import Scope
from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.clients.actions import revoke
from patientapp.clients.models import Client
from patientapp.clients.rules import TOKEN_LIFE, claims
from patientapp.clients.tokens import signed
from tests.clients.world import bearer, make_client, token_of
from tests.desk import answer, desk_of
from tests.factories import NOW, make_patient, make_service

pytestmark = pytest.mark.usefixtures("now")
CHANGES = "/api/v1/changes"
GRANT = {"grant_type": "client_credentials"}


def audited(session: Session, client: Client) -> list[str]:
    of = sa.select(AuditEntry.action).where(AuditEntry.chain == f"client:{client.id}")
    return list(session.scalars(of.order_by(AuditEntry.seq)))


def test_a_secret_gets_a_token_and_the_token_opens_its_scope(
    client: FlaskClient, session: Session
) -> None:
    own, secret = make_client(session, make_service(session))
    response = client.post("/oauth/token", data=GRANT, auth=(str(own.id), secret))
    given = response.get_json()
    assert (given["token_type"], given["scope"]) == ("Bearer", "changes.read")
    assert given["expires_in"] == TOKEN_LIFE.total_seconds()
    assert response.headers["Cache-Control"] == "no-store"
    headers = bearer(given["access_token"])
    assert client.get(CHANGES, headers=headers).status_code == 200
    assert client.get("/api/v1/patients", headers=headers).status_code == 403
    assert client.get("/api/v1/me", headers=headers).status_code == 403
    assert audited(session, own) == [
        "added client for changes.read",
        "token given for changes.read",
        "pulled changes",
    ]


def test_the_secret_may_stand_in_the_form(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session))
    form = GRANT | {"client_id": str(own.id), "client_secret": secret}
    assert client.post("/oauth/token", data=form).status_code == 200


def test_a_scope_that_is_not_held_is_refused_not_dropped(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session), Scope.CHANGES_READ, Scope.FHIR_READ)
    ask = {"auth": (str(own.id), secret)}
    one = client.post("/oauth/token", data=GRANT | {"scope": "fhir.read"}, **ask)
    assert one.get_json()["scope"] == "fhir.read"
    for scope in ("patients.read", "fhir.read patients.read", "everything"):
        refused = client.post("/oauth/token", data=GRANT | {"scope": scope}, **ask)
        assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_scope")


def test_sec_10_wrong_secret_and_unknown_client_get_the_same_answer_and_are_noted(
    client: FlaskClient, session: Session
) -> None:
    own, _secret = make_client(session, make_service(session))
    wrong = client.post("/oauth/token", data=GRANT, auth=(str(own.id), "guess"))
    nobody = client.post("/oauth/token", data=GRANT, auth=(str(uuid4()), "guess"))
    odd = client.post("/oauth/token", data=GRANT, auth=("robin", "guess"))
    assert {one.status_code for one in (wrong, nobody, odd)} == {401}
    assert wrong.text == nobody.text == odd.text
    assert audited(session, own)[-1] == "token refused: wrong secret"


def test_sec_10_revoking_bites_at_the_next_request(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session))
    headers = bearer(token_of(client, own, secret))
    assert client.get(CHANGES, headers=headers).status_code == 200
    revoke(own.id, by="shell:test", now=NOW)
    session.commit()
    refused = client.get(CHANGES, headers=headers)
    assert (refused.status_code, refused.get_json()["detail"]) == (
        401,
        "The access token cannot be used: its client was revoked.",
    )
    assert client.post("/oauth/token", data=GRANT, auth=(str(own.id), secret)).status_code == 401


def test_a_scope_taken_away_bites_on_tokens_already_given(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session), Scope.CHANGES_READ, Scope.PATIENTS_READ)
    headers = bearer(token_of(client, own, secret))
    own.scopes = ["patients.read"]
    session.commit()
    assert client.get(CHANGES, headers=headers).status_code == 403
    assert client.get("/api/v1/patients", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("audience", "at", "words"),
    [
        ("https://other.example", NOW, "another audience"),
        ("http://localhost", NOW - timedelta(minutes=11), "expired"),
        ("http://localhost", NOW + timedelta(minutes=6), "in the future"),
    ],
)
def test_a_token_of_ours_that_is_wrong_is_clear_safe_and_recorded(
    app: Flask, client: FlaskClient, session: Session, audience: str, at: datetime, words: str
) -> None:
    own, _secret = make_client(session, make_service(session))
    said = claims(client_id=str(own.id), scope="changes.read", audience=audience, token_id="t", now=at)
    token = signed(said, key=app.extensions["patientapp.settings"].secret_key)
    refused = client.get(CHANGES, headers=bearer(token))
    assert refused.status_code == 401
    assert words in refused.get_json()["detail"]
    assert "invalid_token" in refused.headers["WWW-Authenticate"]
    assert words in audited(session, own)[-1]


def test_time_04_a_clock_three_minutes_off_changes_nothing(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, secret = make_client(session, make_service(session))
    headers = bearer(token_of(client, own, secret))
    for minutes in (-3, 3):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        assert client.get(CHANGES, headers=headers).status_code == 200


def test_sec_03_a_client_pulls_its_own_service_only(client: FlaskClient, session: Session) -> None:
    own_service, other = make_service(session), make_service(session)
    own, secret = make_client(session, own_service, *Scope)
    ours = make_patient(session, own_service)
    theirs = make_patient(session, other, family_name="Unmistakable")
    answer(session, theirs)
    headers = bearer(token_of(client, own, secret))
    listed = client.get("/api/v1/patients", headers=headers)
    assert [one["id"] for one in listed.get_json()["patients"]] == [str(ours.id)]
    unknown, foreign = (
        client.get(f"/api/v1/patients/{one}/changes", headers=headers) for one in (uuid4(), theirs.id)
    )
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text == unknown.text
    assert client.get(f"{CHANGES}?service={other.slug}", headers=headers).status_code == 404


def test_a_bad_token_is_not_saved_by_a_good_cookie(app: Flask, session: Session) -> None:
    desk = desk_of(app, session, make_service(session))
    assert desk.get(CHANGES).status_code == 200
    assert desk.get(CHANGES, headers=bearer("nonsense")).status_code == 401


def test_sec_04_a_token_opens_no_page_and_changes_nothing(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session), *Scope)
    headers = bearer(token_of(client, own, secret))
    assert client.get("/staff", headers=headers).headers["Location"] == "/staff/sign-in"
    key = {"Idempotency-Key": "a-key-of-a-test"}
    assert client.post("/api/v1/patients", json={}, headers=headers | key).status_code == 403


def test_other_grants_are_refused(client: FlaskClient, session: Session) -> None:
    own, secret = make_client(session, make_service(session))
    for grant in ("password", "authorization_code", ""):
        refused = client.post("/oauth/token", data={"grant_type": grant}, auth=(str(own.id), secret))
        assert (refused.status_code, refused.get_json()["error"]) == (400, "unsupported_grant_type")


def test_where_tokens_are_got_is_written_down(client: FlaskClient) -> None:
    told = client.get("/.well-known/oauth-authorization-server").get_json()
    assert told["token_endpoint"] == "http://localhost/oauth/token"
    assert told["grant_types_supported"] == ["client_credentials"]


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(root, ["clients", *arguments], obj=lambda: app)


def test_the_shell_adds_lists_and_revokes_and_shows_the_secret_once(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    slug = make_service(session).slug
    session.commit()
    added = run(app, "add", "Trust data hub", "--service", slug, "--scope", "changes.read")
    assert added.exit_code == 0, added.output
    client_id = re.search(r"client_id +(\S+)", added.output)
    secret = re.search(r"client_secret +(\S+)", added.output)
    assert client_id
    assert secret
    assert client.post("/oauth/token", data=GRANT, auth=(client_id[1], secret[1])).status_code == 200
    listed = run(app, "list", "--service", slug)
    assert client_id[1] in listed.output
    assert secret[1] not in listed.output
    assert session.get_one(Client, UUID(client_id[1])).secret_hash != secret[1].encode()
    assert run(app, "revoke", client_id[1]).exit_code == 0
    assert "revoked 2026-09-22" in run(app, "list").output
    assert client.post("/oauth/token", data=GRANT, auth=(client_id[1], secret[1])).status_code == 401
    again = run(app, "revoke", client_id[1])
    assert (again.exit_code, "revoked before" in again.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "x", "--service", "nobody", "--scope", "changes.read"], "no service 'nobody'"),
        (["add", "x", "--service", "{slug}", "--scope", "everything"], "No such scope: everything"),
        (["add", " ", "--service", "{slug}", "--scope", "fhir.read"], "Give a name"),
        (["revoke", str(uuid4())], "no client"),
    ],
)
def test_a_callers_mistake_is_named(
    app: Flask, session: Session, arguments: list[str], words: str
) -> None:
    slug = make_service(session).slug
    session.commit()
    done = run(app, *(one.format(slug=slug) for one in arguments))
    assert (done.exit_code, words in done.output) == (2, True), done.output
