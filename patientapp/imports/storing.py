"""Storing a judged file in steps so short that patients never wait for one (REL-05).

First its rows are *laid aside* in a table, some at a time: until the end of that a kill leaves
nothing. Then the file is *taken* by one short commit: from there on each of its rows will be stored.
They are stored some at a time, each part in one commit with how far it came, so a kill in between
loses and doubles nothing: the scheduler, or the next import, stores the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from patientapp.audit.actions import record_system
from patientapp.db import db, run, table, transaction
from patientapp.errors import Conflict
from patientapp.imports.kinds import Batch, Counts, Kind, kinds
from patientapp.imports.models import ImportRow, ImportRun
from patientapp.imports.rules import LEFT_BEHIND, read_row

ASIDE = 100  # rows laid aside in one commit
FIRST_PART, LARGEST_PART = 10, 200  # rows stored in one commit
AIM = 0.01  # seconds: how long a part should hold the one writer; other work may make it thrice that
FORGOTTEN = timedelta(days=1)  # rows laid aside by a process that was killed
SENDER = "import:"

_ROWS, _RUNS = table(ImportRow), table(ImportRun)
Given = tuple[int, Sequence[str]]  # line, cells


def store_all(
    kind: Kind,
    rows: Iterable[Given],
    *,
    service_id: UUID,
    header: Sequence[str],
    digest: str,
    skipped: int,
    now: datetime,
) -> Counts:
    """Lay aside, take, store; Conflict while another file of this service is being stored."""
    run_id = uuid4()
    facts = {"kind": _name_of(kind), "service_id": service_id, "digest": digest, "header": list(header)}
    with transaction():
        forget_rows_left_behind(now=now)
        db.session.add(ImportRun(id=run_id, begun_at=now, same=skipped, **facts))
    numbered = enumerate(rows, 1)
    while part := list(islice(numbered, ASIDE)):
        with transaction():
            run(sa.insert(_ROWS), [_row(run_id, number, given) for number, given in part])
    _take(run_id, service_id=service_id, now=now)
    return _store(run_id, kind, now=now)


def finish_what_was_left(*, now: datetime, service_id: UUID | None = None) -> int:
    """Store what is left of files that were taken and whose process is gone; how many files.

    Of a service about to take another file, at once; else after a while.
    """
    left = sa.select(_RUNS.c.id, _RUNS.c.kind).where(_RUNS.c.storing.is_not(None))
    if service_id is None:
        left = left.where(_RUNS.c.taken_at <= now - LEFT_BEHIND)
    else:
        left = left.where(_RUNS.c.storing == service_id)
    found = run(left).all()
    for one in found:
        _store(one.id, kinds()[one.kind], now=now)
    return len(found)


def forget_rows_left_behind(*, now: datetime) -> int:
    """Rows of files that were never taken: nothing of them was ever stored."""
    old = sa.select(_RUNS.c.id).where(_RUNS.c.taken_at.is_(None), _RUNS.c.begun_at <= now - FORGOTTEN)
    gone = list(run(old).scalars())
    run(sa.delete(_ROWS).where(_ROWS.c.run_id.in_(gone)))
    run(sa.delete(_RUNS).where(_RUNS.c.id.in_(gone)))
    return len(gone)


def is_storing(service_id: UUID) -> bool:
    """Whether rows of a file of this service wait to be stored."""
    return run(sa.select(_RUNS.c.id).where(_RUNS.c.storing == service_id)).first() is not None


def _name_of(kind: Kind) -> str:
    return next(name for name, one in kinds().items() if type(one) is type(kind))


def _row(run_id: UUID, number: int, given: Given) -> dict[str, Any]:
    line, cells = given
    return {"run_id": run_id, "number": number, "line": line, "cells": list(cells)}


def _take(run_id: UUID, *, service_id: UUID, now: datetime) -> None:
    """The moment at which all of a file counts as accepted."""
    taken = sa.update(_RUNS).where(_RUNS.c.id == run_id).values(taken_at=now, storing=service_id)
    try:
        with transaction():
            run(taken)
    except IntegrityError:
        with transaction():
            run(sa.delete(_ROWS).where(_ROWS.c.run_id == run_id))
            run(sa.delete(_RUNS).where(_RUNS.c.id == run_id))
        words = "Another import of this service is being stored. Nothing of this one was: run it again."
        raise Conflict(words) from None


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Some rows of a file, read before the writer's turn comes."""

    run: ImportRun
    rows: Sequence[tuple[int, dict[str, Any]]]
    ends: int


def _store(run_id: UUID, kind: Kind, *, now: datetime) -> Counts:
    """Store part after part; others may be doing the same beside us."""
    size = max(FIRST_PART, kind.together)
    while (part := _read(run_id, kind, size)) is not None:
        with transaction():
            began = time.monotonic()
            _store_part(part, kind, now=now)
        held = max(time.monotonic() - began, 0.001)
        size = max(kind.together, min(LARGEST_PART, int(size * min(2.0, AIM / held))))
        db.session.expunge_all()
    with transaction():
        return _end(run_id, now=now)


def _read(run_id: UUID, kind: Kind, size: int) -> _Part | None:
    found = db.session.get_one(ImportRun, run_id, populate_existing=True)
    waiting = _ROWS.c.run_id == run_id, _ROWS.c.number > found.stored
    asked = sa.select(_ROWS.c.number, _ROWS.c.line, _ROWS.c.cells).where(*waiting)
    rows = run(asked.order_by(_ROWS.c.number).limit(size)).all()
    if not rows:
        return None
    values = list(_values(kind, found.header, rows))
    return _Part(run=found, rows=values, ends=rows[-1].number)


def _values(
    kind: Kind, header: Sequence[str], rows: Iterable[Any]
) -> Iterator[tuple[int, dict[str, Any]]]:
    by_name = {column.name: column for column in kind.columns}
    for row in rows:
        values, _mistakes = read_row(row.line, list(header), row.cells, by_name)
        yield row.line, values


def _store_part(part: _Part, kind: Kind, *, now: datetime) -> None:
    """Store these and how far that comes; nothing where somebody else did meanwhile."""
    turn = sa.select(_RUNS.c.stored).where(_RUNS.c.id == part.run.id).with_for_update()
    if run(turn).scalar_one() != part.run.stored:
        return
    by = f"{SENDER}{part.run.digest}"
    counts = kind.store(Batch(service_id=part.run.service_id, rows=part.rows, by=by, now=now))
    run(
        sa.update(_RUNS)
        .where(_RUNS.c.id == part.run.id)
        .values(
            stored=part.ends,
            added=_RUNS.c.added + counts.added,
            changed=_RUNS.c.changed + counts.changed,
            same=_RUNS.c.same + counts.same,
        )
    )
    number = _ROWS.c.number  # from where it was, too: PostgreSQL must not step over what is gone
    these = number > part.run.stored, number <= part.ends
    run(sa.delete(_ROWS).where(_ROWS.c.run_id == part.run.id, *these))


def _end(run_id: UUID, *, now: datetime) -> Counts:
    """All is stored: say so in the audit, once."""
    ended = sa.update(_RUNS).where(_RUNS.c.id == run_id, _RUNS.c.storing.is_not(None))
    is_mine = run(ended.values(storing=None).returning(_RUNS.c.id)).first() is not None
    one = run(sa.select(_RUNS).where(_RUNS.c.id == run_id)).one()
    if is_mine:
        said = f"imported {one.added} new, {one.changed} changed, {one.same} as before"
        chain, actor = f"imports:{one.service_id}", f"{SENDER}{one.digest}"
        record_system(said, chain=chain, now=now, actor=actor)
    return Counts(one.added, one.changed, one.same)
