"""Each requirement is served by a test or listed with a reason."""

from __future__ import annotations

import pytest

from tests.requirements.coverage import coverage, reference


def test_what_was_served_stays_served(capsys: pytest.CaptureFixture[str]) -> None:
    """The count never falls; the table is printed by `python -m tests.requirements`."""
    found = coverage()
    with capsys.disabled():
        print(f"\n{list(found.lines())[-1]}")
    assert len(found.served) >= found.least_served


def test_reasons_are_of_requirements_and_say_something() -> None:
    """A reason for an unknown id, or an empty one, helps nobody."""
    found = coverage()
    assert set(found.reasons) <= set(found.ids)
    assert all(len(reason) > 20 for reason in found.reasons.values())


def test_the_ids_are_those_of_the_reference() -> None:
    """All 254 rows of scope IN or PART, compared where the reference lies beside the checkout."""
    found = coverage()
    assert len(found.ids) == len(set(found.ids)) == 254
    assert reference() in (None, found.ids)
