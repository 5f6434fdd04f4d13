"""What the pages of progress show: rules' facts turned into words and numbers, nothing decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from patientapp.assessments.offering import offered
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.i18n import gettext as _
from patientapp.patients import texts as patient_texts
from patientapp.patients.models import Patient
from patientapp.patients.rules import Need
from patientapp.progress import own_texts, texts
from patientapp.progress.queries import TaskLine
from patientapp.progress.rules import Point, ScaleRow, Step, outcome
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import default_library
from patientapp.scoring.change import important_size
from patientapp.web.desk import day_words
from patientapp.workdays import london_day

ALWAYS_SHOWN = (TimePoint.T0, TimePoint.TD, TimePoint.T3, TimePoint.T6)
ChartPoint = tuple[str, float | None, str]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What the chart macro needs."""

    id: str
    label: str
    points: Sequence[ChartPoint]
    minimum: float
    maximum: float
    better: str
    sentence: str
    band: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure as its own patient sees it: a sentence, a chart, a table."""

    title: str
    outcome: str
    sentence: str
    chart: Chart
    rows: Sequence[tuple[str, str, str]]


def measures(rows: Sequence[ScaleRow]) -> list[Measure]:
    """The patient's measures in their fixed order."""
    by_code = {(row.instrument.id, row.scale.code): row for row in rows}
    return [_measure(by_code[code]) for code in own_texts.MEASURES if code in by_code]


def _measure(row: ScaleRow) -> Measure:
    found = outcome(row)
    sentence = own_texts.sentence(row, found)
    table = [
        (day_of(point), texts.score(point, row.scale), texts.answered_by(point.given.answered_by))
        for point in row.points.values()
    ]
    return Measure(
        title=own_texts.measure(row),
        outcome=found.value,
        sentence=sentence,
        chart=chart(row, label=own_texts.measure(row), sentence=sentence),
        rows=table,
    )


def chart(row: ScaleRow, *, label: str, sentence: str) -> Chart:
    """One scale through one episode."""
    low, high = row.scale.minimum or 0, row.scale.maximum or 0
    return Chart(
        id=f"{row.instrument.id}-{row.scale.code}-{row.episode_id.hex[:6]}".replace("_", "-"),
        label=label,
        points=[_chart_point(point) for point in row.points.values()],
        minimum=low,
        maximum=high,
        better=row.scale.better.value if row.scale.better else "",
        sentence=sentence,
    )


def _chart_point(point: Point) -> ChartPoint:
    value = None if point.value is None else round(point.value, 1)
    whole = int(value) if value is not None and value.is_integer() else value
    return day_of(point), whole, shape_of(point)


def shape_of(point: Point) -> str:
    """Which shape says who answered and how: paper has its own, else it goes by the person."""
    given = point.given
    return "paper" if given.mode is AnswerMode.PAPER else given.answered_by.value


def band(row: ScaleRow) -> tuple[float, float] | None:
    """From where to where a score is less than an important change from its baseline."""
    if row.baseline is None or row.baseline.value is None or row.scale.important is None:
        return None
    middle = row.baseline.value
    size = float(important_size(row.scale.important, middle))
    low, high = row.scale.minimum or 0, row.scale.maximum or 0
    return max(low, middle - size), min(high, middle + size)


def day_of(point: Point) -> str:
    """The London day on which it was answered."""
    return day_words(london_day(point.given.answered_at))


def staff_charts(rows: Sequence[ScaleRow]) -> list[Chart]:
    """One small chart for each main measure, with the band of changes that do not matter."""
    main = [row for row in rows if row.scale.patient_facing]
    return [
        replace(chart(row, label=row.scale.title, sentence=_staff_sentence(row)), band=band(row))
        for row in main
    ]


def _staff_sentence(row: ScaleRow) -> str:
    said = [
        f"{texts.time_point(when)}: {texts.score(point, row.scale)}" for when, point in row.points.items()
    ]
    return "; ".join(said)


def time_points(rows: Iterable[ScaleRow]) -> list[TimePoint]:
    """The columns of the table of scores: entry, discharge and after, and whatever else was answered."""
    answered = {when for row in rows for when in row.points}
    return [when for when in TimePoint if when in answered or when in ALWAYS_SHOWN]


def score_cells(row: ScaleRow, points: Sequence[TimePoint]) -> list[str]:
    """One row of the table of scores: a cell for each of these time points."""
    name = f"{row.instrument.title()}: {row.scale.title}"
    cells = [texts.score(row.points.get(when), row.scale) for when in points]
    return [name, *cells, texts.better(row.scale) or "-"]


def change_cells(row: ScaleRow, step: Step) -> list[str]:
    """One row of the table of changes: the two answers side by side, and no verdict."""
    base, follow, change = step.baseline, step.follow_up, step.change
    threshold, noise = change.important_threshold, change.sdc95
    between = (
        f"{texts.time_point(base.given.time_point)} \u2192 {texts.time_point(follow.given.time_point)}"
    )
    return [
        f"{row.instrument.title()}: {row.scale.title}",
        between,
        texts.signed(change.difference, row.scale),
        texts.direction(change.direction),
        texts.important(change.important) + (f" ({threshold:g})" if threshold else ""),
        texts.reliable(change.reliable) + (f" ({noise:.3g})" if noise else ""),
    ]


def spread(row: ScaleRow, step: Step) -> tuple[str, str]:
    """Which SD the noise of a scale was reckoned with, whose it is, and on how many people."""
    name = f"{row.instrument.title()}: {row.scale.title}"
    return name, texts.spread(step.change.sd_used)


def set_of(task: TaskLine, *, today: date) -> str:
    """One questionnaire of a pack: done, or to do, or why it is asked of nobody."""
    instrument = instrument_of(task.instrument, task.instrument_version)
    if task.done:
        return _("%(title)s (done)", title=instrument.title())
    why = offered(instrument, today=today).why
    if why is None:
        return instrument.title()
    return _("%(title)s (not asked: %(why)s)", title=instrument.title(), why=texts.withheld(why))


def instrument_of(instrument_id: str, version: int) -> Instrument:
    """The version that was answered."""
    return default_library().version(instrument_id, version)


def reach(person: Patient) -> list[dict[str, str]]:
    """How this person is reached, in which language and how (CLIN-11)."""
    languages, needs = dict(patient_texts.languages()), dict(patient_texts.needs())
    said = [str(needs.get(need, need)) for need in person.needs]
    if person.interpreter and Need.INTERPRETER not in person.needs:
        said.append(str(needs[Need.INTERPRETER]))
    return [
        {"text": _("Mobile"), "answer": person.mobile or _("none")},
        {"text": _("Language"), "answer": languages.get(person.language, person.language)},
        {"text": _("Communication needs"), "answer": ", ".join(said) or _("none recorded")},
    ]
