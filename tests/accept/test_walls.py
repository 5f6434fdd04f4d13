"""P4, SEC-02: one patient's credential opens nothing of twenty others, by any address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule, UUIDConverter

from patientapp.access.guard import POLICY, PUBLIC
from patientapp.assessments.models import Draft, Response
from patientapp.db import db
from tests.accept.live import Live
from tests.accept.people import Ready, make_ready
from tests.accept.phone import Answer, Phone

OTHERS = 20
CHANGING = re.compile(
    rb'(?:value|data-token)="[^"]*"|/problems/\S+|Reference \w+|[0-9a-f]{8}-[0-9a-f-]{27}'
)
VARYING = {"date", "set-cookie", "content-length"}
BY_TOKEN = "/q/"  # a token is itself the credential, and its POSTs are counted
FOR_ANYONE = "/tasks/<uuid:task_id>/advice/<kind>"  # what to do in danger: never asks who
NAMES = ("patient_id", "pack_id", "task_id", "episode_id", "item_id")


def _operations(app: Flask) -> Iterator[tuple[str, Rule]]:
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if not rule.rule.startswith((BY_TOKEN, "/static/")):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def _address(app: Flask, rule: Rule, ids: Mapping[str, Any]) -> str:
    values = {name: ids.get(name) or _some(rule._converters[name]) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("127.0.0.1").build(rule.endpoint, values)


def _some(part: BaseConverter) -> Any:
    """Something that this part of an address takes."""
    if isinstance(part, AnyConverter):
        return min(part.items)
    if isinstance(part, UUIDConverter):
        return uuid4()
    return 1 if isinstance(part, IntegerConverter) else "none"


def _ids(one: Ready | None) -> dict[str, Any]:
    """What could name somebody's things in an address; nobody's, for comparison."""
    if one is None:
        return {name: uuid4() for name in NAMES}
    return {
        "patient_id": one.patient_id,
        "pack_id": one.pack_id,
        "task_id": one.tasks["pseq"],
        "episode_id": one.episode_id,
        "item_id": uuid4(),
    }


def _secrets(one: Ready) -> list[bytes]:
    """Bytes that belong to nobody else."""
    names = (f"Sam{one.patient_id.hex[:6]}", f"Sample{one.patient_id.hex[6:12]}", one.token)
    return [text.encode() for text in names]


def _ask(phone: Phone, method: str, path: str, who: Mapping[str, str]) -> Answer:
    headers = {**who, "Idempotency-Key": uuid4().hex}
    if method == "GET":
        return phone.ask(method, path, headers=headers)
    return phone.ask(method, path, headers=headers, body=_body(path))


def _body(path: str) -> Any:
    if path.startswith("/api/"):
        if path.endswith("/responses"):
            return {"responses": {"pseq": {"q1": 3}}}
        return {"value": 3, "version": 1} if "/answers/" in path else {"answers": {"q1": 3}}
    return b"q1=3&act=answer&version=0"


def _face(said: Answer) -> tuple[int, bytes, dict[str, str]]:
    """What could tell two answers apart: all of it, but for tokens, times and the id asked for."""
    headers = {name.lower(): value for name, value in said.headers.items() if name.lower() not in VARYING}
    location = headers.pop("location", "")
    return said.status, CHANGING.sub(b"", said.body + location.encode()), headers


@pytest.mark.accept
def test_p4_sec_02_twenty_foreign_people_are_as_unknown_as_nobody(running: Live) -> None:
    own, *others = make_ready(running.app, OTHERS + 1, instruments=["pseq"])
    told = 0
    with Phone(running.url) as phone:
        for method, rule in _operations(running.app):
            if not rule.arguments & set(NAMES):
                continue
            unknown = _face(_ask(phone, method, _address(running.app, rule, _ids(None)), own.headers))
            assert unknown[0] in {401, 403, 404} or rule.rule == FOR_ANYONE or _is_desk(rule)
            for other in others:
                said = _ask(phone, method, _address(running.app, rule, _ids(other)), own.headers)
                assert _face(said) == unknown, (method, rule.rule)
                assert not [secret for secret in _secrets(other) if secret in said.body]
                told += 1
    assert told >= 10 * OTHERS
    assert _untouched(running, others)


def _is_desk(rule: Rule) -> bool:
    """A page of staff: patients are led to its sign-in."""
    return rule.rule.startswith("/staff/")


def _untouched(running: Live, others: list[Ready]) -> bool:
    tasks = [one.tasks["pseq"] for one in others]
    with running.app.app_context():
        drafts = sa.select(sa.func.count()).where(Draft.task_id.in_(tasks))
        responses = sa.select(sa.func.count()).where(Response.task_id.in_(tasks))
        return not db.session.scalar(drafts) and not db.session.scalar(responses)


@pytest.mark.slow
def test_sec_01_without_a_credential_nothing_of_anyone_opens(running: Live) -> None:
    one = make_ready(running.app, 1, instruments=["pseq"])[0]
    with Phone(running.url) as phone:
        for method, rule in _operations(running.app):
            said = _ask(phone, method, _address(running.app, rule, _ids(one)), {})
            assert not [secret for secret in _secrets(one) if secret in said.body], rule.rule
            policy = getattr(running.app.view_functions[rule.endpoint], POLICY, "")
            assert policy == PUBLIC or said.status in {303, 400, 401}, (method, rule.rule, said.status)
    assert _untouched(running, [one])
