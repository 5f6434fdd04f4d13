"""Random allocation of wording: even, repeatable, fixed before the fact, and only when approved."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from patientapp.messaging.texts import TEMPLATES
from patientapp.reminders.trials import choose, read, trials

DATA: dict[str, Any] = {
    "id": "words",
    "question": "Which?",
    "template": "appt-2d",
    "starts": date(2026, 9, 1),
    "ends": date(2026, 9, 30),
    "approved_by": "somebody",
    "approved_on": date(2026, 8, 1),
    "arms": [{"name": "a", "template": "appt-2d"}, {"name": "b", "template": "appt-2d-plain"}],
}
[TRIAL] = read({"trials": [DATA]})
PERSON = UUID(int=77)


def test_half_of_the_people_get_each_arm() -> None:
    arms = [TRIAL.arm_of(UUID(int=n), key="k").name for n in range(4000)]
    assert 1880 < arms.count("a") < 2120  # within 4 standard deviations


def test_an_arm_is_this_person_s_each_time_and_depends_on_the_key_and_the_trial() -> None:
    people = [UUID(int=n) for n in range(200)]
    again = [TRIAL.arm_of(one, key="k") for one in people]
    assert again == [TRIAL.arm_of(one, key="k") for one in people]
    assert again != [TRIAL.arm_of(one, key="other") for one in people]
    [other] = read({"trials": [DATA | {"id": "other"}]})
    assert again != [other.arm_of(one, key="k") for one in people]


CASES = [
    ("the first day", DATA, "appt-2d", date(2026, 9, 1), True),
    ("the last day", DATA, "appt-2d", date(2026, 9, 30), True),
    ("before", DATA, "appt-2d", date(2026, 8, 31), False),
    ("after", DATA, "appt-2d", date(2026, 10, 1), False),
    ("another text", DATA, "appt-7d", date(2026, 9, 5), False),
    ("nobody approved it", DATA | {"approved_by": ""}, "appt-2d", date(2026, 9, 5), False),
]


@pytest.mark.parametrize(
    ("data", "template", "day", "allocated"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_only_between_its_days_and_only_when_approved(
    data: dict[str, Any], template: str, day: date, allocated: bool
) -> None:
    found = choose(template, PERSON, day=day, key="k", among=read({"trials": [data]}))
    assert bool(found.arm) is allocated
    assert allocated or found.template == template


def test_a_comparison_needs_two_arms() -> None:
    with pytest.raises(ValueError, match="two arms"):
        read({"trials": [DATA | {"arms": DATA["arms"][:1]}]})


def test_every_arm_of_the_data_file_can_be_written_where_its_text_is_sent() -> None:
    for trial in trials():
        assert trial.starts <= trial.ends
        needs = TEMPLATES[trial.template].needs
        for arm in trial.arms:
            assert TEMPLATES[arm.template].needs <= needs | {"place"}
            assert TEMPLATES[arm.template].has_link is TEMPLATES[trial.template].has_link
