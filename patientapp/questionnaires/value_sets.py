"""Value sets of EQ-5D-5L: shipped as decrements, or imported as tables and checked each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.parse_scales import parse_important, parse_reliability
from patientapp.questionnaires.tables import Table
from patientapp.questionnaires.value_table import Anchor, Sums, read_table
from patientapp.scoring.values import (
    DIMENSIONS,
    GROUPS,
    PROFILES,
    ValueSet,
    additive_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from patientapp.scoring.scale import Important, Reliability


@dataclass(frozen=True, slots=True)
class ValueSetSpec:
    """What is known of a value set before its table is at hand."""

    id: str
    title: str
    source: str
    decrements: dict[str, tuple[int, ...]]
    by_group: bool
    anchors: tuple[Anchor, ...]
    sums: Sums | None
    important: Important | None
    reliability: Reliability | None

    @property
    def shipped(self) -> bool:
        """Whether its numbers come with the app."""
        return bool(self.decrements)

    @property
    def rows(self) -> int:
        """How many rows its table has."""
        return PROFILES * GROUPS if self.by_group else PROFILES

    def installed(self, table: Any) -> ValueSet:
        """The value set with its table."""
        return ValueSet(
            id=self.id,
            title=self.title,
            source=self.source,
            table=table,
            by_group=self.by_group,
            important=self.important,
            reliability=self.reliability,
        )


def load_value_sets(folder: Path, names: Iterable[str], imported: Path | None) -> list[ValueSet]:
    """The value sets that are at hand, in the order of the instrument."""
    return list(_load(folder, names, imported))


def _load(folder: Path, names: Iterable[str], imported: Path | None) -> Iterator[ValueSet]:
    for name in names:
        spec = read_spec(folder, name)
        if spec.shipped:
            yield spec.installed(additive_table(spec.decrements))
        elif imported is not None and (path := imported / f"{name}.csv").is_file():
            yield imported_set(spec, path.read_bytes(), path.name)


def imported_set(spec: ValueSetSpec, content: bytes, name: str) -> ValueSet:
    """A value set from the file of its table; a wrong table is refused."""
    table = read_table(content, name, by_group=spec.by_group, anchors=spec.anchors, sums=spec.sums)
    return spec.installed(table)


def read_spec(folder: Path, name: str) -> ValueSetSpec:
    """The description of one value set of an instrument."""
    shown = f"{folder.parent.name}/{folder.name}/value_sets/{name}.toml"
    top = Table.read(folder / "value_sets" / f"{name}.toml", name=shown)
    if top.text("id") != name:
        raise top.broken("id", f"must be {name}, as its file is named")
    steps = top.table("decrements", None)
    spec = ValueSetSpec(
        id=name,
        title=top.text("title"),
        source=top.text("source"),
        decrements=_decrements(steps) if steps else {},
        by_group=top.flag("by_group", default=False),
        anchors=tuple(_anchor(table) for table in top.tables("anchors", ())),
        sums=_sums(top),
        important=parse_important(top),
        reliability=parse_reliability(top),
    )
    top.done()
    return spec


def _decrements(table: Table) -> dict[str, tuple[int, ...]]:
    steps = {name: table.many(name, int) for name in DIMENSIONS}
    for name, values in steps.items():
        if len(values) != 5 or values[0] != 0:
            raise table.broken(name, "needs five thousandths, the first 0")
    table.done()
    return steps


def _anchor(table: Table) -> Anchor:
    anchor = Anchor(
        profile=table.text("profile"),
        age_band=table.text("age_band", ""),
        sex=table.text("sex", ""),
        index=table.number("index"),
    )
    table.done()
    return anchor


def _sums(top: Table) -> Sums | None:
    table = top.table("sums", None)
    if table is None:
        return None
    keys = ("plain", "weighted", "within", "weighted_within")
    sums = Sums(*(table.number(key) for key in keys))
    table.done()
    return sums
