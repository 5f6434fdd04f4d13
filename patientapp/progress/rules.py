"""What changed between two occasions, and which occasion is the baseline (CLIN-06).

Everything goes by time point, never by the order of arrival: a late or out-of-order answer gives
the same table as one that came in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.questionnaires.comparison import Change, OwnSpread, compare
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.grade import score_one
from patientapp.scoring.change import Direction, ImportantChange
from patientapp.scoring.scale import Scale

InstrumentOf = Callable[[str, int], Instrument]
OwnOf = Callable[["Given", str], OwnSpread | None]
"""The service's own baseline SD of a scale, for changes from this baseline."""


def no_own(_baseline: Given, _scale: str) -> None:
    """Where a service's own figures are not known: published ones are used."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """One response as it is kept: what was answered, how, when, and what it scored."""

    response_id: UUID
    episode_id: UUID
    time_point: TimePoint
    instrument: str
    instrument_version: int
    rule_version: str
    language: str
    wording: str
    answered_by: AnsweredBy
    mode: AnswerMode
    birth_date_confirmed: bool
    answers: Mapping[str, Any]
    scores: Mapping[str, Any]
    answered_at: datetime
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Point:
    """One score at one time point: a number, a text, or the reason why there is none."""

    given: Given
    value: float | None = None
    text: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """The change of one scale from its baseline to one later time point."""

    baseline: Point
    follow_up: Point
    change: Change


@dataclass(frozen=True, kw_only=True)
class ScaleRow:
    """One scale of one questionnaire through one episode."""

    episode_id: UUID
    instrument: Instrument
    scale: Scale
    points: Mapping[TimePoint, Point]
    baseline: Point | None
    steps: tuple[Step, ...]


class Outcome(StrEnum):
    """What a patient is told of one measure (patient-experience.md section 5)."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"
    FIRST = "first"
    NO_EARLIER_SCORE = "no_earlier_score"  # an earlier set could not be scored, or by other rules
    NOT_SCORED = "not_scored"


def point(given: Given, scale_code: str) -> Point | None:
    """What this response scored on this scale; None where it was not scored at all."""
    stored = given.scores.get(scale_code)
    if stored is None:
        return None
    if isinstance(stored, Mapping):
        return Point(given=given, reason=str(stored["reason"]))
    if isinstance(stored, str):
        return Point(given=given, text=stored)
    return Point(given=given, value=float(stored))


def rescored(instrument: Instrument, scale: Scale, given: Given) -> Point | None:
    """The index by a value set that came after the answers, from the profile as it was answered.

    Change is formed within one value set only, so a baseline gets the index that it never had. A map
    by age and sex is left out: they are not kept with the answers.
    """
    if scale.value_set is None or scale.value_set.by_group:
        return None
    if given.instrument_version != instrument.version:
        return None
    levels = {item: value for item, value in given.answers.items() if isinstance(value, int)}
    found = score_one(instrument, levels)[scale.code]
    return Point(given=given, value=found.value, reason=found.reason)


def scale_rows(
    all_given: Iterable[Given], instrument_of: InstrumentOf, own_of: OwnOf = no_own
) -> list[ScaleRow]:
    """Every scale of every questionnaire of every episode, its points in the order of time points."""
    rows: list[ScaleRow] = []
    for (episode_id, _instrument), given in _by_questionnaire(all_given).items():
        newest = max(given, key=lambda one: one.instrument_version)
        instrument = instrument_of(newest.instrument, newest.instrument_version)
        rows += [_row(episode_id, instrument, scale, given, own_of) for scale in instrument.scales]
    return [row for row in rows if row.points]


def _by_questionnaire(all_given: Iterable[Given]) -> dict[tuple[UUID, str], list[Given]]:
    order = list(TimePoint)
    grouped: dict[tuple[UUID, str], list[Given]] = {}
    for given in sorted(all_given, key=lambda one: order.index(one.time_point)):
        grouped.setdefault((given.episode_id, given.instrument), []).append(given)
    return grouped


def _row(
    episode_id: UUID,
    instrument: Instrument,
    scale: Scale,
    given: Sequence[Given],
    own_of: OwnOf,
) -> ScaleRow:
    points = (point(one, scale.code) or rescored(instrument, scale, one) for one in given)
    found = [one for one in points if one is not None]
    baseline = next((one for one in found if one.value is not None), None)
    later = found[found.index(baseline) + 1 :] if baseline else []
    own = own_of(baseline.given, scale.code) if baseline and later else None
    steps = (step_between(instrument, scale, baseline, one, own=own) for one in later)
    return ScaleRow(
        episode_id=episode_id,
        instrument=instrument,
        scale=scale,
        points={one.given.time_point: one for one in found},
        baseline=baseline,
        steps=tuple(step for step in steps if step is not None),
    )


def step_between(
    instrument: Instrument,
    scale: Scale,
    baseline: Point | None,
    follow_up: Point,
    *,
    own: OwnSpread | None = None,
) -> Step | None:
    """The change between two points; None where none can or may be formed."""
    if baseline is None or baseline.value is None or follow_up.value is None:
        return None
    if instrument.no_change or scale.better is None or scale.textual:
        return None
    if _version(baseline) != _version(follow_up):
        return None  # scored by different rules: the two numbers may not mean the same
    change = compare(instrument, scale.code, baseline.value, follow_up.value, own=own)
    return Step(baseline=baseline, follow_up=follow_up, change=change)


def _version(of: Point) -> tuple[int, str]:
    return of.given.instrument_version, of.given.rule_version


def outcome(row: ScaleRow) -> Outcome:
    """What to say of the newest time point against the baseline, by the change that matters."""
    newest = list(row.points.values())[-1]
    if newest.value is not None and len(row.points) == 1:
        return Outcome.FIRST
    return outcome_at(row, newest)


def outcome_at(row: ScaleRow, of: Point) -> Outcome:
    """What one point says against the row's baseline, by the change that matters."""
    if of.value is None:
        return Outcome.NOT_SCORED
    step = step_to(row, of)
    return Outcome.NO_EARLIER_SCORE if step is None else _of_change(step.change)


def step_to(row: ScaleRow, of: Point) -> Step | None:
    """The change from the baseline to this point; None where none was formed."""
    return next((one for one in row.steps if one.follow_up is of), None)


def _of_change(change: Change) -> Outcome:
    if change.important is None:
        return {
            Direction.BETTER: Outcome.BETTER,
            Direction.SAME: Outcome.SAME,
            Direction.WORSE: Outcome.WORSE,
        }[change.direction]
    return {
        ImportantChange.IMPROVED: Outcome.BETTER,
        ImportantChange.UNCHANGED: Outcome.SAME,
        ImportantChange.DETERIORATED: Outcome.WORSE,
    }[change.important]


def own_rows(rows: Iterable[ScaleRow], latest_episode: UUID | None) -> list[ScaleRow]:
    """What a patient is shown: the scales meant for them, of their newest episode."""
    return [row for row in rows if row.scale.patient_facing and row.episode_id == latest_episode]
