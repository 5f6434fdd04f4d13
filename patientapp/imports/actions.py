"""One import: judge every row, then store all of them or none (contract.md section 6)."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import IO, Any, BinaryIO
from uuid import UUID

from patientapp.db import db
from patientapp.imports.disk import Groups
from patientapp.imports.kinds import Batch, Counts, Kind
from patientapp.imports.reading import UnreadableFile, rows
from patientapp.imports.rules import SEVERAL, Mistake, header_mistakes, read_row
from patientapp.imports.storing import SENDER, store_all

BATCH = 500  # rows: enough to make statements cheap, few enough to hold

Line = tuple[int, list[str], Mapping[str, Any]]
Report = Callable[[Mistake], None]
Seen = Callable[[int], None]


@dataclass
class Judged:
    """What the first reading found: good rows wait in a file of ours, not in memory."""

    good: IO[str]
    header: list[str] = field(default_factory=list)
    rows: int = 0
    mistakes: int = 0
    skipped: int = 0  # rows that say what was said before
    foreseen: Counts = field(default_factory=Counts)
    changing: KeySet = field(default_factory=lambda: KeySet())

    def put_aside(self, kind: Kind, lines: Sequence[Line], new: set[int]) -> None:
        """Keep for storing what says something new, and whatever comes after it under its key."""
        for line, cells, values in lines:
            if line in new:
                self.changing.add(kind.key_of(values))
            if kind.key_of(values) in self.changing:
                self.good.write(json.dumps([line, cells]) + "\n")
            else:
                self.skipped += 1


class KeySet:
    """Keys in memory that does not grow: may take a key for one of its own, never the reverse."""

    BITS = 1 << 23

    def __init__(self) -> None:
        self._bits = bytearray(self.BITS // 8)

    def add(self, key: str) -> None:
        """Put a key in."""
        byte, bit = self._place(key)
        self._bits[byte] |= bit

    def __contains__(self, key: str) -> bool:
        byte, bit = self._place(key)
        return bool(self._bits[byte] & bit)

    def _place(self, key: str) -> tuple[int, int]:
        digest = hashlib.blake2b(key.encode(), digest_size=8).digest()
        place = int.from_bytes(digest, "big") % self.BITS
        return place // 8, 1 << (place % 8)


def digest_of(file: BinaryIO) -> str:
    """What names this file in history and audit."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()[:16]


def judge(
    file: BinaryIO,
    kind: Kind,
    *,
    service_id: UUID,
    now: datetime,
    report: Report,
    seen: Seen,
    good: IO[str],
) -> Judged:
    """Judge every row, reporting each mistake as it is met; good ones are copied to `good`."""
    found = Judged(good)

    def wrong(mistake: Mistake) -> None:
        found.mistakes += 1
        report(mistake)

    try:
        for lines in _batches(_gathered(kind, _read(file, kind, found, wrong), found, wrong)):
            given = [(line, values) for line, _cells, values in lines]
            batch = Batch(service_id=service_id, rows=given, by=SENDER, now=now)
            before = kind.said_before(batch)
            rest = replace(batch, rows=[row for row in given if row[0] not in before])
            for mistake in kind.check(rest):
                wrong(mistake)
            if not found.mistakes:
                counts, new = kind.foresee(rest)
                found.foreseen += counts + Counts(same=len(before))
                found.put_aside(kind, lines, new)
            seen(file.tell())
            db.session.rollback()  # a long reading keeps no snapshot
    except UnreadableFile as broken:
        wrong(broken.mistake)
    if not found.header and not found.mistakes:
        wrong(Mistake(line=1, column="", reason="the file is empty"))
    return found


def _read(file: BinaryIO, kind: Kind, found: Judged, wrong: Report) -> Iterator[Line]:
    """Rows that are good by themselves."""
    by_name = {column.name: column for column in kind.columns}
    for line, cells in rows(file):
        if not found.header:
            found.header = [name.strip() for name in cells]
            mistakes = header_mistakes(found.header, kind.columns)
            for mistake in mistakes:
                wrong(mistake)
            if mistakes:
                return
            continue
        found.rows += 1
        values, mistakes = read_row(line, found.header, cells, by_name)
        if not mistakes:
            by_itself = kind.row_mistakes(values)
            mistakes = [Mistake(line=line, column=name, reason=why) for name, why in by_itself]
        for mistake in mistakes:
            wrong(mistake)
        if not mistakes:
            yield line, cells, values


def _gathered(kind: Kind, lines: Iterator[Line], found: Judged, wrong: Report) -> Iterator[Line]:
    """Lines under one key as one row, wherever they stand; each line its own in most kinds."""
    if not kind.gathered:
        yield from lines
        return
    groups = Groups()
    for line, cells, values in lines:
        groups.add(kind.key_of(values), line, cells)
    by_name = {column.name: column for column in kind.columns}
    for group in groups:
        first, cells = group[0]
        for place, name in enumerate(found.header):
            if name in kind.gathered:
                cells[place] = SEVERAL.join(other[place].strip(" ") for _line, other in group)
            else:
                for line, other in group:
                    if other[place] != group[0][1][place]:
                        reason = f"differs from line {first}, which has the same key"
                        wrong(Mistake(line=line, column=name, reason=reason))
        values, mistakes = read_row(first, found.header, cells, by_name)
        for mistake in mistakes:
            wrong(mistake)
        if not mistakes:
            yield first, cells, values


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    some: list[Line] = []
    for one in lines:
        some.append(one)
        if len(some) == BATCH:
            yield some
            some = []
    if some:
        yield some


def store(judged: Judged, kind: Kind, *, service_id: UUID, digest: str, now: datetime) -> Counts:
    """Store every row: all or none, also after a kill (see `storing`)."""
    judged.good.seek(0)
    return store_all(
        kind,
        ((line, cells) for line, cells in map(json.loads, judged.good)),
        service_id=service_id,
        header=judged.header,
        digest=digest,
        skipped=judged.skipped,
        now=now,
    )


def seekable(given: BinaryIO) -> BinaryIO:
    """The file itself, or a copy of what cannot be read twice, such as a pipe."""
    if given.seekable():
        return given
    copy: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - ends with the command
    while piece := given.read(1 << 20):
        copy.write(piece)
    copy.seek(0)
    return copy
