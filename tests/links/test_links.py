"""Links: made, found, ended (LINK-01 to LINK-06)."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.links.actions import end_links
from patientapp.links.models import BirthDateFailure, Link
from patientapp.links.queries import system_failures, system_link_of
from patientapp.links.rules import LIFE, LinkEnd, is_open, may_try_birth_date
from patientapp.links.tokens import BITS, address_of, token_hash, token_of
from tests.factories import NOW, make_pack, make_patient, make_service, make_token, sign_in_patient


def test_link_01_a_token_is_130_bits_of_letters_and_digits() -> None:
    token = token_of(uuid4(), key="k" * 32)
    assert re.fullmatch(r"[a-z2-7]{26}", token)
    assert BITS >= 128


def test_link_01_another_key_makes_another_token() -> None:
    link_id = uuid4()
    assert token_of(link_id, key="a" * 32) != token_of(link_id, key="b" * 32)


def test_link_02_the_database_holds_only_a_hash(session: Session) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    link, token = make_token(pack)
    stored = [getattr(link, column.name) for column in Link.__table__.columns]
    assert link.token_hash == token_hash(token)
    assert token not in map(str, stored)
    assert token.encode() not in stored


def test_link_06_addresses_use_the_configured_public_address_and_fit_a_text() -> None:
    address = address_of(uuid4(), key="k" * 32, public_url="https://pain.example/")
    assert re.fullmatch(r"https://pain\.example/q/[a-z2-7]{26}", address)
    assert len(address) <= 50


@pytest.mark.parametrize(
    ("age", "ended", "expected"),
    [
        (timedelta(0), None, True),
        (LIFE - timedelta(seconds=1), None, True),
        (LIFE, None, False),
        (timedelta(hours=1), NOW, False),
    ],
    ids=["new", "last second of day 7", "after 7 days", "ended"],
)
def test_link_01_a_link_lives_seven_days(age: timedelta, ended: object, expected: bool) -> None:
    assert is_open(expires_at=NOW + LIFE, ended_at=ended, now=NOW + age) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on_link", "of_patient", "expected"),
    [(0, 0, True), (4, 4, True), (5, 5, False), (0, 10, False), (0, 9, True)],
)
def test_link_04_five_tries_a_link_and_ten_a_patient(
    on_link: int, of_patient: int, expected: bool
) -> None:
    assert may_try_birth_date(link_failures=on_link, patient_failures=of_patient) is expected


def test_link_04_failures_are_counted_per_link_and_per_patient_for_a_day(session: Session) -> None:
    patient = make_patient(session, make_service(session))
    pack = make_pack(session, patient)
    old, _token = make_token(pack)
    new, _token = make_token(pack)
    for link, age in ((old, 30), (old, 2), (new, 1)):
        session.add(
            BirthDateFailure(link_id=link.id, patient_id=patient.id, at=NOW - timedelta(hours=age))
        )
    session.flush()
    assert system_failures(new, now=NOW) == (1, 2)


def test_link_05_a_new_link_ends_the_older_ones_of_its_pack_only(session: Session) -> None:
    patient = make_patient(session, make_service(session))
    one, two = make_pack(session, patient), make_pack(session, patient)
    first, token = make_token(one)
    other, _token = make_token(two)
    make_token(one)
    session.refresh(first)
    assert first.end_reason is LinkEnd.REPLACED
    assert other.ended_at is None
    found = system_link_of(token)
    assert found is not None
    assert found.id == first.id


def test_link_05_death_or_a_new_number_ends_every_link(session: Session) -> None:
    patient = make_patient(session, make_service(session))
    link, _token = make_token(make_pack(session, patient))
    assert end_links(patient_id=patient.id, reason=LinkEnd.NUMBER_CHANGED, now=NOW) == 1
    session.refresh(link)
    assert link.ended_at == NOW


def test_link_05_ending_a_link_ends_what_it_opened_at_the_next_request(
    client: FlaskClient, session: Session
) -> None:
    pack = make_pack(session, make_patient(session, make_service(session)))
    sign_in_patient(client, pack)
    assert client.get("/tasks").status_code == 200
    end_links(patient_id=pack.patient_id, reason=LinkEnd.STAFF, now=NOW)
    session.commit()
    assert client.get("/tasks").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "A" * 26, "a" * 26, "a" * 27, "../etc"])
def test_link_04_what_is_no_link_gives_one_page(
    client: FlaskClient, session: Session, token: str
) -> None:
    response = client.get(f"/q/{token}")
    assert response.status_code == 404


def test_p5_io_06_a_nul_in_an_address_is_a_bad_request(client: FlaskClient, session: Session) -> None:
    assert client.get("/q/%00").status_code == 400
    assert client.get("/feedback/%00").status_code == 400
