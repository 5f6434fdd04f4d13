"""Signing staff in: two factors, no route round them (SEC-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy.orm import Session as DbSession
from werkzeug.test import TestResponse

from patientapp import clock
from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.services import actions
from patientapp.services.models import Service, Staff
from patientapp.signin import staff_actions
from patientapp.signin.models import Session, SignInFailure
from tests.factories import form_of, make_patient, make_service

PASSWORD = "three plain words"
Move = Callable[[timedelta], None]


@dataclass
class Desk:
    """A person at a desk: who they are, and their browser."""

    client: FlaskClient
    staff: Staff
    service: Service
    secret: str

    def password(self, email: str = "", password: str = PASSWORD) -> TestResponse:
        page = self.client.get("/staff/sign-in").text
        typed = {"email": email or self.staff.email, "password": password}
        return self.client.post("/staff/sign-in", data=form_of(page, **typed))

    def code(self, code: str | None = None) -> TestResponse:
        page = self.client.get("/staff/sign-in/code")
        if page.status_code != 200:
            return page
        given = pyotp.TOTP(self.secret).at(clock.now()) if code is None else code
        return self.client.post("/staff/sign-in/code", data=form_of(page.text, code=given))

    def sign_in(self) -> TestResponse:
        assert self.password().status_code == 303
        return self.code()

    @property
    def is_in(self) -> bool:
        return self.client.get("/staff/patients").status_code == 200


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same hashing with less work, so that these tests are quick."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    for module in (actions, staff_actions):
        monkeypatch.setattr(module, "hasher", lambda: cheap)
    staff_actions._nobodys_hash.cache_clear()
    yield
    staff_actions._nobodys_hash.cache_clear()


@pytest.fixture
def desk(client: FlaskClient, session: DbSession, now: datetime) -> Desk:
    service = make_service(session)
    staff, secret = actions.add_staff(
        email="Robin@Moorside.example", name="Robin Staff", password=PASSWORD, now=now
    )
    actions.give_role(staff.id, service.id, Role.CLINICIAN, now=now)
    session.commit()
    return Desk(client, staff, service, secret)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Move:
    """Move the one clock on from the fixed instant."""

    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: now + by)

    return move


def test_sec_10_password_then_code_then_in(desk: Desk) -> None:
    assert desk.password().headers["Location"] == "/staff/sign-in/code"
    assert not desk.is_in
    answer = desk.code()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff")
    assert desk.is_in


def test_sec_10_the_password_alone_opens_nothing(desk: Desk, session: DbSession) -> None:
    patient = make_patient(session, desk.service)
    session.commit()
    desk.password()
    for address in ("/staff", "/staff/patients", f"/staff/patients/{patient.id}", "/staff/service"):
        answer = desk.client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in"), address
    for address in ("/api/v1/patients", f"/api/v1/patients/{patient.id}/scores", "/api/v1/me"):
        assert desk.client.get(address).status_code == 401, address
    assert session.query(Session).count() == 0


def test_sec_10_the_code_page_is_only_for_a_right_password(desk: Desk) -> None:
    for answer in (desk.client.get("/staff/sign-in/code"), desk.code()):
        assert answer.headers["Location"] == "/staff/sign-in"
    page = desk.client.get("/staff/sign-in").text
    right = pyotp.TOTP(desk.secret).at(clock.now())
    answer = desk.client.post("/staff/sign-in/code", data=form_of(page, code=right))
    assert answer.headers["Location"] == "/staff/sign-in"
    assert not desk.is_in


def test_sec_10_a_right_password_counts_for_five_minutes(desk: Desk, later: Move) -> None:
    desk.password()
    later(timedelta(minutes=5))
    assert desk.code().headers["Location"] == "/staff/sign-in"
    assert not desk.is_in


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef"])
def test_sec_10_a_wrong_code_opens_nothing(desk: Desk, code: str) -> None:
    desk.password()
    answer = desk.code(code)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert not desk.is_in


def test_sec_10_a_code_works_once(desk: Desk) -> None:
    desk.sign_in()
    desk.client.post("/staff/sign-out", data=form_of(desk.client.get("/staff/patients").text))
    assert not desk.is_in
    desk.password()
    assert desk.code().status_code == 422
    assert not desk.is_in


@pytest.mark.parametrize("email", ["robin@moorside.example", "nobody@moorside.example"])
def test_sec_10_five_failures_lock_a_name_known_or_not(desk: Desk, later: Move, email: str) -> None:
    answers = [desk.password(email, "a wrong password") for _try in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert desk.password(email, "a wrong password").status_code == 429
    locked = desk.password(email, PASSWORD)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) in (899, 900)
    assert not desk.is_in
    later(timedelta(minutes=15))
    assert desk.password(email, "a wrong password").status_code == 422


def test_sec_10_unknown_and_known_names_get_the_same_words(desk: Desk) -> None:
    known = desk.password(password="a wrong password").text
    unknown = desk.password("nobody@moorside.example", "a wrong password").text
    for kept in (desk.staff.email, "nobody@moorside.example", "robin@moorside.example"):
        known, unknown = known.replace(kept, "x"), unknown.replace(kept, "x")
    assert _still(known) == _still(unknown)


def _still(page: str) -> str:
    """The page without what differs each time."""
    return "".join(line for line in page.splitlines() if "idempotency_key" not in line)


def test_sec_10_wrong_codes_lock_as_wrong_passwords_do(desk: Desk) -> None:
    desk.password()
    assert [desk.code("000000").status_code for _try in range(5)] == [422] * 5
    assert desk.code().status_code == 429
    assert desk.password().status_code == 429
    assert not desk.is_in


def test_sec_10_an_unknown_name_costs_the_same_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    hasher = actions.hasher()

    class Counting:
        def verify(self, stored: str, given: str) -> bool:
            verified.append(stored.split("$p=")[0])
            return hasher.verify(stored, given)

        hash = hasher.hash

    monkeypatch.setattr("patientapp.signin.staff_actions.hasher", Counting)
    desk.password(password="a wrong password")
    desk.password("nobody@moorside.example", "a wrong password")
    assert len(verified) == 2
    assert verified[0].rsplit("$", 2)[0] == verified[1].rsplit("$", 2)[0]  # the same parameters


def test_sec_10_a_new_session_at_each_sign_in(desk: Desk, session: DbSession, later: Move) -> None:
    desk.sign_in()
    first = desk.client.get_cookie("staff")
    later(timedelta(minutes=2))
    desk.sign_in()
    second = desk.client.get_cookie("staff")
    assert first is not None
    assert second is not None
    assert first.value.split(".")[0] != second.value.split(".")[0]
    ended = session.scalars(sa.select(Session.ended_at).order_by(Session.created_at)).all()
    assert ended[0] is not None
    assert ended[1] is None


def test_sec_10_fifteen_idle_minutes_end_a_session(desk: Desk, later: Move) -> None:
    desk.sign_in()
    later(timedelta(minutes=14, seconds=59))
    assert desk.is_in
    later(timedelta(minutes=29))
    assert desk.is_in
    later(timedelta(minutes=45))
    assert not desk.is_in


def test_sec_10_ten_hours_end_a_session_however_busy(desk: Desk, later: Move) -> None:
    desk.sign_in()
    for minutes in range(10, 600, 10):
        later(timedelta(minutes=minutes))
        assert desk.is_in, minutes
    later(timedelta(hours=10))
    assert not desk.is_in


def test_sec_10_deactivation_bites_at_the_next_request(
    desk: Desk, session: DbSession, now: datetime
) -> None:
    desk.sign_in()
    actions.deactivate(desk.staff.id, now=now)
    session.commit()
    assert not desk.is_in
    assert desk.client.get("/api/v1/patients").status_code == 401
    assert desk.password().status_code == 422


def test_sec_10_deactivation_between_password_and_code(
    desk: Desk, session: DbSession, now: datetime
) -> None:
    desk.password()
    actions.deactivate(desk.staff.id, now=now)
    session.commit()
    desk.code()
    assert not desk.is_in
    assert session.query(Session).count() == 0


def test_sec_10_an_ended_role_bites_at_the_next_request(
    desk: Desk, session: DbSession, now: datetime
) -> None:
    desk.sign_in()
    actions.end_role(desk.staff.id, desk.service.id, Role.CLINICIAN, now=now)
    session.commit()
    assert not desk.is_in


def test_sec_10_sign_out_ends_the_session_everywhere(desk: Desk) -> None:
    desk.sign_in()
    kept = desk.client.get_cookie("staff")
    desk.client.post("/staff/sign-out", data=form_of(desk.client.get("/staff/patients").text))
    assert kept
    desk.client.set_cookie("staff", kept.value, domain="localhost")
    assert not desk.is_in


def test_somebody_without_a_role_gets_no_session(desk: Desk, session: DbSession) -> None:
    actions.end_role(desk.staff.id, desk.service.id, Role.CLINICIAN, now=clock.now())
    session.commit()
    desk.password()
    assert desk.code().status_code == 403
    assert session.query(Session).count() == 0


def test_sec_04_the_second_service_is_chosen_and_its_roles_alone_count(
    desk: Desk, session: DbSession, now: datetime
) -> None:
    other = make_service(session, name="Zeal Pain Service")
    actions.give_role(desk.staff.id, other.id, Role.COMMISSIONER, now=now)
    session.commit()
    assert desk.sign_in().headers["Location"] == "/staff/service"
    assert desk.is_in
    page = desk.client.get("/staff/service").text
    answer = desk.client.post("/staff/service", data=form_of(page, service=str(other.id)))
    assert answer.status_code == 303
    assert desk.client.get("/staff/patients").status_code == 403
    assert desk.client.get("/staff").status_code == 200
    ends = session.scalars(sa.select(Session.expires_at)).all()
    assert len(set(ends)) == 1  # a change of service does not make the day longer


def test_sec_04_a_service_without_a_role_cannot_be_chosen(desk: Desk, session: DbSession) -> None:
    foreign = make_service(session)
    session.commit()
    desk.sign_in()
    page = desk.client.get("/staff/service").text
    for wrong in (str(foreign.id), "none", ""):
        answer = desk.client.post("/staff/service", data=form_of(page, service=wrong))
        assert answer.status_code == 404


def test_ops_01_signing_in_is_in_the_audit_without_the_name(desk: Desk, session: DbSession) -> None:
    desk.password(password="a wrong password")
    desk.sign_in()
    entries = session.scalars(sa.select(AuditEntry)).all()
    actions_seen = [entry.action for entry in entries]
    for expected in ("password refused", "password accepted", "code accepted", "signed in"):
        assert expected in actions_seen
    assert not any("moorside" in f"{entry.chain}{entry.object}" for entry in entries)
    assert session.query(SignInFailure).count() == 1


def test_a_second_factor_secret_is_not_readable_in_the_database(desk: Desk, session: DbSession) -> None:
    stored = session.scalars(sa.select(Staff)).one()
    assert desk.secret.encode() not in bytes(stored.totp_secret)
    assert stored.password_hash.startswith("$argon2id$")
    assert stored.email == "robin@moorside.example"


def test_sec_09_sign_in_needs_the_forms_token(desk: Desk) -> None:
    desk.client.get("/staff/sign-in")
    typed = {"email": desk.staff.email, "password": PASSWORD}
    assert desk.client.post("/staff/sign-in", data=typed).status_code == 400
