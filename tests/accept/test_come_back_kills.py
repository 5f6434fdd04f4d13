"""CLIN-08: five presses on two phones while workers die make one request, one item, one receipt."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from random import Random  # noqa: TID251 - seeded, and of a test
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from patientapp import clock
from patientapp.audit.models import AuditEntry
from patientapp.audit.queries import system_checked
from patientapp.db import db, transaction
from patientapp.links.models import Link
from patientapp.messaging.models import OutboxMessage
from patientapp.pifu.form_rules import taken
from patientapp.pifu.models import PifuAgreement, PifuDraft, PifuPress, PifuRequest
from patientapp.services.models import Service
from patientapp.signin import cookies
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from patientapp.workdays import london_day
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.rules import ItemStep
from tests.accept.killing import killer
from tests.accept.live import Live
from tests.accept.people import Ready, make_ready
from tests.accept.phone import Answer, Phone, at_once
from tests.factories import make_staff
from tests.pifu.world import FILLED

PEOPLE, PHONES, KILLS = 200, 8, 6
FIRST, SECOND = ("a", "b", "a"), ("b", "a")  # which of a person's phones presses, in each wave
WORDS = ("I wake at 3 every night", "It is worse now")


@pytest.mark.accept
def test_clin_08_five_presses_on_two_phones_with_kills_are_one_request(running: Live) -> None:
    """200 people; between the waves each fills in the request again, on the other phone."""
    people = make_ready(running.app, PEOPLE, instruments=["pseq"])
    phones = _two_phones(running.app, people)
    _agree(running.app, people)
    dice, done = Random(20260116), threading.Semaphore(0)

    def press(phone: Phone, which: tuple[Ready, str, str]) -> Answer:
        one, device, key = which
        headers = phones[one.patient_id][device] | {"Idempotency-Key": key}
        said = phone.ask_until_stored("POST", "/come-back/send", headers=headers, body=b"")
        done.release()
        return said

    every = PEOPLE * len(FIRST + SECOND) // (KILLS + 1)
    with killer(running, done, every=every, times=KILLS, dice=dice) as killed:
        for devices, words in zip((FIRST, SECOND), WORDS, strict=True):
            _fill_in(running.app, people, words)
            wave = [(one, device, uuid4().hex) for one in people for device in devices]
            said, _made = at_once(running.url, wave, press, phones=PHONES)
            assert {(one.status, one.headers.get("location")) for one in said} == {
                (303, "/come-back/requests")
            }
    assert len(killed) == KILLS
    with running.app.app_context():
        faults = [fault for one in people for fault in _faults(one.patient_id)]
        broken = [chain for chain in system_checked() if chain.broken_at is not None]
        db.session.remove()
    assert (faults, broken) == ([], [])


def _two_phones(app: Flask, people: list[Ready]) -> dict[UUID, dict[str, dict[str, str]]]:
    """What each person's two phones send: two live sessions of one link."""
    with app.app_context():
        links = dict(tuple(row) for row in db.session.execute(sa.select(Link.patient_id, Link.id)))
        now, secrets = clock.now(), {}
        with transaction():
            for one in people:
                secrets[one.patient_id] = open_session(
                    service_id=one.service_id,
                    link_id=links[one.patient_id],
                    now=now,
                    life=timedelta(hours=2),
                    birth_date_confirmed_at=now,
                )
        db.session.remove()
    with app.test_request_context():
        signer, name = cookies._signer(Kind.PATIENT, cookies.settings()), cookies.name(Kind.PATIENT)
    return {
        one.patient_id: {
            "a": one.headers,
            "b": one.headers
            | {
                "Cookie": f"{name}={signer.sign(secrets[one.patient_id]).decode()}; "
                + one.cookie.partition("; ")[2]
            },
        }
        for one in people
    }


def _agree(app: Flask, people: list[Ready]) -> None:
    now = clock.now()
    today = london_day(now)
    with app.app_context():
        with transaction() as session:
            by = make_staff(
                session, session.get_one(Service, people[0].service_id), email="agreed@moorside.example"
            ).id
            rows = [
                {
                    "id": uuid4(),
                    "service_id": one.service_id,
                    "patient_id": one.patient_id,
                    "starts_on": today - timedelta(days=30),
                    "ends_on": today + timedelta(days=300),
                    "triggers": "More pain for 7 days",
                    "agreed_by": by,
                    "agreed_at": now,
                }
                for one in people
            ]
            session.execute(sa.insert(PifuAgreement), rows)
        db.session.remove()


def _fill_in(app: Flask, people: list[Ready], words: str) -> None:
    """Everybody's pages, all filled in and not sent."""
    answers: dict[str, Any] = {}
    for step, given in FILLED.items():
        answers |= taken(step, given)
    now = clock.now()
    row = {"answers": answers | {"words": words}, "begun_at": now, "saved_at": now}
    with app.app_context():
        with transaction() as session:
            rows = [{"patient_id": one.patient_id} | row for one in people]
            session.execute(sa.insert(PifuDraft), rows)
        db.session.remove()


def _faults(patient_id: UUID) -> list[str]:
    """What is lost or doubled of one person's presses, in words."""
    ask = db.session.scalars
    requests = ask(sa.select(PifuRequest).where(PifuRequest.patient_id == patient_id)).all()
    items = ask(sa.select(WorkItem).where(WorkItem.patient_id == patient_id)).all()
    closed = sa.select(WorkItemEvent).where(
        WorkItemEvent.item_id.in_([item.id for item in items]), WorkItemEvent.step == ItemStep.CLOSED
    )
    texts = sa.select(OutboxMessage).where(
        OutboxMessage.patient_id == patient_id, OutboxMessage.template == "pifu-got"
    )
    pressed = sa.select(AuditEntry).where(
        AuditEntry.chain == f"patient:{patient_id}", AuditEntry.action == "asked to come back"
    )
    of_them = PifuPress.request_id.in_([one.id for one in requests])
    presses = ask(sa.select(PifuPress).where(of_them)).all()
    found = {
        "requests": len(requests),
        "items": [item.reason for item in items],
        "closed": len(ask(closed).all()),
        "receipts": len(ask(texts).all()),
        "audited": len(ask(pressed).all()),
        "presses": Counter(press.answers.get("words", "") for press in presses),
    }
    expected = {
        "requests": 1,
        "items": ["pifu_request"],
        "closed": 0,
        "receipts": 1,
        "audited": len(FIRST + SECOND),
        "presses": Counter({WORDS[0]: 1, WORDS[1]: 1, "": len(FIRST + SECOND) - 2}),
    }
    return [
        f"{patient_id}: {name} {found[name]}, not {right}"
        for name, right in expected.items()
        if found[name] != right
    ]
