"""Who is in the demonstration: invented people, the same for each seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from patientapp.assessments.rules import TimePoint
from patientapp.episodes.rules import PainSite
from patientapp.patients.rules import Sex
from patientapp.questionnaires.definition import Instrument, Item, Show

HIGHER_IS_BETTER = frozenset({"pseq", "collaborate"})


class Stage(StrEnum):
    """Where a person of the demonstration is."""

    NEVER_ANSWERED = "never answered"
    HALF_WAY = "half way"
    OVERDUE = "overdue"
    ENTRY_DONE = "entry done"
    RISK = "answered, with a worrying answer"
    BETTER = "discharged and better"
    WORSE = "discharged and worse"
    LEVEL = "discharged, three months open"
    FOLLOWED_UP = "followed up for six months"


@dataclass(frozen=True)
class Course:
    """The days of an episode before today, and how heavy the pain was at each time point."""

    received: int  # days ago
    discharged: int | None = None
    burden: Mapping[TimePoint, float] = field(default_factory=dict)  # 0 none, 1 the most


COURSES: Mapping[Stage, Course] = {
    Stage.NEVER_ANSWERED: Course(6),
    Stage.HALF_WAY: Course(9),
    Stage.OVERDUE: Course(45),
    Stage.ENTRY_DONE: Course(30, burden={TimePoint.T0: 0.65}),
    Stage.RISK: Course(12, burden={TimePoint.T0: 0.85}),
    Stage.BETTER: Course(250, 60, {TimePoint.T0: 0.75, TimePoint.TD: 0.35}),
    Stage.WORSE: Course(240, 50, {TimePoint.T0: 0.5, TimePoint.TD: 0.75}),
    Stage.LEVEL: Course(280, 90, {TimePoint.T0: 0.6, TimePoint.TD: 0.58}),
    Stage.FOLLOWED_UP: Course(
        400,
        205,
        {TimePoint.T0: 0.8, TimePoint.TD: 0.55, TimePoint.T3: 0.5, TimePoint.T6: 0.45},
    ),
}

GIVEN = [
    "Ash",
    "Bryn",
    "Cam",
    "Dale",
    "Eden",
    "Flo",
    "Gray",
    "Hollis",
    "Ira",
    "Jude",
    "Kit",
    "Lane",
    "Merle",
    "Noor",
    "Oak",
    "Perry",
    "Quin",
    "Reed",
]
FAMILY = [
    "Applewick",
    "Bramley-Fold",
    "Crossmoor",
    "Dunfell",
    "Elderbeck",
    "Fernhalgh",
    "Gillthwaite",
    "Hawksclough",
    "Inglebarrow",
    "Juniper-Lea",
    "Kettlesing",
    "Larkrigg",
    "Mossgate",
    "Netherfold",
    "Overbeck",
    "Pikeshaw",
    "Quarrydale",
    "Rowanhirst",
]


@dataclass(frozen=True)
class Person:
    """One invented person."""

    number: int
    stage: Stage
    given_name: str
    family_name: str
    birth_date: date
    sex: Sex
    pain_site: PainSite

    @property
    def course(self) -> Course:
        """Their days."""
        return COURSES[self.stage]

    @property
    def mobile(self) -> str:
        """A number kept free for drama."""
        return f"07700 900{self.number + 100:03d}"

    @property
    def nhs_number(self) -> str:
        """A number of the range that is never given to anybody."""
        return nhs_number_999(self.number)


def nhs_number_999(number: int) -> str:
    """The next valid number of the 999 range; one in eleven has no check digit and is passed over."""
    body = f"999{number * 2:06d}"
    while (check := _check_digit(body)) == 10:
        body = f"{int(body) + 1}"
    return f"{body}{check}"


def _check_digit(body: str) -> int:
    total = sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11


def people(seed: int, *, today: date) -> Iterator[Person]:
    """Two people at every stage."""
    chance = np.random.default_rng(seed)
    sites = list(PainSite)
    stages = [stage for stage in Stage for _twice in range(2)]
    for number, stage in enumerate(stages):
        yield Person(
            number=number,
            stage=stage,
            given_name=GIVEN[number % len(GIVEN)],
            family_name=FAMILY[number % len(FAMILY)],
            birth_date=today - timedelta(days=int(chance.integers(24 * 365, 80 * 365))),
            sex=[Sex.FEMALE, Sex.MALE][int(chance.integers(2))],
            pain_site=PainSite.BACK if number % 2 == 0 else sites[int(chance.integers(len(sites)))],
        )


def answers(
    instrument: Instrument, burden: float, *, seed: int, worrying: bool = False
) -> dict[str, int | None]:
    """Answers of somebody who carries this much; about one question in forty is skipped."""
    chance = np.random.default_rng(seed)
    given: dict[str, int | None] = {}
    for item in instrument.items:
        share = _share(instrument, item, burden) + float(chance.normal(0, 0.08))
        given[item.code] = None if chance.random() < 1 / 40 else _value(item, share)
    for rule in instrument.risk_rules:
        if worrying:
            given[rule.item] = max(rule.values)
        elif given[rule.item] in rule.values:
            given[rule.item] = min(rule.values) - 1
    return given


def _share(instrument: Instrument, item: Item, burden: float) -> float:
    is_better_high = instrument.id in HIGHER_IS_BETTER or item.show is Show.VAS
    return 1 - burden if is_better_high else burden


def _value(item: Item, share: float) -> int:
    choices = item.options or tuple(range(item.minimum, item.maximum + 1))
    place = round(min(max(share, 0.0), 1.0) * (len(choices) - 1))
    return sorted(choices)[place]
