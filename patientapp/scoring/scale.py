"""What a scale is: its items, its missing rule, its direction, and how much change matters."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patientapp.scoring.values import ValueSet


class Method(StrEnum):
    """The closed vocabulary of scoring; each name is bound to one function in `methods.py`."""

    SUM = "sum"
    MEAN = "mean"
    PRORATED = "prorated"
    ANSWERED = "answered"
    TOP = "top"
    BAND = "band"
    RISK = "risk"
    PROFILE = "profile"
    LEVEL_FREQUENCY = "level-frequency"
    VALUE_SET = "value-set"
    EXTERNAL = "external"


class Better(StrEnum):
    """Which way is better for the person."""

    HIGHER = "higher"
    LOWER = "lower"

    @property
    def sign(self) -> int:
        """What turns a difference into a gain: 1 or -1."""
        return 1 if self is Better.HIGHER else -1


class Reason(StrEnum):
    """Why a score is null; a missing score is never 0 (CLIN-05)."""

    INCOMPLETE = "incomplete"
    OUT_OF_RANGE = "out_of_range"
    NO_VALUE_SET_INPUTS = "no_value_set_inputs"


REASONS: tuple[Reason | None, ...] = (None, *Reason, None)
"""What the small numbers in `Scores.reasons` mean: 0 is a value, 1 is incomplete, and so on."""
ABSENT = len(REASONS) - 1
"""No such score is due: a prorated total beside a whole one. It is left out, and not null."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of answers: its whole-number range, and what its values are worth in points."""

    code: str
    minimum: float
    maximum: float
    points: tuple[int, ...] = ()
    """Points for the values 0, 1, 2 ...; empty means the value itself."""
    allowed: tuple[int, ...] = ()
    default: int | None = None
    """What an empty cell stands for, for a setting such as the top of the scale."""
    words: tuple[str, ...] = ()
    """Words that may be written for 0, 1, 2 ...: female, male."""
    whole: bool = True
    counted: bool = True
    """Whether a bad cell counts in n_invalid: items do, age and sex do not."""


@dataclass(frozen=True, slots=True)
class Important:
    """The smallest change that matters to a person, with where the figure comes from."""

    change: float
    source: str
    percent: float | None = None
    """Of the baseline: whichever of the two a change reaches first makes it matter."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """How noisy a score is (Jacobson & Truax 1991): SEM = SD sqrt(1 - r), SDC95 = 1.96 sqrt(2) SEM.

    >>> round(Reliability(r=0.83, kind="ICC", sd=20, source="example").sdc95, 1)
    22.9
    """

    r: float
    kind: str
    sd: float
    source: str
    published_sdc95: float | None = None
    sd_source: str = "published"
    version: str = "1"
    placeholder: bool = False
    """Whether the SD is a convention that gives way to the service's own (instruments.md section 9)."""
    people: int | None = None
    """On how many people the SD rests, where it is a service's own."""

    @property
    def sem(self) -> float:
        """The standard error of measurement, in points of the scale."""
        return self.sd * sqrt(1 - self.r)

    @property
    def s_diff(self) -> float:
        """The standard error of a difference of two scores."""
        return self.sem * sqrt(2)

    @property
    def sdc95(self) -> float:
        """The smallest change beyond noise for one person: as published, else 1.96 x s_diff."""
        return self.published_sdc95 if self.published_sdc95 is not None else 1.96 * self.s_diff


@dataclass(frozen=True, slots=True)
class Code:
    """A concept in a public code system, with how sure we are of it."""

    system: str
    code: str
    status: str = ""
    label: str = ""
    """For a score in classes: the class that this concept is; empty for the score itself."""


@dataclass(frozen=True, slots=True)
class Scale:
    """One score: which items, by which method, needing how many, in which range and direction."""

    code: str
    method: Method
    items: tuple[str, ...]
    title: str = ""
    least_answered: int | None = None
    most_answered: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    better: Better | None = None
    starts: tuple[float, ...] = ()
    """For a band: the lowest value of each class, ascending."""
    labels: tuple[str, ...] = ()
    total: str = ""
    distress: str = ""
    low_up_to: float = 0
    medium_up_to: float = 0
    """For a risk: the two scales asked, and the highest totals that are still low and medium."""
    limit: str = ""
    """For a scale whose top is another column (CollaboRATE: 9 or 4): that column."""
    value_set: ValueSet | None = None
    important: Important | None = None
    reliability: Reliability | None = None
    patient_facing: bool = False
    exported: bool = True
    """Whether the `score` command writes a column for it."""
    optional: bool = False
    """Whether it is made only where somebody asks for it by name."""
    missing_source: str = ""
    source: str = ""
    codes: tuple[Code, ...] = field(default=())

    @property
    def least(self) -> int:
        """How many items must be answered; all of them where the data say nothing."""
        return len(self.items) if self.least_answered is None else self.least_answered

    @property
    def most(self) -> int:
        """How many items may be answered for this score to be used."""
        return len(self.items) if self.most_answered is None else self.most_answered

    @property
    def textual(self) -> bool:
        """Whether the score is a text (a profile, a class) and no number."""
        return bool(self.labels) or self.method in (Method.PROFILE, Method.LEVEL_FREQUENCY)

    def text(self, value: float) -> str:
        """The text of a textual score: `medium`, or five digits with their leading zeros."""
        return self.labels[int(value)] if self.labels else f"{int(value):05d}"
