"""P1, REL-01, REL-02: whatever dies while people send, every 2xx is stored once and whole."""

from __future__ import annotations

import threading
from random import Random  # noqa: TID251 - seeded, and of a test
from typing import Any
from uuid import UUID

import pytest

from tests.accept.killing import killer
from tests.accept.live import Live
from tests.accept.people import Ready, make_ready, perfect_answers
from tests.accept.phone import Answer, Phone, at_once, send_pack
from tests.accept.stored import faults

PHONES = 8
QUICK = (40, 3)
FULL = pytest.param((1_000, 20), marks=pytest.mark.accept)


@pytest.mark.slow
@pytest.mark.parametrize("size", [QUICK, FULL], ids=["quick", "full"])
def test_p1_rel_01_rel_02_kills_lose_double_and_halve_nothing(
    running: Live, size: tuple[int, int]
) -> None:
    submissions, kills = size
    people = make_ready(running.app, submissions)
    dice = Random(20260115)
    answers = {one.pack_id: _answers(one, dice) for one in people}
    done = threading.Semaphore(0)

    def send(phone: Phone, one: Ready) -> Answer:
        said = send_pack(phone, one, answers[one.pack_id])
        done.release()
        return said

    with killer(running, done, every=submissions // (kills + 1), times=kills, dice=dice) as killed:
        said, _phones = at_once(running.url, people, send, phones=PHONES)
    assert len(killed) == kills
    assert {one.status for one in said} == {201}
    bodies: dict[UUID, bytes] = {one.pack_id: got.body for one, got in zip(people, said, strict=True)}
    assert faults(running.app, people, bodies) == []


def _answers(one: Ready, dice: Random) -> dict[str, Any]:
    return {name: perfect_answers(name, pick=dice.randint) for name in one.tasks}
