"""The local phone: what arrived, with links that open; absent wherever a carrier is real."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.config import Environment
from patientapp.jobs import dispatch_once, plan_once
from patientapp.messaging import inbound
from patientapp.messaging.phone import LocalPhone
from patientapp.web.current import SETTINGS
from tests.factories import form_of, make_pack, make_patient, make_service

NUMBER = "+447700900123"


def test_an_empty_phone_says_when_texts_come(client: FlaskClient) -> None:
    page = client.get("/dev/phone")
    assert page.status_code == 200
    assert "No texts yet" in page.text


def test_phones_are_listed_with_their_counts(client: FlaskClient, now: datetime) -> None:
    carrier = LocalPhone(lambda: now)
    for n in range(3):
        carrier.send(NUMBER, f"text {n}", attempt_key=f"k-{n}")
    carrier.send("+447700900124", "other", attempt_key="k-9")
    page = client.get("/dev/phone").text
    assert "3 texts" in page
    assert "1 text<" in page
    assert page.count("/dev/phone/") == 2


def test_newest_first_and_only_our_own_links_open(client: FlaskClient, now: datetime) -> None:
    moments = iter([now, now.replace(hour=11), now.replace(hour=12)])
    carrier = LocalPhone(lambda: next(moments))
    carrier.send(NUMBER, "first <b>bold</b>", attempt_key="k-1")
    carrier.send(NUMBER, "go to http://localhost/q/abc now", attempt_key="k-2")
    carrier.send(NUMBER, "see https://elsewhere.example/x", attempt_key="k-3")
    page = client.get(f"/dev/phone/{NUMBER}").text
    assert page.index("elsewhere") < page.index("/q/abc") < page.index("first")
    assert 'href="http://localhost/q/abc"' in page
    assert 'href="https://elsewhere' not in page
    assert "<b>" not in page
    assert "Tue 22 Sept, 10:30" in page, "London time"


def test_a_phone_without_texts_is_not_found(client: FlaskClient) -> None:
    assert client.get("/dev/phone/+447700900999").status_code == 404


def test_absent_in_production_even_when_registered(app: Flask, client: FlaskClient) -> None:
    was = app.extensions[SETTINGS]
    app.extensions[SETTINGS] = replace(was, env=Environment.PRODUCTION)
    try:
        assert client.get("/dev/phone").status_code == 404
        assert client.get(f"/dev/phone/{NUMBER}").status_code == 404
    finally:
        app.extensions[SETTINGS] = was


def test_from_plan_to_phone_the_link_in_the_text_opens(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    patient = make_patient(session, make_service(session))
    make_pack(session, patient)
    session.commit()
    assert plan_once(app) == 1
    assert dispatch_once(app) == 1
    page = client.get(f"/dev/phone/{patient.mobile}").text
    found = re.search(r'href="(http://localhost/q/[a-z0-9]+)"', page)
    assert found
    assert client.get(urlsplit(found[1]).path).status_code == 200


def test_sms_12_a_demo_user_can_text_back(client: FlaskClient, session: Session, now: datetime) -> None:
    LocalPhone(lambda: now).send(NUMBER, "Reply 1, 2 or 3", attempt_key="k-1")
    page = client.get(f"/dev/phone/{NUMBER}")
    assert 'for="words"' in page.text
    sent = client.post(f"/dev/phone/{NUMBER}", data=form_of(page.text) | {"words": " 1 "})
    assert sent.status_code == 303
    [kept] = inbound.system_unread()
    assert (kept.from_number, kept.body) == (NUMBER, "1")
    empty = client.post(f"/dev/phone/{NUMBER}", data=form_of(page.text) | {"words": " "})
    assert empty.status_code == 422
    assert (
        client.post("/dev/phone/+447700900999", data=form_of(page.text) | {"words": "x"}).status_code
        == 404
    )
