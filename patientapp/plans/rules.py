"""What a flare-up plan holds, when it may be agreed, and which one is in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Section(StrEnum):
    """The parts of a plan, in the order they are written and read (patient-experience.md section 9)."""

    SIGNS = "signs"
    TRIGGERS = "triggers"
    FIRST_DAY = "first_day"
    KEEP_DOING = "keep_doing"
    DO_LESS = "do_less"
    LEAVE_FOR_NOW = "leave_for_now"
    COMFORT = "comfort"
    MEDICINES = "medicines"
    PEOPLE = "people"
    AT_HOME = "at_home"
    BUILD_BACK = "build_back"
    KIND_WORDS = "kind_words"
    WHEN_TO_CONTACT = "when_to_contact"
    URGENT = "urgent"
    HOW_TO_CONTACT = "how_to_contact"


class PlanState(StrEnum):
    """Where a version is; the newest step says."""

    DRAFT = "draft"
    SHARED = "shared"
    AGREED = "agreed"
    WITHDRAWN = "withdrawn"


# The safety wording and the service's own number: shown on every plan, editable by nobody (CLIN-01).
FIXED = frozenset({Section.URGENT, Section.HOW_TO_CONTACT})
WRITABLE = tuple(section for section in Section if section not in FIXED)
NEEDED = (Section.FIRST_DAY, Section.WHEN_TO_CONTACT)  # and URGENT: patient-experience.md section 9

MOVES: Mapping[PlanState, frozenset[PlanState]] = {
    PlanState.DRAFT: frozenset({PlanState.SHARED, PlanState.AGREED, PlanState.WITHDRAWN}),
    PlanState.SHARED: frozenset({PlanState.DRAFT, PlanState.AGREED, PlanState.WITHDRAWN}),
    PlanState.AGREED: frozenset({PlanState.WITHDRAWN}),
    PlanState.WITHDRAWN: frozenset(),
}
BEING_WRITTEN = frozenset({PlanState.DRAFT, PlanState.SHARED})

LONGEST_WORDS = 2_000  # of one section: all fourteen still fit on a few sheets
LONGEST_NOTE = 500
MOST_PEOPLE = 4
LONGEST_NAME, LONGEST_NUMBER, LONGEST_ASK = 100, 30, 200
OLDEST_FLARE = timedelta(days=90)  # further back nobody remembers the day
LONGEST_REVIEW = timedelta(days=366 * 2)


@dataclass(frozen=True)
class Helper:
    """Somebody who can help: who, which number, what to ask."""

    name: str
    number: str = ""
    ask: str = ""


@dataclass(frozen=True)
class Idea:
    """One idea to pick; kept in the words it was shown in, so that an agreed plan never changes."""

    code: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What stands in one section."""

    picked: Sequence[Idea] = ()
    words: str = ""
    own_first: bool = False
    people: Sequence[Helper] = ()

    @property
    def is_filled(self) -> bool:
        """Whether anything stands here."""
        return bool(self.picked or self.words.strip() or self.people)

    @property
    def lines(self) -> list[str]:
        """One line a step: the ideas and the own words, in the order the person chose."""
        own = [line.strip() for line in self.words.splitlines() if line.strip()]
        ideas = [idea.words for idea in self.picked]
        return own + ideas if self.own_first else ideas + own

    @property
    def free_text(self) -> str:
        """What the person wrote themselves."""
        return "\n".join([self.words, *(f"{one.name} {one.ask}" for one in self.people)]).strip()


EMPTY = Content()


@dataclass(frozen=True, kw_only=True)
class Saved:
    """The newest content of one section, and the number of the change that made it."""

    seq: int
    content: Content
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move of a version."""

    seq: int
    state: PlanState
    by: str
    at: datetime
    note: str = ""
    review_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One version of a person's plan."""

    id: UUID
    service_id: UUID
    patient_id: UUID
    version: int
    language: str
    created_at: datetime
    sections: Mapping[Section, Saved] = field(default_factory=dict)
    steps: Sequence[Step] = ()

    @property
    def state(self) -> PlanState:
        """Where it is."""
        return self.steps[-1].state

    @property
    def is_open(self) -> bool:
        """Whether it may still be written in."""
        return self.state in BEING_WRITTEN

    @property
    def agreement(self) -> Step | None:
        """The step that agreed it, even where it was withdrawn since."""
        return next((step for step in self.steps if step.state is PlanState.AGREED), None)

    @property
    def changed_at(self) -> datetime:
        """When anything in it last changed."""
        return max([self.created_at, *(one.at for one in self.sections.values()), self.steps[-1].at])

    @property
    def seen(self) -> str:
        """What a reader has seen: the newest change and the newest step (CLIN-07)."""
        newest = max((one.seq for one in self.sections.values()), default=0)
        return f"{newest}.{self.steps[-1].seq}"

    def content(self, section: Section) -> Content:
        """What stands in a section; empty where nothing does."""
        return self.sections[section].content if section in self.sections else EMPTY

    def seq_of(self, section: Section) -> int:
        """The number of the newest change of a section; 0 where there is none."""
        return self.sections[section].seq if section in self.sections else 0

    @property
    def filled(self) -> list[Section]:
        """The sections that hold something, in their order."""
        return [section for section in WRITABLE if self.content(section).is_filled]


def missing(plan: Plan, *, has_urgent: bool) -> list[Section]:
    """What a plan lacks before it can be agreed; empty when it lacks nothing."""
    lacking = [section for section in NEEDED if not plan.content(section).is_filled]
    return lacking if has_urgent else [*lacking, Section.URGENT]


def in_use(plans: Sequence[Plan]) -> Plan | None:
    """The plan to follow now: the newest agreed one, else what is being written if it has steps."""
    agreed = [plan for plan in plans if plan.state is PlanState.AGREED]
    if agreed:
        return max(agreed, key=lambda plan: plan.version)
    begun = being_written(plans)
    return begun if begun and begun.content(Section.FIRST_DAY).is_filled else None


def being_written(plans: Sequence[Plan]) -> Plan | None:
    """The version that is a draft or shared, if there is one."""
    return next((plan for plan in plans if plan.is_open), None)


class CopyState(StrEnum):
    """What a phone with a copy is told at its next contact (CLIN-10)."""

    CURRENT = "current"
    OLDER = "older"  # a newer version is agreed: the copy stays and says so
    ENDED = "ended"  # withdrawn, or taken off this phone: the copy goes


def copy_state(plan: Plan | None, plans: Sequence[Plan], *, is_ended: bool) -> CopyState:
    """What becomes of a phone's copy of this plan."""
    if plan is None or is_ended:
        return CopyState.ENDED
    newest = in_use(plans)
    if newest is not None and newest.state is PlanState.AGREED and newest.version > plan.version:
        return CopyState.OLDER
    return CopyState.CURRENT if plan.state is PlanState.AGREED else CopyState.ENDED


def flare_day_problem(on: date, *, today: date) -> str:
    """Why a flare-up cannot have begun on this day, as a code; empty when it can."""
    if on > today:
        return "in_future"
    return "too_long_ago" if on < today - OLDEST_FLARE else ""


def review_problem(on: date | None, *, today: date) -> str:
    """Why a plan cannot be reviewed on this day, as a code; empty when it can."""
    if on is None:
        return "no_day"
    return "" if today < on <= today + LONGEST_REVIEW else "not_ahead"
