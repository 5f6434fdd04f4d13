"""What a return says beside a figure: empty periods, exempt months, samples, other readings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases
from patientapp.kpi.contract import Line
from patientapp.kpi.facts import NEVER
from patientapp.kpi.measures import Unit
from patientapp.kpi.outcomes import outcomes
from patientapp.kpi.pair_rules import beyond_noise, improved, pairs_of

if TYPE_CHECKING:
    from patientapp.kpi.engine import Sample

Others = Sequence[tuple[str, str, int, int]]


def notes_of(
    line: Line, ask: Ask, found: Cases, *, sample: Sample | None, exempt: bool, others: Others
) -> tuple[str, ...]:
    """Every note of one figure, in the order in which it is read."""
    return tuple(_notes(line, ask, found, sample=sample, exempt=exempt, others=others))


def _notes(
    line: Line, ask: Ask, found: Cases, *, sample: Sample | None, exempt: bool, others: Others
) -> Iterator[str]:
    whole = found.sums()[1]
    if line.measure.unit is not Unit.COUNT and not whole:
        yield "Nobody to count: every case was left out" if len(found) else line.measure.empty
    elif whole < line.measure.least_published:
        yield f"Not published: fewer than {line.measure.least_published} complete answers"
    if exempt:
        yield f"Exempt: within {line.exempt_months} months of the contract's first day"
    if sample is not None and not sample.adequate:
        yield f"Sample not adequate: {sample.have} answered, {sample.need} needed"
    if "outcome" in line.given:
        yield from _side_by_side(line, ask, found)
    if line.id.startswith("K7"):
        yield "Positive (very good and good) is the successor of 'recommend', which ended in April 2020"
    if line.measure.rule == "closed_within":
        yield from _still_open(ask, found)
    for name, other, numerator, denominator in others:
        figure = str(numerator) if line.measure.unit is Unit.COUNT else f"{numerator} of {denominator}"
        yield f"Read as {ask.choices[name]} ({name}). Read as {other}: {figure}"


def _side_by_side(line: Line, ask: Ask, found: Cases) -> Iterator[str]:
    """Any change, important change and reliable change of the same people (practice.md B)."""
    of = outcomes(ask)[line.given["outcome"]]
    pairs = pairs_of(ask, of)
    who = found.referral[found.counted]
    if not len(who):
        return
    important, reliable = improved(pairs, of.important), beyond_noise(pairs, of.reliable)
    yield (
        f"Of {len(who)}: any change {improved(pairs)[who].sum()}, "
        f"important change (at least {of.important.change:g}) {important[who].sum()}, "
        f"reliable change (over {of.reliable:.2f}) {reliable[who].sum()}"
    )


def _still_open(ask: Ask, found: Cases) -> Iterator[str]:
    late = int(((found.began != NEVER) & found.counted & (found.numerator == 0)).sum())
    if late:
        yield f"{late} closed over the limit"
    gone = ask.facts.first("discharged") != NEVER
    waiting = int((~gone & (ask.facts.first("returned") == NEVER)).sum())
    if waiting:
        yield f"{waiting} episodes are open; those over the limit are listed apart"
