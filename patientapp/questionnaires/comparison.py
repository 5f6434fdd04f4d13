"""Two occasions of one person compared: important and reliable change side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from patientapp.scoring.change import (
    Direction,
    ImportantChange,
    Paretian,
    ReliableChange,
    direction,
    important_codes,
    important_size,
    paretian_codes,
    reliable_codes,
)

if TYPE_CHECKING:
    from patientapp.questionnaires.definition import Instrument
    from patientapp.scoring.scale import Reliability, Scale

ENOUGH_PEOPLE = 100
"""From so many people on, the service's own baseline SD replaces the published placeholder."""

OWN_SOURCE = "own service at baseline"


@dataclass(frozen=True, slots=True)
class OwnSpread:
    """The standard deviation of a scale at baseline in one's own service."""

    sd: float
    people: int
    version: str
    """Which calculation this was, such as the date it was made."""


@dataclass(frozen=True, slots=True)
class SpreadUsed:
    """Which standard deviation the noise was reckoned with, and where it comes from."""

    sd: float
    source: str
    version: str
    people: int | None
    """On how many people of the service it rests; None for a published or conventional figure."""

    def __str__(self) -> str:
        """In one line, for a table."""
        resting = f", {self.people} people" if self.people else ""
        return f"SD {self.sd:.3g}: {self.source}{resting} ({self.version})"


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one scale of one person; None where no figure for it is known."""

    difference: float
    direction: Direction
    important: ImportantChange | None
    reliable: ReliableChange | None
    important_threshold: float | None
    sdc95: float | None
    sd_used: SpreadUsed | None
    sources: tuple[str, ...]


def compare(
    instrument: Instrument,
    scale_code: str,
    base: float,
    follow: float,
    *,
    own: OwnSpread | None = None,
) -> Change:
    """Follow-up minus baseline of one scale; ValueError for a scale that has no better or worse."""
    scale = instrument.scale(scale_code)
    if instrument.no_change:
        raise ValueError(f"no change is formed for {instrument.id}: {instrument.no_change}")
    if scale.better is None or scale.textual:
        raise ValueError(f"{scale_code} of {instrument.id} has no direction")
    reliability = used_reliability(scale, own)
    difference = follow - base
    gain = difference * scale.better.sign
    size = float(important_size(scale.important, base)) if scale.important else None
    return Change(
        difference=difference,
        direction=direction(gain),
        important=_important(size, gain),
        reliable=_reliable(reliability, gain),
        important_threshold=size,
        sdc95=reliability.sdc95 if reliability else None,
        sd_used=_spread_used(reliability) if reliability else None,
        sources=tuple(part.source for part in (scale.important, reliability) if part),
    )


def used_reliability(scale: Scale, own: OwnSpread | None = None) -> Reliability | None:
    """The noise to reckon with: a placeholder SD gives way to the service's own of enough people."""
    known = scale.reliability
    if known is None or own is None or not known.placeholder:
        return known
    if own.people < ENOUGH_PEOPLE or not own.sd > 0:
        return known
    return replace(
        known,
        sd=own.sd,
        sd_source=OWN_SOURCE,
        version=own.version,
        people=own.people,
        published_sdc95=None,
        placeholder=False,
    )


def _spread_used(reliability: Reliability) -> SpreadUsed:
    return SpreadUsed(
        sd=reliability.sd,
        source=reliability.sd_source,
        version=reliability.version,
        people=reliability.people,
    )


def _important(size: float | None, gain: float) -> ImportantChange | None:
    return None if size is None else list(ImportantChange)[int(important_codes(gain, size))]


def _reliable(reliability: Reliability | None, gain: float) -> ReliableChange | None:
    if reliability is None:
        return None
    return list(ReliableChange)[int(reliable_codes(gain, reliability.sdc95))]


def compare_profiles(base: str, follow: str, *, no_problems: bool = False) -> Paretian:
    """The Paretian class of two EQ-5D-5L profiles.

    >>> compare_profiles("21232", "21222")
    <Paretian.IMPROVE: 'Improve'>
    """
    before, after = ([int(digit) for digit in profile] for profile in (base, follow))
    return list(Paretian)[int(paretian_codes([before], [after], no_problems=no_problems)[0])]
