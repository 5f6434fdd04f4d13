"""Questions that ask for a number: one box, any digits, and nothing guessed."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments.models import Draft
from patientapp.questionnaires.library import default_library
from tests.factories import (
    form_of,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
    tasks_of,
)

NUMBERS = [
    (one.id, place, item.code, item.maximum)
    for one in default_library()
    for place, item in enumerate(one.items, 1)
    if item.show == "number"
]


def opened(client: FlaskClient, session: Session, instrument: str) -> str:
    pack = make_pack(session, make_patient(session, make_service(session)), [instrument])
    sign_in_patient(client, pack)
    return f"/tasks/{tasks_of(session, pack)[0].id}/questions"


def test_these_ask_for_a_number() -> None:
    assert {name for name, *_rest in NUMBERS} == {"work", "health_use", "medicine_use", "children"}


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(("instrument", "place", "code", "maximum"), NUMBERS)
def test_one_box_with_its_range_and_period(
    instrument: str, place: int, code: str, maximum: int, client: FlaskClient, session: Session
) -> None:
    page = html.unescape(client.get(f"{opened(client, session, instrument)}/{place}").text)
    [box] = re.findall(rf'<input[^>]* id="{code}"[^>]*>', page)
    assert 'inputmode="numeric"' in box
    assert 'type="text"' in box
    assert f"Your answer, 0 to {maximum}" in page
    words = default_library().get(instrument).wording()
    assert words is not None
    assert words.recall in page, "the period that is asked about stands beside every question"
    assert words.item(code).hint in page


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0", 0),
        ("28", 28),
        (" 7 ", 7),
        ("\u0661\u0662", 12),
        ("\u09e8", 2),
        ("\uff13", 3),
        ("29", None),
        ("-1", None),
        ("3.5", None),
        ("three", None),
        ("1e1", None),
        ("\u00b2", None),
        ("", None),
        ("99999", None),
    ],
)
def test_what_may_be_typed(typed: str, kept: int | None, client: FlaskClient, session: Session) -> None:
    address = f"{opened(client, session, 'work')}/2"
    page = client.get(address).text
    sent = client.post(address, data=form_of(page, version="0", act="answer", days_lost=typed))
    if kept is not None:
        assert sent.status_code == 303
        assert session.query(Draft).one().value == kept
        assert f'value="{kept}"' in client.get(address).text
        return
    assert (sent.status_code, session.query(Draft).count()) == (422, 0)
    said = "Enter a whole number from 0 to 28" if typed else "Enter a number"
    assert f"{said}, or skip this question" in sent.text
    assert 'href="#days_lost"' in sent.text


@pytest.mark.usefixtures("now")
def test_skipping_needs_no_number(client: FlaskClient, session: Session) -> None:
    address = f"{opened(client, session, 'work')}/2"
    page = client.get(address).text
    sent = client.post(address, data=form_of(page, version="0", act="skip", days_lost="x"))
    assert (sent.status_code, session.query(Draft).one().value) == (303, None)
