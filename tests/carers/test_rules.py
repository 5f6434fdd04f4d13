"""What may be typed about a carer, and their code."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from patientapp.carers.rules import CarerSaid, code_of, follow_up, is_code, is_due, tries_left
from patientapp.patients.carer_rules import carer_mistakes, has_ended
from tests.carers.world import new_carer
from tests.factories import NOW

TODAY = date(2026, 9, 22)
MISTAKES = [
    ("whole", {}, {}),
    ("no name", {"name": " \u200b"}, {"name": "name"}),
    ("no number", {"mobile": "12"}, {"mobile": "mobile"}),
    ("the patient's phone", {"mobile": "07700 900001"}, {"mobile": "own_mobile"}),
    ("nothing listed", {"acts": ()}, {"acts": "acts"}),
    ("not a listed act", {"acts": ("scores",)}, {"acts": "acts"}),
    ("no end", {"ends_on": None}, {"ends_on": "ends_on"}),
    ("ended before it began", {"ends_on": date(2026, 9, 21)}, {"ends_on": "ends_on"}),
    ("beyond a year", {"ends_on": date(2027, 9, 24)}, {"ends_on": "ends_on"}),
]


@pytest.mark.parametrize(
    ("given", "wrong"), [case[1:] for case in MISTAKES], ids=[c[0] for c in MISTAKES]
)
def test_sec_11_a_carer_has_a_name_a_phone_listed_acts_and_an_end(
    given: dict[str, object], wrong: dict[str, str]
) -> None:
    found = carer_mistakes(new_carer(**given), today=TODAY, by_staff=False, own_mobile="+447700900001")
    assert found == wrong


def test_sec_11_staff_note_the_consent() -> None:
    wrong = carer_mistakes(new_carer(), today=TODAY, by_staff=True, own_mobile="")
    assert wrong == {"consent": "consent"}


def test_sec_11_the_last_day_still_counts_and_the_next_does_not() -> None:
    last = date(2026, 9, 22)
    assert not has_ended(ends_on=last, is_ended=False, today=last)
    assert has_ended(ends_on=last, is_ended=False, today=last + timedelta(days=1))
    assert has_ended(ends_on=last, is_ended=True, today=last)


def test_sec_11_a_code_is_one_carers_own_and_stored_nowhere() -> None:
    one, other = uuid4(), uuid4()
    code = code_of(one, key="k")
    assert len(code) == 6
    assert is_code(f" {code[:3]} {code[3:]} ", one, key="k")
    assert not is_code(code, other, key="k")
    assert not is_code(code, one, key="another key")
    arabic = "".join(chr(0x660 + int(digit)) for digit in code)
    assert is_code(arabic, one, key="k")
    assert [tries_left(failures) for failures in (0, 4, 5, 9)] == [5, 1, 0, 0]


ASKED = [
    ("nothing said", {}, set(), []),
    ("a child helps", {}, {"child_helps"}, ["young_carer"]),
    ("children depend", {}, {"children_depend"}, ["dependent_children"]),
    ("heavy", {"strain": 7}, set(), ["carer_strained"]),
    ("light", {"strain": 6}, set(), []),
    ("skipped", {"strain": None}, set(), []),
]


@pytest.mark.parametrize(("ratings", "yes", "tasks"), [c[1:] for c in ASKED], ids=[c[0] for c in ASKED])
def test_b08_what_a_carer_says_is_followed_by_an_act(
    ratings: dict[str, int | None], yes: set[str], tasks: list[str]
) -> None:
    assert follow_up(CarerSaid(ratings=ratings, yes=frozenset(yes))) == tasks


def test_b08_a_carer_is_asked_again_after_half_a_year() -> None:
    assert is_due(None, now=NOW)
    assert not is_due(NOW - timedelta(days=181), now=NOW)
    assert is_due(NOW - timedelta(days=182), now=NOW)
