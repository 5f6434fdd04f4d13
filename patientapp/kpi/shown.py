"""A return as JSON, as CSV, as a table, and its cases as rows (contract.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from patientapp.kpi.cases import COUNTED, Cases, Why
from patientapp.kpi.days import day_of
from patientapp.kpi.engine import Figure
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Facts
from patientapp.kpi.measures import Unit
from patientapp.kpi.published import Published

COLUMNS = (
    "id",
    "clause",
    "title",
    "numerator",
    "denominator",
    "value",
    "unit",
    "threshold",
    "band",
    "met",
    "sample_have",
    "sample_need",
    "sample_adequate",
    "excluded",
    "notes",
)
HIDDEN = "Counts of 1 to 4 people are hidden, and others that would give them away"
ROW_COLUMNS = ("referral", "began", "ended", "numerator", "denominator", "counted", "reason")


def as_json(figure: Figure) -> dict[str, Any]:
    """One line of the JSON return."""
    line, sample = figure.line, figure.sample
    return {
        "id": line.id,
        "clause": line.clause,
        "title": line.title,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": _plain(figure.value),
        "unit": line.measure.unit.value,
        "threshold": _plain(line.threshold),
        "band": figure.band.name if figure.band else None,
        "met": figure.met,
        "sample": None
        if sample is None
        else {"have": sample.have, "need": sample.need, "adequate": sample.adequate},
        "excluded": dict(figure.excluded),
        "notes": list(figure.notes),
    }


def published_json(one: Published) -> dict[str, Any]:
    """One line of the JSON return as it is published: what is hidden is null, and said so."""
    line, total = one.line, one.total
    return {
        "id": line.id,
        "clause": line.clause,
        "title": line.title,
        "numerator": total.numerator,
        "denominator": total.denominator,
        "value": _plain(total.value),
        "unit": line.measure.unit.value,
        "threshold": _plain(line.threshold),
        "band": one.band,
        "met": one.met,
        "sample": None,
        "excluded": {},
        "notes": [HIDDEN] if total.is_hidden else [],
    }


def _plain(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def whole(
    service: str, days: tuple[date, date], lines: Iterable[dict[str, Any]], *, now: datetime
) -> dict[str, Any]:
    """The JSON return."""
    return {
        "service": service,
        "period": {"from": days[0].isoformat(), "to": days[1].isoformat()},
        "generated_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "kpis": list(lines),
    }


def as_cells(figure: Figure) -> list[str]:
    """One line of the CSV return: the columns of the JSON, flat."""
    told = as_json(figure)
    sample = told.pop("sample") or {}
    told |= {f"sample_{name}": sample.get(name) for name in ("have", "need", "adequate")}
    told["excluded"] = "; ".join(f"{name} {count}" for name, count in figure.excluded.items())
    told["notes"] = "; ".join(figure.notes)
    return [_cell(told[name]) for name in COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "y" if value else "n"
    return str(value)


def value_words(figure: Figure) -> str:
    """The figure as people read it: one decimal, or that there is none."""
    if figure.value is None:
        return "-"
    unit = figure.line.measure.unit
    if unit is Unit.COUNT:
        return str(figure.numerator)
    if unit is Unit.RATIO:
        return f"{float(figure.value):.2f}"
    return f"{float(figure.value):.1f}" + ("%" if unit is Unit.PERCENT else " days")


def table(made: Iterable[Figure]) -> Iterator[str]:
    """The return for a terminal."""
    yield f"{'KPI':<24} {'figure':>10} {'of':>15} {'wanted':>8}  title"
    for one in made:
        over = str(one.numerator) if one.denominator is None else f"{one.numerator}/{one.denominator}"
        wanted = "" if one.line.threshold is None else f"{float(one.line.threshold):g}"
        mark = {True: " met", False: " not met", None: ""}[one.met]
        yield f"{one.line.id:<24} {value_words(one):>10} {over:>15} {wanted:>8}  {one.line.title}{mark}"
        yield from (f"{'':<24} {note}" for note in one.notes)


def rows(found: Cases, facts: Facts) -> Iterator[list[str]]:
    """Every counted and every excluded case, with its dates and the reason."""
    reasons = list(Why)
    for at in range(len(found)):
        why, referral = int(found.why[at]), int(found.referral[at])
        yield [
            str(facts.referrals.key[referral]) if referral >= 0 else "",
            moment(int(found.began[at])),
            moment(int(found.ended[at])),
            str(int(found.numerator[at])),
            str(int(found.denominator[at])),
            "y" if why == COUNTED else "n",
            "" if why == COUNTED else reasons[why].value,
        ]


def moment(wall: int) -> str:
    """London wall time as in the import files; empty for what did not happen."""
    if wall == NEVER:
        return ""
    hour, minute = divmod(wall % DAY_SECONDS // 60, 60)
    return f"{day_of(wall // DAY_SECONDS).isoformat()}T{hour:02d}:{minute:02d}"
