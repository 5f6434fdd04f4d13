"""The hazard log names controls that tests hold."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LOG = tomllib.loads((ROOT / "patientapp" / "hazards.toml").read_text())
TESTS = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", file.read_text())
}


@pytest.mark.parametrize("hazard", LOG["hazards"], ids=lambda hazard: hazard["id"])
def test_every_hazard_has_a_control_that_a_test_holds(hazard: dict[str, object]) -> None:
    assert hazard["control"]
    assert set(hazard["tests"]) <= TESTS  # type: ignore[call-overload]
    assert hazard["severity"] in {"minor", "significant", "considerable", "major", "catastrophic"}
    assert hazard["likelihood"] in {"very low", "low", "medium", "high", "very high"}


def test_the_log_claims_no_review_that_did_not_happen() -> None:
    assert LOG["status"] == "draft, not reviewed"
