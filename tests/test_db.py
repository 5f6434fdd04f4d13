"""One way to write, on both databases."""

from __future__ import annotations

import fcntl
import threading
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.audit.models import AuditEntry
from patientapp.db import db, lock_of, transaction
from patientapp.errors import Unavailable
from patientapp.services.models import Service
from patientapp.sqlite_file import WriterLock
from tests.databases import Database
from tests.factories import NOW, make_service


def test_an_error_rolls_everything_back(session: Session) -> None:
    with pytest.raises(KeyError), transaction():
        make_service(session, slug="gone")
        raise KeyError
    assert session.scalar(sa.select(Service).where(Service.slug == "gone")) is None


def test_inner_transactions_join_the_outer_one(session: Session) -> None:
    with pytest.raises(KeyError), transaction():
        with transaction():
            make_service(session, slug="inner")
        raise KeyError
    assert session.scalar(sa.select(Service).where(Service.slug == "inner")) is None


def test_changes_outside_a_transaction_are_refused(session: Session) -> None:
    session.add(Service(slug="stray", name="x", short_name="x", phone="x", hours="x"))
    with pytest.raises(RuntimeError, match="outside"), transaction():
        pass
    session.rollback()


def test_time_01_a_stored_time_needs_a_zone_and_comes_back_in_utc(session: Session) -> None:
    facts = {"chain": "x", "actor": "", "action": "", "object": "", "result": "", "hash": b""}
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        session.execute(sa.insert(AuditEntry).values(seq=1, at=NOW.replace(tzinfo=None), **facts))
    in_tokyo = NOW.astimezone(ZoneInfo("Asia/Tokyo"))
    session.execute(sa.insert(AuditEntry).values(seq=2, at=in_tokyo, **facts))
    stored = session.scalar(sa.select(AuditEntry.at).where(AuditEntry.chain == "x"))
    assert stored == NOW
    assert stored.tzinfo is UTC


def test_ops_01_append_only_rows_refuse_change_and_removal(session: Session) -> None:
    entry = AuditEntry(
        chain="c", seq=1, at=NOW, actor="a", action="b", object="", result="done", hash=b"x" * 32
    )
    session.add(entry)
    session.flush()
    entry.action = "other"
    with pytest.raises(TypeError, match="append-only"):
        session.flush()
    session.rollback()


def test_rel_05_the_writer_lock_is_first_come_first_served_and_bounded(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "x.db")
    with lock.path.open("ab") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(Unavailable), lock.held(wait=0.05):
            pass
    with lock.held(wait=0.05):
        pass


def test_rel_05_two_writers_never_overlap(tmp_path: Path) -> None:
    lock = WriterLock(tmp_path / "x.db")
    inside, most = 0, 0

    def write() -> None:
        nonlocal inside, most
        for _turn in range(50):
            with lock.held():
                inside += 1
                most = max(most, inside)
                inside -= 1

    writers = [threading.Thread(target=write) for _writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert most == 1


def test_rel_01_rel_06_sqlite_is_durable_and_checkpoints_only_when_told(
    app: Flask, database: Database
) -> None:
    if database.kind != "sqlite":
        with app.app_context():
            shown = db.session.execute(sa.text("SHOW synchronous_commit")).scalar()
            assert shown == "on"
        return
    with app.app_context(), db.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        }
        assert lock_of(db.engine) is not None
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "wal_autocheckpoint": 0,
    }
