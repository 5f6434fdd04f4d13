"""Plans: fewer scales, fewer columns, the same scores."""

from __future__ import annotations

import numpy as np
import pytest

from patientapp.questionnaires.library import Library, data_folder
from patientapp.scoring.scale import Column, Method, Scale
from patientapp.scoring.score import prepare, score

LIBRARY = Library.load(data_folder())


@pytest.mark.parametrize(
    ("name", "scale", "columns"),
    [
        ("eq5d5l", "index_uk_5l_2026", ("mo", "sc", "ua", "pd", "ad")),
        ("eq5d5l", "vas", ("vas",)),
        ("start_back", "risk", tuple(f"q{i}" for i in range(1, 10))),
        ("collaborate", "top_score", ("q1", "q2", "q3", "scale_max")),
    ],
)
def test_some_scales_alone_score_the_same(name: str, scale: str, columns: tuple[str, ...]) -> None:
    whole = LIBRARY.get(name).plan
    some = whole.only(scale)
    assert some.codes == columns
    answers = np.random.default_rng(5).integers(-1, 7, size=(500, len(whole.codes)))
    part = answers[:, [whole.at[code] for code in columns]]
    np.testing.assert_array_equal(score(some, part)[scale], score(whole, answers)[scale])


def test_a_scale_of_unknown_items_is_refused() -> None:
    scale = Scale(code="total", method=Method.SUM, items=("q1", "q2"))
    with pytest.raises(ValueError, match="no such item: q2"):
        prepare([Column(code="q1", minimum=0, maximum=1)], [scale])


def test_every_method_of_the_vocabulary_is_bound_to_a_function() -> None:
    from patientapp.scoring.score import METHODS

    assert set(METHODS) == set(Method)
