"""What a return says beside a figure: empty periods, exempt months, samples, other readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from patientapp.kpi.contract import Line
from patientapp.kpi.measures import Unit
from patientapp.kpi.outcomes import outcomes
from patientapp.kpi.tally import Tally

if TYPE_CHECKING:
    from patientapp.kpi.engine import Sample


def notes_of(
    line: Line,
    found: Tally,
    choices: Mapping[str, str],
    *,
    sample: Sample | None,
    exempt: bool,
    still_open: int,
) -> tuple[str, ...]:
    """Every note of one figure, in the order in which it is read."""
    return (
        *_about(line, found, sample=sample, exempt=exempt),
        *_beside(line, found, choices, still_open=still_open),
        *_otherwise(line, found, choices),
    )


def _about(line: Line, found: Tally, *, sample: Sample | None, exempt: bool) -> Iterator[str]:
    if line.measure.unit is not Unit.COUNT and not found.denominator:
        yield "Nobody to count: every case was left out" if found.cases else line.measure.empty
    elif found.denominator < line.measure.least_published:
        yield f"Not published: fewer than {line.measure.least_published} complete answers"
    if exempt:
        yield f"Exempt: within {line.exempt_months} months of the contract's first day"
    if sample is not None and not sample.adequate:
        yield f"Sample not adequate: {sample.have} answered, {sample.need} needed"


def _beside(line: Line, found: Tally, choices: Mapping[str, str], *, still_open: int) -> Iterator[str]:
    if "outcome" in line.given and found.counted:
        of = outcomes(choices)[line.given["outcome"]]
        yield (
            f"Of {found.counted}: any change {found.any_change}, "
            f"important change (at least {of.important.change:g}) {found.important}, "
            f"reliable change (over {of.reliable:.2f}) {found.reliable}"
        )
    if line.id.startswith("K7"):
        yield "Positive (very good and good) is the successor of 'recommend', which ended in April 2020"
    if line.measure.rule == "closed_within":
        if found.late:
            yield f"{found.late} closed over the limit"
        if still_open:
            yield f"{still_open} episodes are open; those over the limit are listed apart"


def _otherwise(line: Line, found: Tally, choices: Mapping[str, str]) -> Iterator[str]:
    """Other ways to read the clause that would change the figure, each with its own figure."""
    for (name, other), (numerator, denominator) in found.others.items():
        if (numerator, denominator) != (found.numerator, found.denominator):
            figure = (
                str(numerator) if line.measure.unit is Unit.COUNT else f"{numerator} of {denominator}"
            )
            yield f"Read as {choices[name]} ({name}). Read as {other}: {figure}"
