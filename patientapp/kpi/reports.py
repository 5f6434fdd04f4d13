"""A service's return over fixed periods, as a viewer may see it: what the pages and files show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.errors import NotFound
from patientapp.kpi.asked import Period
from patientapp.kpi.contract import Contract, Line
from patientapp.kpi.days import number
from patientapp.kpi.engine import (
    Figure,
    added,
    ask_of,
    figures,
    figures_of,
    only,
    tallies,
    without_beside,
)
from patientapp.kpi.kept import Days, Kept
from patientapp.kpi.measures import Span
from patientapp.kpi.periods import before, ended, period
from patientapp.kpi.published import Form, Published, published
from patientapp.kpi.queries import system_contract, system_parts, system_still_open
from patientapp.kpi.shown import rows
from patientapp.kpi.tally import cases_of
from patientapp.services.models import Service
from patientapp.services.queries import system_service
from patientapp.workdays import london_day

POINTS = 24  # of a chart over time


@dataclass(frozen=True, eq=False)
class Report:
    """One service's return as one viewer may see it."""

    service: Service
    contract: Contract
    hides: bool
    today: date
    kept: Kept

    def line(self, name: str) -> Line:
        """One line of the contract; NotFound for a name that it does not have."""
        found = next((line for line in self.contract.lines if line.id == name), None)
        if found is None:
            raise NotFound
        return found

    def all_of(self, month: date) -> Iterator[tuple[Days, Published]]:
        """Every line over the newest of its own periods that has ended with this month."""
        found: dict[str, tuple[Days, Published]] = {}
        for span in {line.measure.period for line in self.contract.lines}:
            days = ended(span, month)
            found |= {one.line.id: (days, one) for one in self.all_over(days, span)}
        yield from (found[line.id] for line in self.contract.lines)

    def all_over(self, days: Days, span: Span) -> Sequence[Published]:
        """Every line of one length over one of its periods."""
        return self._of(days, span, Form.TOTALS)

    def one(self, line: Line, month: date) -> tuple[Days, Published]:
        """One line with its groups, over the newest of its periods that has ended with this month."""
        span = line.measure.period
        days = ended(span, month)
        made = self._of(days, span, Form.GROUPS, line.id)
        return days, next(one for one in made if one.line.id == line.id)

    def over_time(self, line: Line, month: date) -> Iterator[tuple[Days, Published]]:
        """One line over its periods; whether a figure is hidden does not hang on its groups."""
        span = line.measure.period
        periods = before(span, month, POINTS)
        form = Form.TOTALS if self.hides else Form.WHOLE
        for days, made in zip(periods, self.kept.figures(periods, span, form), strict=True):
            yield from ((days, one) for one in made if one.line.id == line.id)

    def cases(self, line: Line, month: date) -> Iterator[list[str]]:
        """Every case of one line, counted or left out."""
        asked = period(ended(line.measure.period, month))
        return listed(self.service.id, self.contract, line.id, asked, today=number(self.today))

    def _of(self, days: Days, span: Span, form: Form, *names: str) -> Sequence[Published]:
        """Who may not see cases is shown what is published; the care team sees what is true now."""
        if self.hides:
            return self.kept.figures([days], span, form)[0]
        contract = only(self.contract, *names) if names else self.contract
        return worked_out(self.service, contract, days, span=span, form=form, today=self.today)


def worked_out(
    service: Service,
    contract: Contract,
    days: Days,
    *,
    span: Span,
    form: Form,
    today: date,
    hides: bool = False,
) -> list[Published]:
    """The figures of one length over one period, from all that is known now."""
    asked = period(days)
    here = tuple(line for line in contract.lines if line.measure.period is span)
    contract = replace(contract, lines=here)
    groups_on = days[1] if form is Form.GROUPS else None
    found = added(
        tallies(contract, ask_of(contract, part, asked, today=number(today)))
        for part in system_parts(service.id, asked, groups_on=groups_on)
    )
    still_open = system_still_open(service.id) if not hides else 0
    return published(list(figures_of(contract, found, asked, still_open=still_open)), hides=hides)


def figures_now(service_id: UUID, contract: Contract, days: Days, *, today: date) -> Iterator[Figure]:
    """Every line of a contract over any days, from all that is known now."""
    asked = period(days)
    still_open = system_still_open(service_id)
    parts = system_parts(service_id, asked)
    return figures(contract, parts, asked, today=number(today), still_open=still_open)


def listed(
    service_id: UUID, contract: Contract, name: str, asked: Period, *, today: int
) -> Iterator[list[str]]:
    """Every counted and every excluded case of one line, with its dates and the reason."""
    (line,) = only(contract, name).lines
    for part in system_parts(service_id, asked):
        yield from rows(cases_of(line, ask_of(contract, part, asked, today=today)), part)


def report(viewer: Viewer, *, now: datetime) -> Report:
    """The return of the viewer's own service; small counts hidden from who may not see cases."""
    service, today = system_service(viewer.service_id), london_day(now)
    contract = system_contract(service)

    def make(days: Days, span: Span, form: Form) -> Sequence[Published]:
        bare, hides = without_beside(contract), form is not Form.WHOLE
        return worked_out(service, bare, days, span=span, form=form, today=today, hides=hides)

    return Report(
        service=service,
        contract=contract,
        hides=not may(viewer, Permission.SEE_CASES),
        today=today,
        kept=Kept(service.id, contract, make, now, today, {}),
    )


def met_counts(shown: Sequence[Published]) -> tuple[int, int, int]:
    """How many thresholds are met, how many are not, and how many cannot be said."""
    wanted = [one for one in shown if one.line.threshold is not None]
    met = sum(one.met is True for one in wanted)
    missed = sum(one.met is False for one in wanted)
    return met, missed, len(wanted) - met - missed
