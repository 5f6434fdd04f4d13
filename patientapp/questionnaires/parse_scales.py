"""The scales of an instrument file: each figure with the source it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patientapp.scoring.scale import Better, Code, Important, Method, Reliability, Scale
from patientapp.scoring.values import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patientapp.questionnaires.tables import Table
    from patientapp.scoring.values import ValueSet


def parse_scales(top: Table, sets: list[ValueSet]) -> Iterator[Scale]:
    """The scales in order; the table of value sets stands for one scale of each installed set."""
    for table in top.tables("scales"):
        if table.choice("method", Method) is Method.VALUE_SET:
            for value_set in sets:
                yield index_scale(table, value_set)
        else:
            yield _scale(table)
        table.done()


def index_scale(table: Table, value_set: ValueSet) -> Scale:
    """The index of one value set; never averaged or compared with that of another."""
    return Scale(
        code=f"{table.text('code')}_{value_set.id}",
        title=f"{table.text('title')} ({value_set.title})",
        method=Method.VALUE_SET,
        items=DIMENSIONS,
        minimum=float(value_set.table.min()),
        maximum=float(value_set.table.max()),
        better=table.choice("better", Better),
        value_set=value_set,
        important=value_set.important,
        reliability=value_set.reliability,
        source=value_set.source,
        missing_source=table.text("missing_source"),
        codes=parse_codes(table),
    )


def _scale(table: Table) -> Scale:
    low, high = _range(table)
    return Scale(
        code=table.text("code"),
        title=table.text("title"),
        method=table.choice("method", Method),
        items=table.many("items", str),
        least_answered=table.whole("least_answered", None),
        most_answered=table.whole("most_answered", None),
        minimum=low,
        maximum=high,
        better=table.choice("better", Better, None),
        starts=table.many("starts", (int, float), ()),
        labels=_labels(table),
        total=table.text("total", ""),
        distress=table.text("distress", ""),
        low_up_to=table.number("low_up_to", 0),
        medium_up_to=table.number("medium_up_to", 0),
        limit=table.text("limit", ""),
        important=parse_important(table),
        reliability=parse_reliability(table),
        patient_facing=table.flag("patient_facing", default=False),
        exported=table.flag("exported", default=True),
        optional=table.flag("optional", default=False),
        missing_source=table.text("missing_source"),
        source=table.text("source"),
        codes=parse_codes(table),
    )


def _range(table: Table) -> tuple[float | None, float | None]:
    values = table.many("range", (int, float), ())
    if values and (len(values) != 2 or values[0] >= values[1]):
        raise table.broken("range", "must be the lowest and the highest score")
    return values or (None, None)


def _labels(table: Table) -> tuple[str, ...]:
    labels: tuple[str, ...] = table.many("labels", str, ())
    starts = table.many("starts", (int, float), ())
    method = table.choice("method", Method)
    if method is Method.BAND and (len(labels) != len(starts) or list(starts) != sorted(starts)):
        raise table.broken("starts", "must be ascending, one for each of the labels")
    if method is Method.RISK and len(labels) != 3:
        raise table.broken("labels", "must be three: low, medium and high")
    return labels


def parse_important(table: Table) -> Important | None:
    """The change that matters, where a figure is known."""
    if (inner := table.table("important", None)) is None:
        return None
    important = Important(
        change=inner.number("change"),
        percent=inner.number("percent", None),
        source=inner.text("source"),
    )
    if not (important.change > 0 and (important.percent is None or important.percent > 0)):
        raise inner.broken("change", "must be above 0, and so must a percentage")
    inner.done()
    return important


def parse_reliability(table: Table) -> Reliability | None:
    """The noise of a score, where figures are known."""
    if (inner := table.table("reliable", None)) is None:
        return None
    reliability = Reliability(
        r=inner.number("r"),
        kind=inner.text("kind"),
        sd=inner.number("sd"),
        published_sdc95=inner.number("sdc95", None),
        sd_source=inner.text("sd_source"),
        source=inner.text("source"),
        version=inner.text("version", "1"),
        placeholder=inner.flag("placeholder", default=False),
    )
    if not (0 < reliability.r < 1 and reliability.sd > 0):
        raise inner.broken("r", "must lie between 0 and 1, with an SD above 0")
    inner.done()
    return reliability


def parse_codes(table: Table) -> tuple[Code, ...]:
    """Concepts of public code systems."""
    codes = []
    for inner in table.tables("codes", ()):
        words = (inner.text(key, "") for key in ("status", "label"))
        codes.append(Code(inner.text("system"), inner.text("code"), *words))
        inner.done()
    return tuple(codes)
