"""What changed, against which baseline (CLIN-05, CLIN-06)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.progress.rules import (
    Given,
    Outcome,
    ScaleRow,
    outcome,
    own_rows,
    rescored,
    scale_rows,
)
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import default_library

EPISODE = uuid4()
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MISSING = {"reason": "incomplete"}


def instrument_of(instrument_id: str, version: int) -> Instrument:
    return default_library().version(instrument_id, version)


def answered(
    when: TimePoint,
    scores: dict[str, Any],
    *,
    instrument: str = "pseq",
    episode: UUID = EPISODE,
    days: int = 0,
    rule_version: str = "1",
) -> Given:
    at = START + timedelta(days=days or list(TimePoint).index(when) * 90)
    return Given(
        response_id=uuid4(),
        episode_id=episode,
        time_point=when,
        instrument=instrument,
        instrument_version=1,
        rule_version=rule_version,
        language="en",
        wording="demonstration",
        answered_by=AnsweredBy.SELF,
        mode=AnswerMode.SELF,
        birth_date_confirmed=True,
        answers={},
        scores=scores,
        answered_at=at,
        received_at=at,
    )


def row_of(given: list[Given], scale: str = "total") -> ScaleRow:
    return next(row for row in scale_rows(given, instrument_of) if row.scale.code == scale)


def facts(row: ScaleRow) -> list[tuple[TimePoint, TimePoint, float]]:
    return [
        (step.baseline.given.time_point, step.follow_up.given.time_point, step.change.difference)
        for step in row.steps
    ]


def test_clin_06_any_order_of_arrival_gives_the_same_changes() -> None:
    given = [
        answered(TimePoint.T0, {"total": 20.0}),
        answered(TimePoint.TD, {"total": 30.0}),
        answered(TimePoint.T3, {"total": MISSING}),
        answered(TimePoint.T6, {"total": 26.0}),
    ]
    expected = [(TimePoint.T0, TimePoint.TD, 10.0), (TimePoint.T0, TimePoint.T6, 6.0)]
    for order in itertools.permutations(given):
        row = row_of(list(order))
        assert facts(row) == expected
        assert list(row.points) == [TimePoint.T0, TimePoint.TD, TimePoint.T3, TimePoint.T6]


def test_clin_06_the_baseline_is_by_time_point_even_when_answered_late() -> None:
    late = answered(TimePoint.T0, {"total": 20.0}, days=200)
    row = row_of([answered(TimePoint.TD, {"total": 30.0}, days=90), late])
    assert facts(row) == [(TimePoint.T0, TimePoint.TD, 10.0)]


def test_clin_06_the_baseline_is_the_first_time_point_with_a_score_and_is_named() -> None:
    row = row_of(
        [
            answered(TimePoint.T0, {"total": MISSING}),
            answered(TimePoint.TD, {"total": 30.0}),
            answered(TimePoint.T3, {"total": 36.0}),
        ]
    )
    assert facts(row) == [(TimePoint.TD, TimePoint.T3, 6.0)]


def test_clin_05_a_missing_score_is_a_reason_and_forms_no_change() -> None:
    row = row_of([answered(TimePoint.T0, {"total": 20.0}), answered(TimePoint.TD, {"total": MISSING})])
    assert row.points[TimePoint.TD].value is None
    assert row.points[TimePoint.TD].reason == "incomplete"
    assert row.steps == ()


def test_clin_05_scores_of_two_rule_versions_are_not_compared() -> None:
    row = row_of(
        [
            answered(TimePoint.T0, {"total": 20.0}),
            answered(TimePoint.TD, {"total": 30.0}, rule_version="2"),
        ]
    )
    assert row.steps == ()
    assert len(row.points) == 2


def test_two_episodes_are_never_compared() -> None:
    given = [
        answered(TimePoint.T0, {"total": 20.0}, episode=uuid4()),
        answered(TimePoint.T0, {"total": 40.0}, episode=uuid4()),
    ]
    assert all(row.steps == () for row in scale_rows(given, instrument_of))


@pytest.mark.parametrize(("instrument", "scale"), [("start_back", "total"), ("collaborate", "mean")])
def test_a_screener_or_an_experience_has_no_change(instrument: str, scale: str) -> None:
    given = [answered(when, {scale: 5.0}, instrument=instrument) for when in TimePoint]
    assert row_of(given, scale).steps == ()


@pytest.mark.parametrize(
    ("instrument", "scale", "scores", "expected"),
    [
        ("pseq", "total", [20.0], Outcome.FIRST),
        ("pseq", "total", [20.0, 26.0], Outcome.BETTER),
        ("pseq", "total", [20.0, 24.0], Outcome.SAME),
        ("pseq", "total", [30.0, 24.0], Outcome.WORSE),
        ("pseq", "total", [20.0, MISSING], Outcome.NOT_SCORED),
        ("pseq", "total", [MISSING], Outcome.NOT_SCORED),
        ("pseq", "total", [MISSING, 20.0], Outcome.NO_EARLIER_SCORE),
        ("pseq", "total", [20.0, MISSING, 26.0], Outcome.BETTER),
        ("bpi_sf", "interference_mean", [30 / 7, 23 / 7], Outcome.BETTER),  # exactly 1 less
        ("bpi_sf", "interference_mean", [23 / 7, 30 / 7], Outcome.WORSE),
        ("bpi_sf", "severity_mean", [6.0, 4.25], Outcome.SAME),
        ("bpi_sf", "severity_mean", [6.0, 4.0], Outcome.BETTER),
        ("eq5d5l", "vas", [50.0, 58.0], Outcome.BETTER),
        ("eq5d5l", "vas", [58.0, 50.0], Outcome.WORSE),
        ("eq5d5l", "vas", [50.0, 50.0], Outcome.SAME),
    ],
)
def test_what_a_patient_is_told_goes_by_the_change_that_matters(
    instrument: str, scale: str, scores: list[Any], expected: Outcome
) -> None:
    points = zip(TimePoint, scores, strict=False)
    given = [answered(when, {scale: score}, instrument=instrument) for when, score in points]
    assert outcome(row_of(given, scale)) == expected


def test_a_patient_is_shown_only_what_is_meant_for_patients_of_the_newest_episode() -> None:
    old = uuid4()
    given = [
        answered(TimePoint.T0, {"vas": 50.0, "index_uk_5l_2026": 0.4}, instrument="eq5d5l"),
        answered(TimePoint.T0, {"total": 3.0, "risk": "low"}, instrument="start_back"),
        answered(TimePoint.T0, {"total": 20.0}, episode=old),
    ]
    shown = own_rows(scale_rows(given, instrument_of), EPISODE)
    assert [(row.instrument.id, row.scale.code) for row in shown] == [("eq5d5l", "vas")]


def test_a_baseline_is_scored_again_for_a_value_set_that_came_later() -> None:
    """Change is formed within one value set only; a reason is re-formed as well as a value."""
    profile = {"mo": 2, "sc": 1, "ua": 2, "pd": 3, "ad": 2, "vas": "skipped"}
    before = replace(
        answered(TimePoint.T0, {"index_england_5l_2018": 0.73}, instrument="eq5d5l"), answers=profile
    )
    after = answered(TimePoint.TD, {"index_uk_5l_2026": 1.0}, instrument="eq5d5l")
    row = row_of([before, after], "index_uk_5l_2026")
    assert row.baseline is not None
    assert row.baseline.value == 0.812
    assert facts(row) == [(TimePoint.T0, TimePoint.TD, pytest.approx(0.188))]
    gap = replace(before, answers=profile | {"ad": "not_reached"})
    missing = row_of([gap, after], "index_uk_5l_2026")
    assert missing.points[TimePoint.T0].reason == "incomplete"
    assert missing.steps == ()
    older = replace(before, instrument_version=2)
    assert rescored(instrument_of("eq5d5l", 1), row.scale, older) is None
