"""Rows of a CSV file with their line numbers, one at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from patientapp.imports.rules import MOST_CELL, Mistake

BOM = b"\xef\xbb\xbf"
WIDE = (b"\xff\xfe", b"\xfe\xff")
MOST_LINE = 64 * 1024
AS_UTF8 = "save the file as CSV UTF-8"


class UnreadableFile(ValueError):
    """Reading cannot go on after this line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.mistake = Mistake(line=line, column="", reason=reason)


def rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row, the header too; a byte order mark, CRLF and empty lines are fine.

    The line is where the row begins: a quoted cell may go on over several.
    """
    file.seek(0)
    lines = _Lines(file)
    csv.field_size_limit(MOST_CELL * 4)
    reader = csv.reader(lines, strict=True)
    began = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(began, f"cannot be read as CSV: {error}") from None
        if any(cell.strip() for cell in cells):
            yield began, cells
        began = reader.line_num + 1


class _Lines:
    """Decoded lines; says which one is not UTF-8."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._file.readline(MOST_LINE + 1)
        if not raw:
            raise StopIteration
        self._number += 1
        if self._number == 1:
            if raw.startswith(WIDE):
                raise UnreadableFile(1, f"is UTF-16 (Unicode text), not UTF-8: {AS_UTF8}")
            raw = raw.removeprefix(BOM)
        if len(raw) > MOST_LINE:
            raise UnreadableFile(self._number, "is too long")
        if b"\x00" in raw:
            raise UnreadableFile(self._number, "holds a NUL character")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise UnreadableFile(self._number, f"is {_encoding(raw)}, not UTF-8: {AS_UTF8}") from None


def _encoding(raw: bytes) -> str:
    """What a line that is not UTF-8 seems to be."""
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return "in an unknown encoding"
    has_windows = any(0x80 <= byte <= 0x9F for byte in raw)
    return "Windows-1252" if has_windows else "Latin-1 (ISO 8859-1)"


def written(cells: list[str]) -> str:
    """One line of CSV."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerow(cells)
    return made.getvalue()
