"""REL-02: one key is one record and one answer, however often and from wherever it comes."""

from __future__ import annotations

from collections import defaultdict

import pytest
import sqlalchemy as sa

from patientapp.assessments.models import Response
from patientapp.db import db
from tests.accept.live import Live
from tests.accept.people import Ready, make_ready, perfect_answers
from tests.accept.phone import Answer, Phone, at_once
from tests.accept.stored import faults

PHONES = 16
QUICK = (8, 20)
FULL = pytest.param((500, 50), marks=pytest.mark.accept)


@pytest.mark.slow
@pytest.mark.parametrize("size", [QUICK, FULL], ids=["quick", "full"])
def test_rel_02_each_key_makes_one_record_and_one_answer(running: Live, size: tuple[int, int]) -> None:
    keys, times = size
    people = make_ready(running.app, keys, instruments=["pseq"])
    body = {"responses": {"pseq": perfect_answers("pseq")}}

    def fire(phone: Phone, one: Ready) -> tuple[Ready, Answer]:
        said = phone.ask(
            "POST",
            f"/api/v1/packs/{one.pack_id}/responses",
            headers=one.headers | {"Idempotency-Key": one.pack_id.hex},
            body=body,
        )
        return one, said

    shots = [one for one in people for _ in range(times)]
    fired, _phones = at_once(running.url, shots, fire, phones=PHONES)
    assert {said.status for _one, said in fired} <= {201, 409}
    assert all("retry-after" in said.headers for _one, said in fired if said.status == 409)
    bodies = defaultdict(set)
    for one, said in fired:
        bodies[one.pack_id] |= {said.body} if said.status == 201 else set()
    assert {len(bodies[one.pack_id]) for one in people} == {1}
    assert _responses(running, people) == keys
    assert faults(running.app, people, {pack: next(iter(same)) for pack, same in bodies.items()}) == []


def _responses(running: Live, people: list[Ready]) -> int:
    with running.app.app_context():
        of_them = Response.patient_id.in_([one.patient_id for one in people])
        return int(db.session.scalar(sa.select(sa.func.count()).where(of_them)) or 0)


def test_rel_02_a_key_used_for_another_body_is_refused(running: Live) -> None:
    one = make_ready(running.app, 1, instruments=["pseq"])[0]
    phone, path = Phone(running.url), f"/api/v1/tasks/{one.tasks['pseq']}/answers/q1"
    headers = one.headers | {"Idempotency-Key": "one-key-for-two-bodies"}
    said = [
        phone.ask("PUT", path, headers=headers, body={"value": value, "version": 1}).status
        for value in (3, 4, 3)
    ]
    without = phone.ask("PUT", path, headers=one.headers, body={"value": 3, "version": 1}).status
    phone.hang_up()
    assert (said, without) == ([200, 422, 200], 400)
