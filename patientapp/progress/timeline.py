"""A patient's timeline: each episode's measures, and what happened meanwhile, on one axis of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from patientapp.appointments import texts as visit_texts
from patientapp.appointments.rules import Visit, VisitState
from patientapp.episodes.models import Episode
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.i18n import gettext as _
from patientapp.plans.models import FlareEvent
from patientapp.progress import drawing, shown, texts, timeline_texts
from patientapp.progress.rules import Point, ScaleRow
from patientapp.web.desk import day_words, moment_words
from patientapp.workdays import london_day

NOT_HELD = (VisitState.CANCELLED_BY_PATIENT, VisitState.CANCELLED_BY_SERVICE)


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One marker: a visit, a discharge or a flare-up, the letter of its mark and its words."""

    day: date
    until: date
    mark: str
    what: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class MeasureChart:
    """One measure drawn, and the same said in words."""

    id: str
    label: str
    better: str
    low: float
    high: float
    plot: drawing.Plot
    least: str
    said: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class EpisodeTime:
    """One episode on its axis."""

    site: str
    axis: drawing.Axis
    marks: Sequence[tuple[Happened, drawing.Mark]]
    charts: Sequence[MeasureChart]
    table: Sequence[Sequence[str]]


def of_episodes(
    episodes: Sequence[Episode],
    rows: Sequence[ScaleRow],
    *,
    visits: Iterable[Visit],
    discharged: Mapping[UUID, date],
    flares: Iterable[FlareEvent],
    now: datetime,
) -> list[EpisodeTime]:
    """Each episode, newest first, with its scores and what happened in it."""
    happened: dict[UUID, list[Happened]] = {one.id: [] for one in episodes}
    for visit in visits:
        if visit.starts_at <= now and visit.state not in NOT_HELD and visit.episode_id in happened:
            happened[visit.episode_id].append(_visit(visit))
    for episode_id, day in discharged.items():
        what = texts.event(EpisodeEventKind.DISCHARGED)
        happened[episode_id].append(Happened(day=day, until=day, mark="D", what=what, detail=""))
    for flare in flares:
        if episodes:
            happened[_of_day(episodes, flare.started_on)].append(_flare(flare))
    return [_episode(one, rows, happened[one.id]) for one in episodes]


def _of_day(episodes: Sequence[Episode], day: date) -> UUID:
    """The newest episode that had begun by this day, else the first of all."""
    begun = [one for one in episodes if one.received_on <= day]
    if begun:
        return max(begun, key=lambda one: one.received_on).id
    return min(episodes, key=lambda one: one.received_on).id


def _visit(visit: Visit) -> Happened:
    day = london_day(visit.starts_at)
    kind, state = visit_texts.kind(visit.kind), visit_texts.state(visit.state)
    return Happened(day=day, until=day, mark="V", what=kind, detail=state)


def _flare(flare: FlareEvent) -> Happened:
    ended = flare.ended_on
    said = _("Until %(day)s", day=day_words(ended)) if ended else _("No end was told")
    return Happened(
        day=flare.started_on,
        until=ended or flare.started_on,
        mark="F",
        what=_("Flare-up"),
        detail=f"{said}. {flare.note}" if flare.note else said,
    )


def _episode(episode: Episode, rows: Sequence[ScaleRow], happened: Sequence[Happened]) -> EpisodeTime:
    own = [row for row in rows if row.episode_id == episode.id]
    answered = [_day(point) for row in own for point in row.points.values()]
    ends = [day for one in happened for day in (one.day, one.until)]
    axis = drawing.axis([episode.received_on, *answered, *ends])
    in_order = sorted(happened, key=lambda one: (one.day, one.mark))
    return EpisodeTime(
        site=texts.pain_site(episode.pain_site),
        axis=axis,
        marks=list(zip(in_order, drawing.marks(in_order, axis), strict=True)),
        charts=[_chart(row, axis) for row in own if row.scale.patient_facing],
        table=[_line(row, point) for row in own for point in row.points.values()],
    )


def _day(point: Point) -> date:
    return london_day(point.given.answered_at)


def _chart(row: ScaleRow, axis: drawing.Axis) -> MeasureChart:
    low, high = row.scale.minimum or 0, row.scale.maximum or 0
    spots = [
        drawing.Spot(
            day=_day(point),
            value=point.value,
            words=texts.number(point.value, row.scale),
            shape=shown.shape_of(point),
        )
        for point in row.points.values()
        if point.value is not None
    ]
    basis = shown.chart(row, label=row.scale.title, sentence="")
    return MeasureChart(
        id=basis.id,
        label=row.scale.title,
        better=basis.better,
        low=low,
        high=high,
        plot=drawing.plot(spots, axis, low=low, high=high, band=shown.band(row)),
        least=timeline_texts.least(row),
        said=[_said(row, point) for point in row.points.values()],
    )


def _said(row: ScaleRow, point: Point) -> str:
    """One point in words: when, what, and how it stands to the baseline."""
    when = f"{texts.time_point(point.given.time_point)}, {shown.day_of(point)}"
    if point.value is None and point.text is None:
        return f"{when}: {texts.score(point, row.scale)}"
    parts = (timeline_texts.standing(row, point), timeline_texts.change(row, point))
    return f"{when}: {texts.score(point, row.scale)}, {': '.join(one for one in parts if one)}"


def _line(row: ScaleRow, point: Point) -> list[str]:
    """One row of the whole table."""
    given = point.given
    answered = shown.instrument_of(given.instrument, given.instrument_version)
    return [
        f"{row.instrument.title()}: {row.scale.title}",
        texts.time_point(given.time_point),
        moment_words(given.answered_at),
        moment_words(given.received_at),
        texts.score(point, row.scale),
        timeline_texts.standing(row, point),
        timeline_texts.how(point),
        timeline_texts.missing(row, point, answered),
        timeline_texts.version(point),
    ]
