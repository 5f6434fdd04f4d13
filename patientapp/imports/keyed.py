"""What the kinds share whose rows have a key of their sender.

The digest of the newest row under each key is kept, so that the same row again is harmless even where
staff have changed the record since. A row that says something else is an update, or is refused for
facts that do not change by themselves, unless the sender asks for it with `--replace`.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import dialect, insert, run, table
from patientapp.imports.disk import OnDisk
from patientapp.imports.kinds import Batch, Counts
from patientapp.imports.models import ImportSent
from patientapp.imports.rules import Column, Mistake

Values = Mapping[str, Any]
_SENT = table(ImportSent)


@dataclass(frozen=True)
class Row:
    """One row to store: its mark, and whether its key was known before."""

    line: int
    values: Values
    mark: bytes
    is_new: bool


class Keyed(ABC):
    """A kind of import by the sender's key; each says how its rows are judged and written."""

    name = ""
    key = ""
    columns: Sequence[Column] = ()
    gathered: tuple[str, ...] = ()  # columns whose cells of several lines are one row's
    together = 10
    is_update = False  # whether a changed row under a known key is a change of the record

    def __init__(self, *, replace: bool = False) -> None:
        self.replace = replace
        self._seen = OnDisk()

    def key_of(self, values: Values) -> str:
        """What names the fact that a row tells."""
        return str(values[self.key])

    def row_mistakes(self, values: Values) -> Iterator[tuple[str, str]]:
        """What is wrong with a line by itself: column and reason."""
        yield from ()

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """What is wrong with these rows beside what is stored."""
        yield from ()

    @abstractmethod
    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Store rows, each of its own key; what is not new is a change."""

    def follow(self, service_id: UUID, *, now: Any) -> int:
        """What follows from stored rows; nothing here."""
        return 0

    def said_before(self, batch: Batch) -> set[int]:
        """The lines that say of their key what the newest row of it said."""
        sent = self._sent(batch)
        return {
            line
            for line, values in batch.rows
            if self._seen.get(self.key_of(values)) is None
            and sent.get(self._mark(values)) == _digest(values)
        }

    def check(self, batch: Batch) -> list[Mistake]:
        """What is wrong with these rows; also where a key says two things."""
        return [*self.problems(batch), *self._twice(batch)]

    def _twice(self, batch: Batch) -> Iterator[Mistake]:
        if self.is_update:
            return
        sent = self._sent(batch)
        here: dict[str, str] = {}
        for line, values in batch.rows:
            key, said = self.key_of(values), _digest(values).hex()
            before = here.get(key) or self._seen.get(key)
            here[key] = said
            if before is not None and before != said:
                yield Mistake(line, self.key, "stands in this file before, with other values")
            elif before is None and self._mark(values) in sent and not self.replace:
                reason = "was sent before with other values: put it right, or import with --replace"
                yield Mistake(line, self.key, reason)

    def foresee(self, batch: Batch) -> tuple[Counts, set[int]]:
        """What storing them would do, and the lines that say something new."""
        sent, counts, new = self._sent(batch), Counts(), set()
        for line, values in batch.rows:
            key, said = self.key_of(values), _digest(values).hex()
            before = self._seen.get(key)
            if before is None and (stored := sent.get(self._mark(values))) is not None:
                before = stored.hex()
            self._seen.put(key, said)
            if before == said:
                counts += Counts(same=1)
                continue
            counts += Counts(added=1) if before is None else Counts(changed=1)
            new.add(line)
        return counts, new

    def store(self, batch: Batch) -> Counts:
        """Store them; two rows of one key go one after the other."""
        counts = Counts()
        for part in self._parts(batch):
            sent = self._sent(batch)
            fresh = [one for one in part if sent.get(self._mark(one[1])) != _digest(one[1])]
            rows = [
                Row(line, values, self._mark(values), self._mark(values) not in sent)
                for line, values in fresh
            ]
            self.write(batch, rows)
            self._keep(batch, rows)
            new = sum(row.is_new for row in rows)
            counts += Counts(new, len(rows) - new, len(part) - len(rows))
        return counts

    def _parts(self, batch: Batch) -> Iterator[list[tuple[int, Values]]]:
        part: dict[str, tuple[int, Values]] = {}
        for line, values in batch.rows:
            key = self.key_of(values)
            if key in part:
                yield list(part.values())
                part = {}
            part[key] = line, values
        if part:
            yield list(part.values())

    def _mark(self, values: Values) -> bytes:
        return mark_of(self.name, self.key_of(values))

    def _sent(self, batch: Batch) -> dict[bytes, bytes]:
        return sent(batch.service_id, {self._mark(values) for _line, values in batch.rows})

    def _keep(self, batch: Batch, rows: Sequence[Row]) -> None:
        if not rows:
            return
        new = insert(ImportSent, into=dialect())
        newest = new.on_conflict_do_update(
            index_elements=["service_id", "mark"], set_={"digest": new.excluded.digest}
        )
        facts = {"service_id": batch.service_id}
        run(newest, [facts | {"mark": row.mark, "digest": _digest(row.values)} for row in rows])


def mark_of(kind: str, key: str) -> bytes:
    """Sixteen bytes that name a key of a kind."""
    return blake2b(f"{kind}\x1f{key}".encode(), digest_size=16).digest()


def sent(service_id: UUID, marks: Collection[bytes]) -> dict[bytes, bytes]:
    """The digest of the newest row under each of these marks."""
    asked = sa.select(_SENT.c.mark, _SENT.c.digest)
    rows = run(asked.where(_SENT.c.service_id == service_id, _SENT.c.mark.in_(marks)))
    return {row.mark: row.digest for row in rows}


def _digest(values: Values) -> bytes:
    """What a row says: an empty cell and a column that is not there say the same, nothing."""
    said = {name: value for name, value in values.items() if value is not None}
    return blake2b(json.dumps(said, sort_keys=True, default=str).encode(), digest_size=16).digest()
