"""What the cases of one line add up to, over some people; tallies of other people can be added.

Every case of a line is about one person or about nobody, so the sums over parts of the people are the
sums over all of them: that is why a return can be reckoned a part at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases
from patientapp.kpi.contract import Line
from patientapp.kpi.facts import NEVER, Dimension
from patientapp.kpi.measures import readings
from patientapp.kpi.outcomes import outcomes
from patientapp.kpi.pair_rules import beyond_noise, improved, pairs_of
from patientapp.kpi.vocabulary import RULES, wants

Group = tuple[str, str]  # dimension, name
Sums = tuple[int, int]  # numerator, denominator


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts and sums of one line."""

    numerator: int = 0
    denominator: int = 0
    cases: int = 0
    counted: int = 0
    activity: int = 0  # of which a sample is a share
    late: int = 0  # closed, over the limit
    any_change: int = 0
    important: int = 0
    reliable: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    others: Mapping[tuple[str, str], Sums] = field(default_factory=dict)  # other readings
    groups: Mapping[Group, Sums] = field(default_factory=dict)
    is_part: bool = True  # the numerator of every case is within its denominator
    has_nobody: bool = False  # some of it is of nobody in particular

    def __add__(self, other: Tally) -> Tally:
        mine, theirs = vars(self), vars(other)
        sums: dict[str, Any] = {name: mine[name] + theirs[name] for name in _ADDED}
        sums |= {name: _paired(mine[name], theirs[name]) for name in ("others", "groups")}
        return Tally(
            **sums,
            is_part=self.is_part and other.is_part,
            has_nobody=self.has_nobody or other.has_nobody,
        )


_ADDED = (
    *("numerator", "denominator", "cases", "counted", "activity", "late"),
    *("any_change", "important", "reliable", "excluded"),
)


def _paired(mine: Mapping[Any, Sums], theirs: Mapping[Any, Sums]) -> dict[Any, Sums]:
    none = (0, 0)
    return {
        key: (
            mine.get(key, none)[0] + theirs.get(key, none)[0],
            mine.get(key, none)[1] + theirs.get(key, none)[1],
        )
        for key in {**mine, **theirs}
    }


def cases_of(line: Line, ask: Ask) -> Cases:
    """The cases of one line, by its rule."""
    given = dict(line.given)
    if wants(line.measure.rule, "outcomes"):
        given["outcomes"] = outcomes(ask.choices)
    if "outcome" in given:
        given["outcome"] = outcomes(ask.choices)[given["outcome"]]
    return RULES[line.measure.rule](ask, **given)


def tally(line: Line, ask: Ask) -> Tally:
    """One line over the people of `ask`."""
    found = cases_of(line, ask)
    kept = found.one(found.counted)
    numerator, denominator = found.sums()
    return Tally(
        numerator=numerator,
        denominator=denominator,
        cases=len(found),
        counted=len(kept),
        activity=_activity(line, ask),
        late=int(((kept.began != NEVER) & (kept.numerator == 0)).sum()),
        excluded=Counter(found.excluded()),
        others=dict(_others(line, ask)),
        groups=dict(_groups(kept, ask.facts.dimensions)),
        is_part=bool((found.numerator <= found.denominator).all()),
        has_nobody=bool((kept.referral < 0).any()),
        **_changes(line, ask, kept),
    )


def _activity(line: Line, ask: Ask) -> int:
    """The referrals of which a sample is a share (X14)."""
    if not line.sample_percent:
        return 0
    when = ask.facts.referrals.received
    if ask.reads("sample_activity", "accepted"):
        when = ask.facts.first("accepted")
    return int(ask.period.has(when).sum())


def _others(line: Line, ask: Ask) -> Iterator[tuple[tuple[str, str], Sums]]:
    """The same line with one clause read in each of the other ways."""
    for name in line.measure.readings:
        reading = readings()[name]
        for other in (reading.taken, *reading.others):
            if not ask.reads(name, other):
                yield (name, other), cases_of(line, ask.otherwise(name, other)).sums()


def _groups(kept: Cases, dimensions: Sequence[Dimension]) -> Iterator[tuple[Group, Sums]]:
    whose = kept.referral >= 0  # counts of nobody in particular have no groups (OPS-07)
    for dimension in dimensions:
        code, size = dimension.of[kept.referral[whose]], len(dimension.groups)
        over = np.bincount(code, weights=kept.numerator[whose], minlength=size)
        under = np.bincount(code, weights=kept.denominator[whose], minlength=size)
        for name, n, d in zip(dimension.groups, over, under, strict=True):
            yield (dimension.name, name), (round(n), round(d))


def _changes(line: Line, ask: Ask, kept: Cases) -> dict[str, int]:
    """Any change, important change and reliable change of the same people (practice.md B)."""
    if "outcome" not in line.given:
        return {}
    of = outcomes(ask.choices)[line.given["outcome"]]
    pairs, who = pairs_of(ask, of), kept.referral
    return {
        "any_change": int(improved(pairs)[who].sum()),
        "important": int(improved(pairs, of.important)[who].sum()),
        "reliable": int(beyond_noise(pairs, of.reliable)[who].sum()),
    }
