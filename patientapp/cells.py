"""Cells of CSV files that people open in spreadsheets: text stays text, numbers stay numbers (IO-03)."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable

# What a spreadsheet takes for the beginning of a formula, with the full-width forms.
_BEGINS = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z", re.ASCII)


def safe_cell(value: object) -> str:
    """One cell as text: empty for None, numbers as they are, what looks like a formula made text.

    >>> [safe_cell(value) for value in (None, -3.5, "-3.5", "=1+1", "Ann", "@x", True)]
    ['', '-3.5', '-3.5', "'=1+1", 'Ann', "'@x", 'y']
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "y" if value else "n"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return f"'{text}" if _BEGINS.match(text) and not _NUMBER.match(text) else text


def csv_line(cells: Iterable[object]) -> str:
    """One row, quoted as RFC 4180 asks, every cell safe."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()
