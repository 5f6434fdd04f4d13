"""One figure of performance.md: what we measured beside what was asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table; `met` is None where there is a figure but no goal."""

    id: str
    what: str
    database: str
    ours: str
    goal: str
    met: bool | None
    ceiling: str = ""
    ratio: str = ""


HEADS = ("id", "figure", "database", "ours", "ceiling", "ratio", "goal", "met")


def lines(figures: list[Figure]) -> list[str]:
    """The table as text, in columns."""
    said = {True: "yes", False: "NO", None: "-"}
    rows = [HEADS] + [
        (one.id, one.what, one.database, one.ours, one.ceiling, one.ratio, one.goal, said[one.met])
        for one in figures
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
