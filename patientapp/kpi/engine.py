"""The engine: a contract, facts and a period in; figures with their cases out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from patientapp.kpi.asked import Ask, Period
from patientapp.kpi.cases import Cases
from patientapp.kpi.contract import Band, Contract, Line
from patientapp.kpi.days import day_of
from patientapp.kpi.facts import Facts
from patientapp.kpi.measures import Unit, readings
from patientapp.kpi.notes import notes_of
from patientapp.kpi.outcomes import outcomes
from patientapp.kpi.vocabulary import RULES, wants
from patientapp.workdays import add_months


@dataclass(frozen=True)
class Sample:
    """Whether enough people answered for the figure to be used."""

    have: int
    need: int
    adequate: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Figure:
    """One line of a return."""

    line: Line
    numerator: int
    denominator: int | None
    value: Fraction | None
    band: Band | None
    met: bool | None
    sample: Sample | None
    excluded: Mapping[str, int]
    notes: tuple[str, ...]
    cases: Cases


def figures(
    contract: Contract, facts: Facts, period: Period, *, today: int, only: str = ""
) -> Iterator[Figure]:
    """Every line of a contract over a period, or one of them."""
    ask = Ask(
        facts=facts,
        period=period,
        today=today,
        closing=contract.closing,
        outcomes=contract.outcomes,
        choices=contract.choices,
    )
    for line in contract.lines:
        if only in ("", line.id):
            yield _figure(contract, line, ask)


def cases_of(line: Line, ask: Ask) -> Cases:
    """The cases of one line, by its rule."""
    given = dict(line.given)
    if wants(line.measure.rule, "outcomes"):
        given["outcomes"] = outcomes(ask)
    if "outcome" in given:
        given["outcome"] = outcomes(ask)[given["outcome"]]
    return RULES[line.measure.rule](ask, **given)


def _figure(contract: Contract, line: Line, ask: Ask) -> Figure:
    found = cases_of(line, ask)
    numerator, whole = found.sums()
    denominator = None if line.measure.unit is Unit.COUNT else whole
    value = value_of(line.measure.unit, numerator, denominator)
    if whole < line.measure.least_published:
        value = None
    exempt = is_exempt(contract, line, ask.period)
    band = next((one for one in line.bands if value is not None and one.holds(value)), None)
    if exempt:
        band = None
    sample = sample_of(line, ask, found)
    others = tuple(_other_readings(line, ask, (numerator, whole)))
    return Figure(
        line=line,
        numerator=numerator,
        denominator=denominator,
        value=value,
        band=band,
        met=None if exempt else is_met(line, value, band),
        sample=sample,
        excluded=found.excluded(),
        notes=notes_of(line, ask, found, sample=sample, exempt=exempt, others=others),
        cases=found,
    )


def value_of(unit: Unit, numerator: int, denominator: int | None) -> Fraction | None:
    """The exact figure; none where there is nobody to divide by."""
    if denominator is None:
        return Fraction(numerator)
    if not denominator:
        return None
    return Fraction(numerator * (100 if unit is Unit.PERCENT else 1), denominator)


def is_met(line: Line, value: Fraction | None, band: Band | None) -> bool | None:
    """Whether the threshold is met, exactly; with bands, whether the figure is in the best one."""
    if value is None or (line.threshold is None and not line.bands):
        return None
    if line.bands:
        return band == line.bands[0]
    return line.threshold is not None and value >= line.threshold


def is_exempt(contract: Contract, line: Line, period: Period) -> bool:
    """Whether the whole period lies in the months that the contract exempts, from its first day."""
    if not line.exempt_months or contract.first_day is None:
        return False
    return day_of(period.last) < add_months(contract.first_day, line.exempt_months)


def sample_of(line: Line, ask: Ask, found: Cases) -> Sample | None:
    """How many answered, to how many must have: a share of the referrals received (X14)."""
    if not line.sample_percent:
        return None
    when = ask.facts.referrals.received
    if ask.reads("sample_activity", "accepted"):
        when = ask.facts.first("accepted")
    activity = int(ask.period.has(when).sum())
    paired = line.measure.rule in ("better_on_any", "better_pairs")
    have = int(found.counted.sum()) if paired else len(found)
    need = -(-activity * line.sample_percent // 100)
    return Sample(have, need, have >= need)


def _other_readings(line: Line, ask: Ask, taken: tuple[int, int]) -> Iterator[tuple[str, str, int, int]]:
    """Other ways to read the clause that would change the figure, each with its own figure."""
    for name in line.measure.readings:
        reading = readings()[name]
        for other in (reading.taken, *reading.others):
            if ask.reads(name, other):
                continue
            numerator, denominator = cases_of(line, ask.otherwise(name, other)).sums()
            if (numerator, denominator) != taken:
                yield name, other, numerator, denominator


def without_beside(contract: Contract) -> Contract:
    """The contract without other readings: for charts, which need the figure alone."""
    bare = {line.measure.id: replace(line.measure, readings=()) for line in contract.lines}
    lines = tuple(replace(line, measure=bare[line.measure.id]) for line in contract.lines)
    return replace(contract, lines=lines)
