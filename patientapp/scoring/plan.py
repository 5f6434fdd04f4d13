"""The arrays of one questionnaire's scales, prepared once when its data are loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from patientapp.scoring.scale import Column, Method, Reason, Scale
from patientapp.scoring.values import DIMENSIONS, KEY_WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

TOTALS = (Method.SUM, Method.EXTERNAL)
"""A licensed score comes in as the only item of its scale: its total is itself."""
KEYED = (Method.PROFILE, Method.LEVEL_FREQUENCY, Method.VALUE_SET)
BY_GROUP = ("age", "sex")


@dataclass(frozen=True, slots=True)
class Need:
    """A scale that is null for this reason unless these columns are good as well as its items."""

    scale: int
    columns: list[int]
    reason: Reason


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Everything `score` asks of a questionnaire; made by `prepare`, never by hand."""

    columns: tuple[Column, ...]
    scales: tuple[Scale, ...]
    codes: tuple[str, ...]
    place: Mapping[str, int]
    """Where each scale's values stand."""
    at: Mapping[str, int]
    """Where each column's answers stand."""
    low: Floats
    high: Floats
    weights: Floats
    members: Floats
    full: Floats
    least: Floats
    most: Floats
    points: tuple[tuple[int, Floats], ...]
    counted: Ints
    fractional: Ints
    needs: tuple[Need, ...]
    derived: tuple[tuple[int, Scale], ...]
    """Scales that are not simply the total of their items."""
    textual: tuple[bool, ...]
    partial: tuple[int, ...]
    """Scales that are for incomplete answers only."""
    limit: int | None
    defaults: tuple[tuple[int, int], ...]
    choices: tuple[tuple[int, tuple[int, ...]], ...]
    ranges: dict[Any, tuple[Any, Any]] = field(default_factory=dict)

    def range_for(self, dtype: np.dtype[Any]) -> tuple[Any, Any]:
        """Lowest and highest answers as columns of this type, so that comparing copies nothing."""
        if dtype not in self.ranges:
            top = np.iinfo(dtype).max if dtype.kind in "iu" else np.inf
            self.ranges[dtype] = (
                self.low.astype(dtype),
                np.minimum(self.high, top).astype(dtype),
            )
        return self.ranges[dtype]

    def only(self, *codes: str) -> Plan:
        """The same plan for some scales; its answers have just the columns that these use."""
        asked = {scale.code: scale for scale in self.scales if scale.code in codes}
        for scale in tuple(asked.values()):
            parts = filter(None, (scale.total, scale.distress))
            asked |= {part: self.scales[self.place[part]] for part in parts}
        return prepare(self.columns, list(asked.values()))


def columns_of(scale: Scale) -> tuple[str, ...]:
    """Every column a scale reads, further inputs included."""
    groups = BY_GROUP if scale.value_set is not None and scale.value_set.by_group else ()
    return (*scale.items, *groups, *((scale.limit,) if scale.limit else ()))


def prepare(columns: Iterable[Column], scales: Sequence[Scale]) -> Plan:
    """The plan of these scales over those of the columns that any of them uses, in column order."""
    kept = _used(columns, scales)
    keeping = list(enumerate(kept))
    at = {column.code: i for i, column in keeping}
    members = _matrix(scales, at, weighted=False)
    limits = {at[scale.limit] for scale in scales if scale.limit}
    return Plan(
        columns=kept,
        scales=tuple(scales),
        codes=tuple(column.code for column in kept),
        place={scale.code: i for i, scale in enumerate(scales)},
        at=at,
        low=_upright(column.minimum for column in kept),
        high=_upright(column.maximum for column in kept),
        weights=_matrix(scales, at, weighted=True),
        members=members,
        full=members.sum(axis=1, keepdims=True),
        least=_upright(scale.least for scale in scales),
        most=_upright(scale.most for scale in scales),
        points=tuple((i, np.array(c.points, float)) for i, c in keeping if c.points),
        counted=_where(column.counted for column in kept),
        fractional=_where(not column.whole for column in kept),
        needs=tuple(_needs(scales, at)),
        derived=tuple((i, s) for i, s in enumerate(scales) if s.method not in TOTALS),
        textual=tuple(scale.textual for scale in scales),
        partial=tuple(i for i, scale in enumerate(scales) if scale.most < len(scale.items)),
        limit=min(limits) if limits else None,
        defaults=tuple((i, c.default) for i, c in keeping if c.default is not None),
        choices=tuple((i, c.allowed) for i, c in keeping if c.allowed),
    )


def _used(columns: Iterable[Column], scales: Sequence[Scale]) -> tuple[Column, ...]:
    """The columns that any scale reads; ValueError names one that is not there."""
    used = {code for scale in scales for code in columns_of(scale)}
    kept = tuple(column for column in columns if column.code in used)
    if missing := used - {column.code for column in kept}:
        raise ValueError(f"no such item: {', '.join(sorted(missing))}")
    return kept


def _upright(values: Iterable[float]) -> Floats:
    """Numbers as one column, to stand against answers of columns x people."""
    return np.array(list(values), dtype=np.float64)[:, None]


def _where(flags: Iterable[bool]) -> Ints:
    """The places of the true ones."""
    return np.flatnonzero(np.array(list(flags)))


def _matrix(scales: Sequence[Scale], at: Mapping[str, int], *, weighted: bool) -> Floats:
    """Scales x columns: which items a scale adds up, with a profile's weights where it is keyed."""
    matrix = np.zeros((len(scales), len(at)))
    for row, scale in enumerate(scales):
        for item in scale.items:
            keyed = weighted and scale.method in KEYED
            matrix[row, at[item]] = KEY_WEIGHTS[DIMENSIONS.index(item)] if keyed else 1
    return matrix


def _needs(scales: Sequence[Scale], at: Mapping[str, int]) -> Iterable[Need]:
    """What scales need beside their own items."""
    for row, scale in enumerate(scales):
        if scale.limit:
            yield Need(row, [at[scale.limit]], Reason.OUT_OF_RANGE)
        if scale.value_set is not None and scale.value_set.by_group:
            yield Need(row, [at[code] for code in BY_GROUP], Reason.NO_VALUE_SET_INPUTS)
