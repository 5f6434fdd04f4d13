"""What is typed twice, and where two typings differ."""

from __future__ import annotations

from uuid import UUID, uuid5

import pytest

from patientapp.paper.rules import (
    BrokenPolicy,
    code_of,
    differences,
    ids_of,
    in_force,
    is_sampled,
    read_policy,
)

ONE = UUID("3f2a91bc-0000-4000-8000-000000000001")
GOOD = 'version = "1"\ndated = 2026-01-01\nsecond_typing_percent = 10\n[services]\nmoorside = 25\n'


def test_the_share_that_is_typed_twice_is_the_service_s_own() -> None:
    policy = read_policy(GOOD)
    assert (policy.percent_of("moorside"), policy.percent_of("elsewhere")) == (25, 10)
    assert in_force().percent_of("any") == 10


@pytest.mark.parametrize("wrong", ["-1", "101", "2.5", "true", '"all"'])
def test_a_share_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BrokenPolicy):
        read_policy(GOOD.replace("= 10", f"= {wrong}"))


def test_the_draw_keeps_to_its_share_and_to_itself() -> None:
    ids = [uuid5(ONE, str(number)) for number in range(4_000)]
    drawn = [one for one in ids if is_sampled(one, 10)]
    assert 320 < len(drawn) < 480
    assert all(is_sampled(one, 25) for one in drawn), "a larger share takes in the smaller one"
    assert not any(is_sampled(one, 0) for one in ids)
    assert all(is_sampled(one, 100) for one in ids)


def test_two_typings_differ_where_any_item_does() -> None:
    first = {"q1": 3, "q2": "skipped", "q3": 1}
    assert differences(first, dict(first)) == {}
    assert differences(first, first | {"q1": 4, "q2": "two_marked"}) == {
        "q1": (3, 4),
        "q2": ("skipped", "two_marked"),
    }


@pytest.mark.parametrize("code", ["3F2A-91BC", "3f2a91bc", " 3F2A 91BC "])
def test_the_code_on_paper_leads_to_its_patient(code: str) -> None:
    first, last = ids_of(code) or (None, None)
    assert first is not None
    assert last is not None
    assert first <= ONE <= last
    assert code_of(ONE) == "3F2A-91BC"


@pytest.mark.parametrize("code", ["", "3F2A", "3F2A-91BG", "3F2A-91BC-1", "' or 1=1"])
def test_what_is_no_code_leads_nowhere(code: str) -> None:
    assert ids_of(code) is None
