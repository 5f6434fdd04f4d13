"""The places of a chart over time, so that its template only draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from patientapp.kpi import texts
from patientapp.kpi.published import Published
from patientapp.kpi.spc import control

WIDTH, HEIGHT, EDGE = 720, 240, 48


@dataclass(frozen=True)
class Point:
    """One point of a chart."""

    x: float
    y: float
    label: str
    cause: str


@dataclass(frozen=True)
class Chart:
    """A series with its mean, limits and special causes, in places of a picture."""

    points: tuple[Point, ...]
    path: str
    mean: float
    lower: float | None
    upper: float | None
    threshold: float | None
    top: str
    bottom: str
    first: str
    last: str
    sentence: str


def drawn(series: Sequence[tuple[tuple[date, date], Published]]) -> Chart | None:
    """A chart of the periods that have a figure to show; None with fewer than two."""
    known = [(days, one) for days, one in series if one.total.value is not None]
    if len(known) < 2:
        return None
    values = [float(one.total.value or 0) for _days, one in known]
    found = control(values)
    assert found is not None
    line = known[0][1].line
    wanted = None if line.threshold is None else float(line.threshold)
    marks = [*values, found.mean, *(one for one in (found.lower, found.upper, wanted) if one is not None)]
    low, high = min(0.0, *marks), max(marks) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(known) - 1)

    def place(value: float) -> float:
        return round(HEIGHT - EDGE - (value - low) / (high - low or 1) * (HEIGHT - 2 * EDGE), 1)

    points = tuple(
        Point(
            x=round(EDGE + at * step, 1),
            y=place(value),
            label=f"{texts.span(days)}: {texts.number(line.measure.unit, one.total.value)}",
            cause=texts.cause(cause) if cause else "",
        )
        for at, ((days, one), value, cause) in enumerate(zip(known, values, found.causes, strict=True))
    )
    causes = [f"{point.label} ({point.cause})" for point in points if point.cause]
    return Chart(
        points=points,
        path="M" + "L".join(f"{point.x} {point.y}" for point in points),
        mean=place(found.mean),
        lower=None if found.lower is None else place(found.lower),
        upper=None if found.upper is None else place(found.upper),
        threshold=None if wanted is None else place(wanted),
        top=f"{high:.0f}",
        bottom=f"{low:.0f}",
        first=texts.span(known[0][0]),
        last=texts.span(known[-1][0]),
        sentence="; ".join(causes),
    )
