"""The published table of a value set: read, counted, added up, and refused if anything differs."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from patientapp.questionnaires.tables import BrokenInstrument
from patientapp.scoring.values import AGE_BANDS, GROUPS, PROFILES, SEXES, key_of, profile_codes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

SPREAD = 97
"""Places weigh 1 to 97 in the second sum, so that two exchanged rows do not cancel out."""
CLOSE = 0.00050001
"""Anchors are published to three decimals."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One published index that the table must agree with."""

    profile: str
    age_band: str
    sex: str
    index: float


@dataclass(frozen=True, slots=True)
class Sums:
    """What a published table must add up to, and how near."""

    plain: float
    weighted: float
    within: float
    weighted_within: float


def read_table(
    content: bytes, name: str, *, by_group: bool, anchors: Sequence[Anchor], sums: Sums | None
) -> Floats:
    """The table in the order of keys; BrokenInstrument names what is wrong with the file."""
    values = _values(content, name, by_group=by_group)
    groups = _groups(by_group=by_group)
    for anchor in anchors:
        place = key_of(anchor.profile) * len(groups) + groups[anchor.age_band, anchor.sex]
        if abs(values[place] - anchor.index) > CLOSE:
            which = " ".join(filter(None, (anchor.profile, anchor.age_band, anchor.sex)))
            raise BrokenInstrument(
                f"{name}: {which} is {values[place]}, and was published as {anchor.index}"
            )
    if sums is not None:
        _check_sums(values, name, sums)
    return values


def sums_of(values: Floats) -> tuple[float, float]:
    """Both sums of a table: plain, and weighted by place."""
    weights = 1 + np.arange(len(values)) % SPREAD
    return float(values.sum()), float((values * weights).sum())


def _check_sums(values: Floats, name: str, sums: Sums) -> None:
    """Refuse a table of which any row was changed or exchanged."""
    plain, weighted = sums_of(values)
    if abs(plain - sums.plain) > sums.within:
        raise BrokenInstrument(f"{name}: the indexes add up to {plain:.4f}, and not to {sums.plain:.4f}")
    if abs(weighted - sums.weighted) > sums.weighted_within:
        raise BrokenInstrument(f"{name}: rows are exchanged or changed")


def _values(content: bytes, name: str, *, by_group: bool) -> Floats:
    """Every index of the table, one for each key."""
    values = np.full(PROFILES * (GROUPS if by_group else 1), np.nan)
    groups = _groups(by_group=by_group)
    keys = {f"{int(code)}": key for key, code in enumerate(profile_codes().tolist())}
    found: dict[int, float] = {}
    for line, (profile, group, index) in enumerate(_rows(content, name, by_group=by_group), 2):
        try:
            place, value = keys[profile] * len(groups) + groups[group], float(index)
        except KeyError as error:
            raise BrokenInstrument(f"{name}: line {line}: {error} is not known") from None
        except (ValueError, TypeError):
            raise BrokenInstrument(f"{name}: line {line}: {index!r} is no number") from None
        if place in found or not np.isfinite(value):
            raise BrokenInstrument(f"{name}: line {line}: stands there twice or is no number")
        found[place] = value
    if len(found) != len(values):
        raise BrokenInstrument(f"{name}: has {len(found)} rows, and needs {len(values)}")
    values[list(found)] = list(found.values())
    return values


def _rows(content: bytes, name: str, *, by_group: bool) -> Iterator[tuple[str, tuple[str, str], str]]:
    """Profile, group and index of each row, after the header has been checked."""
    try:
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise BrokenInstrument(f"{name}: is not UTF-8 text") from None
    header = next(rows, [])
    wanted = ["profile", *(("age_band", "sex") if by_group else ()), "index"]
    if missing := [column for column in wanted if column not in header]:
        raise BrokenInstrument(f"{name}: the column {missing[0]!r} is missing")
    places = [header.index(column) for column in wanted]
    for row in rows:
        cells = [row[place] if place < len(row) else "" for place in places]
        yield cells[0], (cells[1], cells[2]) if by_group else ("", ""), cells[-1]


def _groups(*, by_group: bool) -> Mapping[tuple[str, str], int]:
    """The place of each group of people within a profile."""
    if not by_group:
        return {("", ""): 0}
    pairs = ((age, sex) for age in AGE_BANDS for sex in SEXES)
    return {pair: place for place, pair in enumerate(pairs)}
