"""A service's contract as data: clocks, limits, packs, documents and figures, each with its clause.

Nothing here asks which contract it is: what differs between the five specifications, and the next
one, is a value in a file of `contracts/`. The figures of the return (`outcomes`, `readings`, `kpis`)
are read here only as far as every contract has them; what a measure needs, its own room knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from patientapp.questionnaires.tables import Table


class Route(StrEnum):
    """How somebody comes back after discharge (X9)."""

    DIRECT = "direct"
    WITHIN_WINDOW = "within_window"  # by themselves while the support window is open, else their GP
    SINGLE_POINT = "single_point_of_access"
    REFERRER = "referrer"


class LimitUnit(StrEnum):
    """What a clock counts."""

    WORKING_DAYS = "working_days"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How long something may take: from an event to the first of others."""

    id: str
    title: str
    start: str
    ends: tuple[str, ...]
    limit: int
    unit: LimitUnit
    clause: str
    urgency: str = ""  # empty: routine and urgent alike
    choice_pauses: bool = False  # waits that the person chose are left out
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class EpisodeLimit:
    """How long an episode may last, from which event to which (X7)."""

    months: int
    start: tuple[str, ...]
    ends: tuple[str, ...]
    warn_months: int  # listed from then on, before it is late
    clause: str


@dataclass(frozen=True, kw_only=True)
class Support:
    """How long after which event a person may come back, and how (X8, X9)."""

    route: Route
    months: int | None  # none: no limit is stated
    after: tuple[str, ...]
    clause: str


@dataclass(frozen=True, kw_only=True)
class CohortPacks:
    """The packs of one cohort, and topics that are never sent to it of themselves (N01)."""

    cohort: str
    schedule: str
    never_sent: tuple[str, ...]
    clause: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """A kind of letter: when it is due, to whom it goes, which blocks it cannot do without."""

    kind: str
    title: str
    start: str
    days: int | None  # working days; none: no clock
    text_days: int | None  # where the text of the contract says another figure than its KPI (X5, X6)
    recipients: tuple[str, ...]
    blocks: tuple[str, ...]
    paper_copy: bool
    clause: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey that the contract asks for."""

    instrument: str
    period: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class ProfileEvent:
    """An event that this contract names besides those of every service."""

    name: str
    title: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The education programme: hours, most people at a time, what completing it takes."""

    hours: float | None
    sessions: int | None
    most_people: int | None
    complete_share: float  # of sessions or hours attended
    clause: str


@dataclass(frozen=True, kw_only=True)
class Review:
    """When a form that clinicians fill in (`findings/forms`) is due, and how often again."""

    form: str
    after: str  # the event, or the form, that its days count from
    after_form: bool
    days: int
    months: int  # again so many months after it was last filled in; 0: once
    clause: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One commissioned specification."""

    id: str
    version: int
    name: str
    specification: str
    first_day: date
    minimum_age: int
    closes: time | None  # a receipt after it counts from the next working day; none: no hours are stated
    hours: str
    clocks: tuple[Clock, ...]
    episode: EpisodeLimit | None
    review_months: int | None  # the need for the service is reviewed so often (H01)
    support: Support
    cohorts: tuple[CohortPacks, ...]
    documents: tuple[Document, ...]
    surveys: tuple[Survey, ...]
    events: tuple[ProfileEvent, ...]
    programme: Programme | None
    reviews: tuple[Review, ...]
    figures: Table  # outcomes, readings, kpis: for the KPI engine

    @property
    def schedule(self) -> str:
        """The packs of the cohort that most people are of."""
        return self.cohorts[0].schedule

    def schedule_of(self, cohort: str) -> str:
        """The packs of one cohort."""
        return next((one.schedule for one in self.cohorts if one.cohort == cohort), self.schedule)

    @property
    def event_names(self) -> Mapping[str, ProfileEvent]:
        """The contract's own events, by name."""
        return {one.name: one for one in self.events}
