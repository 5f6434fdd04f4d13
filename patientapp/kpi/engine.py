"""The engine: a contract, facts and a period in; figures out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from patientapp.kpi.asked import Ask, Period
from patientapp.kpi.contract import Band, Contract, Line
from patientapp.kpi.days import day_of
from patientapp.kpi.facts import Facts
from patientapp.kpi.measures import Unit
from patientapp.kpi.notes import notes_of
from patientapp.kpi.tally import Tally, tally
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
    tally: Tally


def ask_of(contract: Contract, facts: Facts, period: Period, *, today: int) -> Ask:
    """What the rules of a contract are asked."""
    return Ask(
        facts=facts,
        period=period,
        today=today,
        closing=contract.closing,
        outcomes=contract.outcomes,
        choices=contract.choices,
    )


def tallies(contract: Contract, ask: Ask) -> dict[str, Tally]:
    """What every line adds up to over the people of `ask`, by its id."""
    return {line.id: tally(line, ask) for line in contract.lines}


def added(some: Iterable[Mapping[str, Tally]]) -> dict[str, Tally]:
    """The tallies of several parts of the people as those of all."""
    found: dict[str, Tally] = {}
    for each in some:
        found = {name: found[name] + one if found else one for name, one in each.items()}
    return found


def figures(
    contract: Contract, parts: Iterable[Facts], period: Period, *, today: int, still_open: int = 0
) -> Iterator[Figure]:
    """Every line of a contract over a period, from the facts of all people in any number of parts."""
    found = added(tallies(contract, ask_of(contract, facts, period, today=today)) for facts in parts)
    return figures_of(contract, found, period, still_open=still_open)


def figures_of(
    contract: Contract, found: Mapping[str, Tally], period: Period, *, still_open: int = 0
) -> Iterator[Figure]:
    """Every line of a contract from its tally; `still_open`: how many episodes are open today."""
    for line in contract.lines:
        yield _figure(contract, line, found[line.id], period, still_open=still_open)


def _figure(contract: Contract, line: Line, found: Tally, period: Period, *, still_open: int) -> Figure:
    denominator = None if line.measure.unit is Unit.COUNT else found.denominator
    value = value_of(line.measure.unit, found.numerator, denominator)
    if found.denominator < line.measure.least_published:
        value = None
    exempt = is_exempt(contract, line, period)
    band = next((one for one in line.bands if value is not None and one.holds(value)), None)
    if exempt:
        band = None
    sample = sample_of(line, found)
    return Figure(
        line=line,
        numerator=found.numerator,
        denominator=denominator,
        value=value,
        band=band,
        met=None if exempt else is_met(line, value, band),
        sample=sample,
        excluded=found.excluded,
        notes=notes_of(
            line, found, contract.choices, sample=sample, exempt=exempt, still_open=still_open
        ),
        tally=found,
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


def sample_of(line: Line, found: Tally) -> Sample | None:
    """How many answered, to how many must have: a share of the referrals received (X14)."""
    if not line.sample_percent:
        return None
    paired = line.measure.rule in ("better_on_any", "better_pairs")
    have = found.counted if paired else found.cases
    need = -(-found.activity * line.sample_percent // 100)
    return Sample(have, need, have >= need)


def only(contract: Contract, *names: str) -> Contract:
    """The contract with these lines alone."""
    return replace(contract, lines=tuple(line for line in contract.lines if line.id in names))


def without_beside(contract: Contract) -> Contract:
    """The contract without other readings: for charts, which need the figure alone."""
    bare = {line.measure.id: replace(line.measure, readings=()) for line in contract.lines}
    lines = tuple(replace(line, measure=bare[line.measure.id]) for line in contract.lines)
    return replace(contract, lines=lines)
