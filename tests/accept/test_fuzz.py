"""P5, IO-06: nothing that can be said of our API makes a 5xx or an answer that breaks its word."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.accept.live import Live
from tests.accept.people import Ready, make_ready, staff_headers

CALLS = 1_000
QUICK_CALLS = 60
CHECKS = [content_type_conformance, response_schema_conformance, status_code_conformance]
FULL = pytest.param(CALLS, marks=pytest.mark.accept)


@pytest.mark.slow
@pytest.mark.parametrize("calls", [QUICK_CALLS, FULL], ids=["quick", "full"])
def test_p5_io_06_fuzzed_calls_keep_their_word(running: Live, calls: int) -> None:
    described = requests.get(f"{running.url}/api/v1/openapi.json", timeout=10).json()
    schema = schemathesis.openapi.from_dict(described)
    operations = [found.ok() for found in schema.get_all_operations()]
    people = make_ready(running.app, 40)
    world = World(running, itertools.cycle(people), staff_headers(running.app, people[0].service_id))
    share = calls // len(operations) + 1
    with world.session:
        for round_number in range(20):
            for operation in operations:
                if world.seen.total() < calls:
                    _fuzz(operation, world, examples=share, seed=round_number)
    assert world.seen.total() >= calls
    assert not [status for status in world.seen if status >= 500]
    assert len({200, 201, 404, 422} & set(world.seen)) == 4, world.seen


@dataclass
class World:
    """The server, and who calls it."""

    running: Live
    people: Iterator[Ready]
    staff: dict[str, str]
    seen: Counter[int] = field(default_factory=Counter)
    session: requests.Session = field(default_factory=requests.Session)

    def headers(self, one: Ready, path: str) -> dict[str, str]:
        """Mostly the credential that the operation is for; one call in eight has the other one."""
        is_desk = "/patients" in path or "/episodes" in path
        other = self.seen.total() % 8 == 7
        chosen = self.staff if is_desk is not other else one.headers
        return chosen | {"Idempotency-Key": uuid4().hex}


def _fuzz(operation: Any, world: World, *, examples: int, seed: int) -> None:
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy())
    def call(case: Any) -> None:
        one = next(world.people)
        _aim(case, one, world.seen.total())
        response = case.call(
            base_url=world.running.url,
            headers=world.headers(one, case.path),
            session=world.session,
        )
        world.seen[response.status_code] += 1
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        case.validate_response(response, checks=CHECKS)

    call()


def _aim(case: Any, one: Ready, number: int) -> None:
    """Two calls in three are about the caller's own things, so that they get past the 404."""
    if number % 3 == 2:
        return
    own: Mapping[str, Any] = {
        "task_id": one.tasks["pseq"],
        "pack_id": one.pack_id,
        "patient_id": one.patient_id,
        "episode_id": one.episode_id,
        "item": "q1",
    }
    case.path_parameters = {
        name: str(own.get(name, value)) for name, value in (case.path_parameters or {}).items()
    }
