"""Every instrument against the published rules, written apart in fractions (CLIN-05)."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patientapp.questionnaires.library import Library, data_folder, score_one
from patientapp.scoring.score import BLOCK, MISSING, people_at_once, score
from tests.scoring.oracle import ORACLES

if TYPE_CHECKING:
    from patientapp.questionnaires.library import Instrument, Scored

LIBRARY = Library.load(data_folder())
NAMES = sorted(ORACLES)


def any_answers(instrument: Instrument) -> st.SearchStrategy[dict[str, int | None]]:
    """Answers in range, out of it by a little, and none."""
    cells = {
        column.code: st.none()
        | st.integers(int(column.minimum), int(column.maximum))
        | st.integers(0, int(column.maximum) + 2)
        for column in instrument.plan.columns
    }
    return st.fixed_dictionaries(cells)


def agrees(found: Scored | None, exact: Fraction | str | None) -> bool:
    if found is None:
        return exact is None  # no such score is due, and none is
    if exact is None:
        return found.value is None and found.text is None and found.reason is not None
    if isinstance(exact, str):
        return found.text == exact
    return found.value == float(exact)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=50)
def test_any_answers_score_as_published(name: str, data: st.DataObject) -> None:
    instrument = LIBRARY.get(name)
    answers = data.draw(any_answers(instrument))
    scored = score_one(instrument, answers)
    for code, exact in ORACLES[name](answers).items():
        assert agrees(scored.get(code), exact), (code, scored.get(code), exact)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=50)
def test_one_person_is_a_matrix_of_one_row(name: str, data: st.DataObject) -> None:
    """A cohort in any order, and each of its people alone, have the same scores and reasons."""
    instrument = LIBRARY.get(name)
    people = data.draw(st.lists(any_answers(instrument), min_size=1, max_size=6))
    order = data.draw(st.permutations(range(len(people))))
    codes = instrument.plan.codes
    rows = [[MISSING if p[c] is None else p[c] for c in codes] for p in people]
    cohort = score(instrument.plan, rows)
    shuffled = score(instrument.plan, [rows[i] for i in order])
    np.testing.assert_array_equal(cohort.values[:, list(order)], shuffled.values)
    for place, person in enumerate(people):
        alone = score_one(instrument, person)
        for scale in instrument.scales:
            value, reason = cohort[scale.code][place], cohort.why(scale.code)[place]
            if scale.code not in alone:
                assert (np.isnan(value), reason) == (True, None)
                continue
            assert reason == alone[scale.code].reason
            assert np.isnan(value) == (reason is not None)
            if alone[scale.code].value is not None:
                assert alone[scale.code].value == value


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=50)
def test_a_score_stays_in_its_range(name: str, data: st.DataObject) -> None:
    instrument = LIBRARY.get(name)
    scored = score_one(instrument, data.draw(any_answers(instrument)))
    for code, found in scored.items():
        scale, value = instrument.scale(code), found.value
        if value is not None and scale.minimum is not None and scale.maximum is not None:
            assert scale.minimum <= value <= scale.maximum


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.float64, np.uint8])
def test_the_type_of_the_numbers_changes_nothing(dtype: type) -> None:
    plan = LIBRARY.get("eq5d5l").plan
    rows = [[1, 2, 3, 4, 5, 70], [5, 5, 5, 5, 5, 0], [0, 1, 1, 1, 1, 101], [6, 1, 1, 1, 1, 100]]
    expected = score(plan, rows)
    found = score(plan, np.array(rows, dtype=dtype))
    np.testing.assert_array_equal(found.values, expected.values)
    assert found.n_invalid.tolist() == [0, 0, 2, 1]


def test_every_profile_of_the_default_value_set() -> None:
    instrument = LIBRARY.get("eq5d5l")
    every = list(itertools.product(range(1, 6), repeat=5))
    scores = score(instrument.plan, [[*levels, 50] for levels in every])
    for levels, index in zip(every, scores["index_uk_5l_2026"].tolist(), strict=True):
        answers = dict(zip(("mo", "sc", "ua", "pd", "ad"), levels, strict=True))
        exact = ORACLES["eq5d5l"](answers)["index_uk_5l_2026"]
        assert isinstance(exact, Fraction)
        assert index == float(exact)


@pytest.mark.parametrize("people", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_blocks_of_people_join_without_a_seam(people: int) -> None:
    plan = LIBRARY.get("bpi_sf").plan
    rng = np.random.default_rng(7)
    answers = rng.integers(-1, 12, size=(people, len(plan.codes)))
    whole = score(plan, answers)
    parts = [score(plan, answers[i : i + 999]).values for i in range(0, people, 999)]
    joined = np.concatenate(parts, axis=1) if parts else whole.values
    np.testing.assert_array_equal(whole.values, joined)


@pytest.mark.parametrize("name", [one.id for one in LIBRARY])
def test_no_block_is_so_large_that_sums_are_spread_over_threads(name: str) -> None:
    """OpenBLAS does so from 262,144 products on; on a loaded machine that costs twentyfold."""
    plan = LIBRARY.get(name).plan
    assert 1 <= people_at_once(plan) <= BLOCK
    assert people_at_once(plan) * plan.weights.size < 262_144


def test_a_fraction_is_no_answer_and_is_counted() -> None:
    plan = LIBRARY.get("pseq").plan
    found = score(plan, [[3.5, *[3.0] * 9], [float("nan"), *[3.0] * 9]])
    assert [str(reason) for reason in found.why("total")] == ["out_of_range", "incomplete"]
    assert found.n_invalid.tolist() == [1, 0]
    assert found["total_prorated"].tolist() == [30, 30]


@pytest.mark.parametrize("answers", [[1, 2, 3], [[1, 2, 3]]])
def test_answers_of_the_wrong_shape_are_refused(answers: list[int]) -> None:
    with pytest.raises(ValueError, match="people x 10 columns"):
        score(LIBRARY.get("pseq").plan, answers)
