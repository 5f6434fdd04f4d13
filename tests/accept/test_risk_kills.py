"""P6, CLIN-02: 1,000 risk answers while workers die: 1,000 alerts, seen at once, duty staff told."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException
from random import Random  # noqa: TID251 - seeded, and of a test
from statistics import median
from uuid import UUID

import pytest
import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.questionnaires.library import default_library
from patientapp.scheduler import dispatch_once
from patientapp.worklist.models import WorkItem
from patientapp.worklist.rules import ItemKind
from tests.accept.killing import killer
from tests.accept.live import Live
from tests.accept.people import Ready, make_ready, perfect_answers, staff_headers
from tests.accept.phone import Answer, Phone, at_once

PEOPLE, PHONES, KILLS = 1_000, 4, 10
SEEN_WITHIN = 5.0  # seconds for the staff's list, with all of them in it
TOLD_WITHIN = timedelta(minutes=2)  # P6
NAME = re.compile(r"Sample\w{6}, Sam\w{6}")
EQ5D, RISK = "eq5d5l", {"ad": 5}
# Every text is written in the commit of its alert: PostgreSQL names the commit of each row.
ONE_COMMIT = sa.text(
    "SELECT count(*) FROM work_items w JOIN outbox o ON o.about = w.id"
    " JOIN message_events e ON e.message_id = o.id AND e.seq = 1 WHERE w.xmin::text = e.xmin::text"
)


@pytest.mark.accept
def test_p6_clin_02_a_thousand_risk_answers_with_kills_are_a_thousand_alerts(running: Live) -> None:
    people = make_ready(running.app, PEOPLE, instruments=[EQ5D])
    ways = [_save, _page, _pack]
    dice, done, sent = Random(20260117), threading.Semaphore(0), dict[str, float]()

    def answer(phone: Phone, which: tuple[int, Ready]) -> None:
        number, one = which
        ways[number % len(ways)](phone, one)
        sent[_name(one)] = time.monotonic()
        done.release()

    with (
        _watcher(running, people[0].service_id) as looks,
        killer(running, done, every=PEOPLE // (KILLS + 1), times=KILLS, dice=dice) as killed,
    ):
        at_once(running.url, list(enumerate(people)), answer, phones=PHONES)
    assert len(killed) == KILLS
    hidden = [
        name for look in looks for name, at in sent.items() if at < look.began and name not in look.names
    ]
    assert hidden == []
    assert len(looks[-1].names) == PEOPLE
    took = [look.ended - look.began for look in looks]
    assert median(took) < SEEN_WITHIN  # a look that waits while workers are replaced takes longer
    told = _told(running, people)
    print(f"{len(looks)} looks: median {median(took):.2f} s, slowest {max(took):.2f} s; told {told}")
    assert told < TOLD_WITHIN


def _ask(phone: Phone, one: Ready, method: str, path: str, body: object) -> Answer:
    headers = one.headers | {"Idempotency-Key": one.pack_id.hex}
    return phone.ask_until_stored(method, path, headers=headers, body=body)


def _save(phone: Phone, one: Ready) -> None:
    """One answer, by script: the advice is the first thing in the answer."""
    path = f"/api/v1/tasks/{one.tasks[EQ5D]}/answers/ad"
    said = _ask(phone, one, "PUT", path, {"value": RISK["ad"], "version": 1})
    assert (said.status, _first_of(said)) == (200, ("advice", "urgent"))


def _pack(phone: Phone, one: Ready) -> None:
    """A whole questionnaire at once, by script."""
    body = {"responses": {EQ5D: perfect_answers(EQ5D) | RISK}}
    said = _ask(phone, one, "POST", f"/api/v1/packs/{one.pack_id}/responses", body)
    assert (said.status, _first_of(said)) == (201, ("advice", "urgent"))


def _page(phone: Phone, one: Ready) -> None:
    """One answer on a page without script: the next page is the advice."""
    codes = [item.code for item in default_library().get(EQ5D).items]
    path = f"/tasks/{one.tasks[EQ5D]}/questions/{codes.index('ad') + 1}"
    said = _ask(phone, one, "POST", path, b"ad=5&act=answer&version=0")
    assert (said.status, said.headers["location"]) == (303, f"/tasks/{one.tasks[EQ5D]}/advice/urgent")


def _first_of(said: Answer) -> tuple[str, str]:
    name, value = next(iter(said.json().items()))
    return name, value[0]["kind"]


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look at the staff's list: when it began and ended, and whose alerts stood in it."""

    began: float
    ended: float
    names: frozenset[str]


def _name(one: Ready) -> str:
    return f"Sample{one.patient_id.hex[6:12]}, Sam{one.patient_id.hex[:6]}"


@contextmanager
def _watcher(running: Live, service_id: UUID) -> Iterator[list[Look]]:
    """A clinician who looks at the list again and again, and once more at the end."""
    headers = staff_headers(running.app, service_id)
    looks: list[Look] = []
    over = threading.Event()

    def watch() -> None:
        is_last = False
        with Phone(running.url) as phone:
            while not is_last:
                is_last = over.wait(0.2)
                looks.append(_look(phone, headers))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield looks
    finally:
        over.set()
        watcher.join(30)


def _look(phone: Phone, headers: dict[str, str]) -> Look:
    while True:
        began = time.monotonic()
        with suppress(OSError, HTTPException):  # killed as it answered: look again
            said = phone.ask("GET", "/staff", headers=headers)
            listed = said.body.decode().partition('id="patients-title"')[0]
            names = frozenset(NAME.findall(listed))
            return Look(began=began, ended=time.monotonic(), names=names)


def _told(running: Live, people: list[Ready]) -> timedelta:
    """How long the last of the texts to duty staff took; each alert is asserted to have one."""
    while dispatch_once(running.app, batch=100):
        pass
    with running.app.app_context():
        alerts = db.session.scalars(sa.select(WorkItem).where(WorkItem.kind == ItemKind.ALERT)).all()
        assert Counter(alert.patient_id for alert in alerts) == Counter(one.patient_id for one in people)
        asked = sa.select(OutboxMessage.about, OutboxMessage.due_at, MessageEvent.at).join(
            MessageEvent, MessageEvent.message_id == OutboxMessage.id
        )
        sent = asked.where(
            OutboxMessage.template == "duty-alert", MessageEvent.state == MessageState.ACCEPTED
        )
        texts = [tuple(row) for row in db.session.execute(sent)]
        raised = {alert.id: alert.raised_at for alert in alerts}
        assert sorted(about for about, _due, _at in texts) == sorted(raised)
        assert all(due == raised[about] for about, due, _at in texts)
        if db.engine.dialect.name == "postgresql":
            assert db.session.scalar(ONE_COMMIT) == len(people)
        db.session.remove()
    return max(at - raised[about] for about, _due, at in texts)
