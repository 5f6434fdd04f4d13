"""A stream of CSV cut into blocks of whole records, with the place of every cell; bytes throughout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Places = npt.NDArray[np.int64]

CHUNK = 1 << 20
LONGEST_RECORD = 4 << 20
NEWLINE, QUOTE = ord("\n"), ord('"')
BOM = b"\xef\xbb\xbf"


class BadTable(ValueError):
    """A file that cannot be read as a table; the text is one line for its owner."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some records: their bytes, and where each cell starts and ends (records x columns)."""

    raw: bytes
    data: Bytes
    lines: list[bytes]
    starts: Places
    ends: Places


class TableReader:
    """The header at once, then blocks; constant memory whatever the length of the file."""

    def __init__(self, stream: BinaryIO, told: Callable[[int], Any] = lambda size: None) -> None:
        self.stream, self.told = stream, told
        self.ended = False
        self.records = 0
        self.kept = self._more()
        if self.kept.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise BadTable("the file is UTF-16: save it as CSV UTF-8")
        self.kept = self.kept.removeprefix(BOM)
        self.header_line = self._header_line()
        self.eol = b"\r\n" if self.header_line.endswith(b"\r") else b"\n"
        self.header_line = self.header_line.removesuffix(b"\r")
        tabs = self.header_line.count(b"\t") > self.header_line.count(b",")
        self.delimiter = b"\t" if tabs else b","
        self.pattern = record_pattern(self.delimiter)
        ends = np.array(quoted_ends(self.pattern, self.header_line + b"\n")[0], dtype=np.int64)
        if ends[-1:].tolist() != [len(self.header_line)]:
            raise BadTable("header: a quote is opened and never closed")
        starts = np.concatenate(([0], ends[:-1] + 1))
        self.header_cells = [self.header_line[a:b] for a, b in zip(starts, ends, strict=True)]
        names = (unquoted(cell).decode("utf-8", "replace") for cell in self.header_cells)
        self.header = [name.strip() for name in names]

    def blocks(self) -> Iterator[Block]:
        """The records in order, none left out and none twice."""
        while (found := self._next_records())[0]:
            block = self._block(*found)
            self.records += len(block.lines)
            yield block

    def _more(self) -> bytes:
        chunk = self.stream.read(CHUNK)
        self.ended = not chunk
        self.told(len(chunk))
        return chunk

    def _header_line(self) -> bytes:
        while b"\n" not in self.kept and not self.ended and len(self.kept) < LONGEST_RECORD:
            self.kept += self._more()
        line, _, self.kept = self.kept.partition(b"\n")
        if not line.strip():
            raise BadTable("the input is empty: a header row is needed")
        return line

    def _next_records(self) -> tuple[bytes, Places]:
        """Bytes up to the end of the last whole record at hand, and where their cells end."""
        while True:
            if self.ended and self.kept and not self.kept.endswith(b"\n"):
                self.kept += b"\n"
            ends = self._whole(self.kept)
            if ends.size or (self.ended and not self.kept):
                size = int(ends[-1]) + 1 if ends.size else 0
                data, self.kept = self.kept[:size], self.kept[size:]
                return data, ends
            if self.ended or len(self.kept) > LONGEST_RECORD:
                raise BadTable(
                    f"record {self.records + 1}: a quote is never closed, or the line is too long"
                )
            self.kept += self._more()

    def _whole(self, data: bytes) -> Places:
        """Where the cells of whole records end."""
        view = np.frombuffer(data, dtype=np.uint8)
        breaks = (view == NEWLINE) | (view == ord(self.delimiter))
        if b'"' in data:
            if not self._tidy_quotes(view):
                ends, newlines = quoted_ends(self.pattern, data)
                return np.array(ends[: newlines[-1] + 1] if newlines else [], dtype=np.int64)
            breaks &= ~np.logical_xor.accumulate(view == QUOTE)
        places = np.flatnonzero(breaks)
        newlines_at = np.flatnonzero(view[places] == NEWLINE)
        return places[: newlines_at[-1] + 1] if newlines_at.size else places[:0]

    def _tidy_quotes(self, view: Bytes) -> bool:
        """Whether every quote opens a cell, closes it or is doubled, so that counting is enough."""
        opened = np.flatnonzero(view == QUOTE)[::2]
        before = view[opened[opened > 0] - 1]
        fair = (before == NEWLINE) | (before == ord(self.delimiter)) | (before == QUOTE)
        return bool(fair.all())

    def _block(self, data: bytes, ends: Places) -> Block:
        view = np.frombuffer(data, dtype=np.uint8)
        if not data:
            return Block(raw=data, data=view, lines=[], starts=ends, ends=ends)
        wide = len(self.header)
        last = ends[wide - 1 :: wide]
        breaks = np.count_nonzero(view[ends] == NEWLINE)
        if len(ends) != breaks * wide or (view[last] != NEWLINE).any():
            repaired = self._repaired(data, ends, view)
            return self._block(repaired, self._whole(repaired))
        starts = np.concatenate(([0], ends[:-1] + 1))
        lines = _lines(data, starts[::wide], last)
        ends = ends.reshape(-1, wide)
        if b"\r" in data:
            lines = [line.removesuffix(b"\r") for line in lines]
            final = ends[:, -1]
            final -= (view[np.maximum(final - 1, 0)] == 13) & (final > starts[wide - 1 :: wide])
        starts = starts.reshape(-1, wide)
        return Block(raw=data, data=view, lines=lines, starts=starts, ends=ends)

    def _repaired(self, data: bytes, ends: Places, view: Bytes) -> bytes:
        """The same records with short ones filled up and empty lines left out; too long is refused."""
        whole: list[bytes] = []
        wide, cells, start = len(self.header), 0, 0
        for end in ends.tolist():
            cells += 1
            if view[end] != NEWLINE:
                continue
            line = data[start:end].removesuffix(b"\r")
            if cells > wide:
                place = self.records + len(whole) + 1
                raise BadTable(f"record {place} has {cells} cells, and the header {wide}")
            if line or wide == 1:
                whole.append(line + self.delimiter * (wide - cells) + b"\n")
            cells, start = 0, end + 1
        return b"".join(whole)


def record_pattern(delimiter: bytes) -> re.Pattern[bytes]:
    """One cell and what ends it; a quote opens only where a cell starts."""
    d = re.escape(delimiter)
    return re.compile(rb'(?:"[^"]*(?:""[^"]*)*"[^%b\n]*|[^"%b\n][^%b\n]*|)([%b\n])' % (d, d, d, d))


def quoted_ends(pattern: re.Pattern[bytes], data: bytes) -> tuple[list[int], list[int]]:
    """Where cells end, up to the first quote that is not closed; and which of them end a record."""
    ends: list[int] = []
    newlines: list[int] = []
    expected = 0
    for found in pattern.finditer(data):
        if found.start() != expected:
            break
        expected = found.end()
        if found.group(1) == b"\n":
            newlines.append(len(ends))
        ends.append(expected - 1)
    return ends, newlines


def unquoted(cell: bytes) -> bytes:
    """The content of a cell without its quotes."""
    cell = cell.strip()
    if len(cell) > 1 and cell.startswith(b'"') and cell.endswith(b'"'):
        return cell[1:-1].replace(b'""', b'"')
    return cell


def _lines(data: bytes, starts: Places, ends: Places) -> list[bytes]:
    """The records as they came."""
    if b'"' not in data:
        return data[:-1].split(b"\n")
    return [data[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
