"""A service's return over fixed periods, as a viewer may see it: what the pages and files show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import sqlalchemy as sa

from patientapp.access.matrix import Permission, may
from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.episodes.models import Episode
from patientapp.errors import NotFound
from patientapp.kpi.contract import Contract, Line
from patientapp.kpi.days import number
from patientapp.kpi.engine import Figure, figures, without_beside
from patientapp.kpi.facts import Facts
from patientapp.kpi.groups import DIMENSIONS, Person, groups
from patientapp.kpi.measures import Span
from patientapp.kpi.periods import before, ended, period
from patientapp.kpi.published import Dimension, Published, published
from patientapp.kpi.queries import system_contract, system_facts
from patientapp.patients.models import Patient
from patientapp.services.queries import system_service

POINTS = 24  # of a chart over time


@dataclass(frozen=True, eq=False)
class Report:
    """A service's facts and contract, read once for one request."""

    contract: Contract
    facts: Facts
    dimensions: tuple[Dimension, ...]
    hides: bool
    today: date

    def line(self, name: str) -> Line:
        """One line of the contract; NotFound for a name that it does not have."""
        found = next((line for line in self.contract.lines if line.id == name), None)
        if found is None:
            raise NotFound
        return found

    def figures(self, days: tuple[date, date], *, span: Span) -> list[Figure]:
        """Every figure of one span over one of its periods."""
        contract = without_beside(self.contract) if self.hides else self.contract
        made = figures(contract, self.facts, period(days), today=number(self.today))
        return [one for one in made if one.line.measure.period is span]

    def published(self, days: tuple[date, date], *, span: Span) -> list[Published]:
        """The same, as the viewer may see them."""
        return published(self.figures(days, span=span), self.dimensions, hides=self.hides)

    def all_of(self, month: date) -> Iterator[tuple[tuple[date, date], Published]]:
        """Every line over the newest of its own periods that has ended with this month."""
        spans = {line.measure.period for line in self.contract.lines}
        found: dict[str, tuple[tuple[date, date], Published]] = {}
        for span in spans:
            days = ended(span, month)
            found |= {one.figure.line.id: (days, one) for one in self.published(days, span=span)}
        yield from (found[line.id] for line in self.contract.lines)

    def over_time(self, line: Line, month: date) -> Iterator[tuple[tuple[date, date], Published]]:
        """One line over its periods; whether a figure is hidden does not hang on its groups."""
        span = line.measure.period
        for days in before(span, month, POINTS):
            made = published(self.figures(days, span=span), (), hides=self.hides)
            yield from ((days, one) for one in made if one.figure.line.id == line.id)


def report(viewer: Viewer, *, today: date) -> Report:
    """The return of the viewer's own service; small counts hidden from who may not see cases."""
    service = system_service(viewer.service_id)
    contract = system_contract(service)
    return Report(
        contract=contract,
        facts=system_facts(service.id),
        dimensions=tuple(_dimensions(service.id, today)),
        hides=not may(viewer, Permission.SEE_CASES),
        today=today,
    )


def _dimensions(service_id: UUID, today: date) -> Iterator[Dimension]:
    """The groups of each referral's person, in the order of the facts."""
    asked = (
        sa.select(
            Patient.birth_date,
            Patient.sex,
            Patient.ethnicity,
            Patient.imd_decile,
            Patient.language,
            Patient.needs,
        )
        .join(Episode, Episode.patient_id == Patient.id)
        .where(Episode.service_id == service_id)
        .order_by(Episode.received_at, Episode.id)
    )
    every = [groups(Person(*row), today) for row in db.session.execute(asked)]
    for place, name in enumerate(DIMENSIONS):
        names = tuple(sorted({one[place] for one in every}))
        at = {each: code for code, each in enumerate(names)}
        if names:
            yield Dimension(name, names, np.array([at[one[place]] for one in every], np.int64))


def met_counts(shown: Sequence[Published]) -> tuple[int, int, int]:
    """How many thresholds are met, how many are not, and how many cannot be said."""
    wanted = [one for one in shown if one.figure.line.threshold is not None]
    met = sum(one.met is True for one in wanted)
    missed = sum(one.met is False for one in wanted)
    return met, missed, len(wanted) - met - missed
