"""The policy is data, dated, with a source beside each figure (C06, D27)."""

from __future__ import annotations

import pytest

from patientapp.lists.rules import FILE, Act, BrokenPolicy, Which, in_force, read_policy
from patientapp.questionnaires.library import default_library

TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("missed", "act"),
    [(0, Act.CALL), (1, Act.CALL), (2, Act.OTHER_WAY), (3, Act.DECIDE), (9, Act.DECIDE)],
)
def test_d27_what_is_next_follows_how_many_visits_were_missed(missed: int, act: Act) -> None:
    assert in_force().next_act(missed, "bassetlaw") is act


def test_d27_a_contract_may_have_steps_of_its_own() -> None:
    own = '[[profiles.bassetlaw]]\nmissed = 1\nact = "decide"\n'
    policy = read_policy(TEXT.replace("[profiles]", own))
    assert policy.next_act(1, "bassetlaw") is Act.DECIDE
    assert policy.next_act(1, "mid_notts") is Act.CALL


def test_every_list_names_its_source_and_every_scale_is_one() -> None:
    policy = in_force()
    assert set(policy.sources) == set(Which)
    for instrument, scale in policy.scales:
        assert default_library().get(instrument).scale(scale).better is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("days = 28", "days = 0"),
        ("weeks = 12", 'weeks = "12"'),
        ("missed = 2", "missed = 1"),
        ('act = "call"', 'act = "discharge"'),
        ("[gap]", "[gaps]"),
    ],
)
def test_a_policy_that_cannot_be_right_stops_the_start(old: str, new: str) -> None:
    with pytest.raises(BrokenPolicy):
        read_policy(TEXT.replace(old, new, 1))
