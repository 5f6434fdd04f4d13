"""What a flare-up plan needs, which one is in use, and what a phone's copy is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from patientapp.plans.fhir import care_plan
from patientapp.plans.ideas import ideas
from patientapp.plans.rules import (
    FIXED,
    LONGEST_REVIEW,
    MOVES,
    OLDEST_FLARE,
    WRITABLE,
    Content,
    CopyState,
    Helper,
    Idea,
    Plan,
    PlanState,
    Section,
    copy_state,
    flare_day_problem,
    in_use,
    missing,
    review_problem,
)
from patientapp.plans.safety import safety_version
from tests.plans.world import a_plan

D, SH, A, W = PlanState.DRAFT, PlanState.SHARED, PlanState.AGREED, PlanState.WITHDRAWN
STEPS = Content(words="Rest")
TODAY = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("sections", "has_urgent", "expected"),
    [
        ({}, True, [Section.FIRST_DAY, Section.WHEN_TO_CONTACT]),
        ({"first_day": STEPS}, True, [Section.WHEN_TO_CONTACT]),
        ({"when_to_contact": STEPS}, True, [Section.FIRST_DAY]),
        ({"first_day": STEPS, "when_to_contact": STEPS}, True, []),
        ({"first_day": STEPS, "when_to_contact": STEPS}, False, [Section.URGENT]),
        ({"first_day": Content(words="  \n "), "when_to_contact": STEPS}, True, [Section.FIRST_DAY]),
    ],
)
def test_b41_a_plan_lacks_first_steps_when_to_contact_or_urgent(
    sections: dict[str, Content], has_urgent: bool, expected: list[Section]
) -> None:
    """Section 9: a plan cannot be agreed without these three."""
    assert missing(a_plan(D, **sections), has_urgent=has_urgent) == expected


def test_clin_01_the_urgent_wording_is_stamped_and_nobodys_to_write() -> None:
    assert safety_version() == "safety-cards 1"
    assert {Section.URGENT, Section.HOW_TO_CONTACT} == FIXED
    assert not FIXED & set(WRITABLE)
    assert not [section for section in FIXED if ideas(section)]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([], None),
        ([a_plan(D)], None),  # nothing in it yet
        ([a_plan(D, first_day=STEPS)], 1),
        ([a_plan(D, version=2, first_day=STEPS), a_plan(D, SH, A)], 1),
        ([a_plan(D, SH, A, version=2), a_plan(D, A, W)], 2),
        ([a_plan(D, A, W)], None),
    ],
)
def test_clin_10_the_plan_in_use_is_the_newest_agreed(plans: list[Plan], expected: int | None) -> None:
    found = in_use(plans)
    assert (found.version if found else None) == expected


@pytest.mark.parametrize(
    ("own", "others", "is_ended", "expected"),
    [
        (a_plan(D, A), [], False, CopyState.CURRENT),
        (a_plan(D, A, W), [], False, CopyState.ENDED),
        (a_plan(D, A), [], True, CopyState.ENDED),
        (a_plan(D, A, W), [a_plan(D, A, version=2)], False, CopyState.OLDER),
        (a_plan(D, A, W), [a_plan(D, A, W, version=2)], False, CopyState.ENDED),
        (a_plan(D, A, W), [a_plan(D, A, version=2)], True, CopyState.ENDED),
    ],
)
def test_clin_10_a_withdrawn_copy_ends_and_an_older_one_says_so(
    own: Plan, others: list[Plan], is_ended: bool, expected: CopyState
) -> None:
    assert copy_state(own, [own, *others], is_ended=is_ended) is expected
    assert copy_state(None, [], is_ended=False) is CopyState.ENDED


def test_an_agreed_plan_can_only_be_withdrawn() -> None:
    assert MOVES[A] == {W}
    assert MOVES[W] == frozenset()


def test_steps_stand_in_the_order_the_person_chose() -> None:
    picked = [Idea("a", "Breathe"), Idea("b", "Rest")]
    assert Content(picked=picked, words="Call Jo\n\nTea").lines == ["Breathe", "Rest", "Call Jo", "Tea"]
    assert Content(picked=picked, words="Call Jo", own_first=True).lines == ["Call Jo", "Breathe", "Rest"]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (TODAY, ""),
        (TODAY + timedelta(days=1), "in_future"),
        (TODAY - OLDEST_FLARE, ""),
        (TODAY - OLDEST_FLARE - timedelta(days=1), "too_long_ago"),
    ],
)
def test_a_flare_began_today_or_lately(on: date, expected: str) -> None:
    assert flare_day_problem(on, today=TODAY) == expected


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (None, "no_day"),
        (TODAY, "not_ahead"),
        (TODAY + timedelta(days=1), ""),
        (TODAY + LONGEST_REVIEW, ""),
        (TODAY + LONGEST_REVIEW + timedelta(days=1), "not_ahead"),
    ],
)
def test_b40_a_plan_is_reviewed_on_a_day_ahead(on: date | None, expected: str) -> None:
    assert review_problem(on, today=TODAY) == expected


def test_ideas_have_codes_of_their_own_and_no_dose() -> None:
    every = [(section, idea) for section in Section for idea in ideas(section)]
    assert len({(section, idea.code) for section, idea in every}) == len(every)
    assert not [idea for section, idea in every if section is Section.MEDICINES and " mg" in idea.words]
    words = " ".join(idea.words.lower() for _section, idea in every)
    assert "exercise" not in words  # ME/CFS: one plan for everybody


@pytest.mark.parametrize(
    ("states", "status"),
    [((D,), "draft"), ((D, SH), "draft"), ((D, A), "active"), ((D, A, W), "revoked")],
)
def test_a_plan_as_fhir_says_where_it_is_and_names_no_helper(
    states: tuple[PlanState, ...], status: str
) -> None:
    people = Content(people=[Helper("Jo", "07700 900001", "Walk the dog")])
    made = care_plan(a_plan(*states, first_day=Content(words="Rest\nTea"), people=people))
    assert made["status"] == status
    assert [one["detail"]["description"] for one in made["activity"]] == ["Rest\nTea"]
    assert "Jo" not in str(made)
    assert ("period" in made) is (A in states)
