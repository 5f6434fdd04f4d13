"""The folder of one instrument version, turned into a definition or refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from patientapp.questionnaires.definition import (
    Advice,
    ChangeColumn,
    Instrument,
    Item,
    Licence,
    Risk,
    Show,
)
from patientapp.questionnaires.parse_scales import parse_codes, parse_scales
from patientapp.questionnaires.parse_words import parse_wording
from patientapp.questionnaires.tables import BrokenInstrument, Table
from patientapp.questionnaires.value_sets import load_value_sets
from patientapp.scoring.scale import Code, Column

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patientapp.scoring.values import ValueSet

__all__ = ["BrokenInstrument", "parse_instrument"]

NAME = re.compile(r"[a-z][a-z0-9_]*")
CHANGE_KINDS = {
    "difference",
    "important",
    "reliable",
    "reduction-percent",
    "reduction-category",
    "paretian",
    "value-sets",
}


def parse_instrument(folder: Path, imported: Path | None = None) -> Instrument:
    """The instrument in `<id>/v<n>`; value sets that are not shipped are sought in `imported`."""
    shown = f"{folder.parent.name}/{folder.name}"
    top = Table.read(folder / "instrument.toml", name=f"{shown}/instrument.toml")
    identity, version = top.text("id"), top.whole("version")
    if shown != f"{identity}/v{version}":
        raise top.broken("id", f"{identity} v{version} does not belong in the folder {shown}")
    _needs_examples(folder, shown)
    items = tuple(_items(top))
    sets = load_value_sets(folder, top.many("value_sets", str, ()), imported)
    instrument = _instrument(top, items, sets)
    top.done()
    _checked(top, instrument)
    for path in sorted(folder.glob("text.*.toml")):
        instrument = instrument.speaking(parse_wording(path, f"{shown}/{path.name}", items))
    return instrument


def _instrument(top: Table, items: tuple[Item, ...], sets: list[ValueSet]) -> Instrument:
    """The definition without its wordings."""
    scales = tuple(parse_scales(top, sets))
    return Instrument(
        id=top.text("id"),
        version=top.whole("version"),
        name=top.text("name"),
        rule_version=top.text("rule_version"),
        minutes=top.whole("minutes"),
        recall=top.text("recall"),
        licence=_licence(top),
        items=items,
        inputs=tuple(_input(table) for table in top.tables("inputs", ())),
        scales=tuple(scale for scale in scales if not scale.optional),
        optional_scales=tuple(scale for scale in scales if scale.optional),
        risk_rules=tuple(_risk(table, items) for table in top.tables("risks", ())),
        changes=tuple(_change(table) for table in top.tables("changes", ())),
        no_change=top.text("no_change", ""),
        anonymous=top.flag("anonymous", default=False),
        wordings={},
        value_sets={value_set.id: value_set for value_set in sets},
        default_value_set=next(iter(top.many("value_sets", str, ())), ""),
        codes=parse_codes(top),
        sources=dict(top.get("sources", dict, {})),
    )


def _licence(top: Table) -> Licence:
    table = top.table("licence")
    assert table is not None
    licence = Licence(
        owner=table.text("owner"),
        terms=table.text("terms"),
        needed=table.flag("needed", default=True),
        source=table.text("source"),
    )
    table.done()
    return licence


def _items(top: Table) -> Iterator[Item]:
    """The items in order; a table may stand for several that differ in nothing but their code."""
    for table in top.tables("items"):
        codes = table.many("codes", str)
        loinc = table.many("loinc", str, ())
        if loinc and len(loinc) != len(codes):
            raise table.broken("loinc", f"has {len(loinc)} codes for {len(codes)} items")
        for i, code in enumerate(codes):
            if not NAME.fullmatch(code):
                raise table.broken("codes", f"{code!r} is not a name")
            yield _item(table, code, (Code("LOINC", loinc[i]),) if loinc else ())
        table.text("source", "")
        table.done()


def _item(table: Table, code: str, codes: tuple[Code, ...]) -> Item:
    show = table.choice("show", Show)
    minimum, maximum = table.whole("minimum"), table.whole("maximum")
    if not 0 <= minimum < maximum:
        raise table.broken("maximum", "must be above the minimum, and neither below 0")
    points = table.many("points", int, ())
    if points and len(points) != maximum + 1:
        raise table.broken("points", f"needs one number for each of 0 to {maximum}")
    listed = show in (Show.WORDS, Show.ROW)
    return Item(
        code=code,
        show=show,
        minimum=minimum,
        maximum=maximum,
        options=tuple(range(minimum, maximum + 1)) if listed else (),
        column=Column(code=code, minimum=minimum, maximum=maximum, points=points),
        codes=codes,
    )


def _input(table: Table) -> Column:
    column = Column(
        code=table.text("code"),
        minimum=table.number("minimum"),
        maximum=table.number("maximum"),
        allowed=table.many("allowed", int, ()),
        default=table.whole("default", None),
        words=table.many("words", str, ()),
        whole=table.flag("whole", default=True),
        counted=table.flag("counted", default=False),
    )
    table.text("source", "")
    table.done()
    return column


def _risk(table: Table, items: tuple[Item, ...]) -> Risk:
    rule = Risk(
        code=table.text("code"),
        item=table.text("item"),
        values=table.many("values", int),
        advice=table.choice("advice", Advice),
        label=table.text("label"),
        source=table.text("source"),
    )
    item = next((item for item in items if item.code == rule.item), None)
    if item is None or not all(item.accepts(value) for value in rule.values):
        raise table.broken("values", f"are not answers of {rule.item!r}")
    table.done()
    return rule


def _change(table: Table) -> ChangeColumn:
    column = ChangeColumn(
        column=table.text("column"), kind=table.text("kind"), scale=table.text("scale", "")
    )
    if column.kind not in CHANGE_KINDS:
        raise table.broken("kind", f"{column.kind!r} is none of: {', '.join(sorted(CHANGE_KINDS))}")
    table.done()
    return column


def _checked(top: Table, instrument: Instrument) -> None:
    """What must fit together across tables."""
    for key, codes in (
        ("items", [item.code for item in instrument.items]),
        ("scales", [one.code for one in (*instrument.scales, *instrument.optional_scales)]),
    ):
        if doubled := {code for code in codes if codes.count(code) > 1}:
            raise top.broken(key, f"{min(doubled)!r} stands there twice")
    for change in instrument.changes:
        if change.scale and change.scale not in instrument.scale_by_code:
            raise top.broken("changes", f"{change.scale!r} is no scale")
    try:
        _ = instrument.including(*(scale.code for scale in instrument.optional_scales)).plan
    except ValueError as error:
        raise top.broken("scales", str(error)) from None


def _needs_examples(folder: Path, shown: str) -> None:
    """Without worked examples nobody could tell whether an instrument is scored right."""
    path = folder / "golden.csv"
    if not path.is_file() or len(path.read_bytes().split(b"\n", 2)) < 3:
        raise BrokenInstrument(f"{shown}/golden.csv: is missing or has no worked example")
