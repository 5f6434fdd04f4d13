"""REL-05, REL-07, REL-08: many writers, a locked database, an order to stop."""

from __future__ import annotations

import fcntl
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.accept.live import Live, live
from tests.accept.people import Ready, make_ready, perfect_answers
from tests.accept.phone import Answer, Phone, send_pack
from tests.accept.stored import faults

WRITERS = 8
WRITES = 60
WRITER = """
import sys, time
from patientapp.app import create_app
from patientapp.db import transaction
from patientapp import clock
from patientapp.audit.actions import record_system
app = create_app()
longest = 0.0
with app.app_context():
    for number in range(int(sys.argv[1])):
        began = time.monotonic()
        with transaction():
            record_system("wrote", chain="race", now=clock.now())
        longest = max(longest, time.monotonic() - began)
print(longest)
"""
PSEQ = ["pseq"]


@contextmanager
def sqlite_server(folder: Path) -> Iterator[Live]:
    """The real server with two workers on SQLite."""
    with live("sqlite", folder, workers=2) as made:
        yield made


def submit(running: Live, one: Ready, *, timeout: float = 30) -> Answer:
    """One try at sending."""
    phone = Phone(running.url, timeout=timeout)
    try:
        return phone.ask(
            "POST",
            f"/api/v1/packs/{one.pack_id}/responses",
            headers=one.headers | {"Idempotency-Key": one.pack_id.hex},
            body={"responses": {"pseq": perfect_answers("pseq")}},
        )
    finally:
        phone.hang_up()


@contextmanager
def writer_lock_held(running: Live) -> Iterator[None]:
    """Hold the one writer lock from outside, as a stuck process would."""
    path = running.database.url.removeprefix("sqlite:///") + ".lock"
    with Path(path).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def database_held(running: Live) -> Iterator[None]:
    """Lock the SQLite file itself, as a program that knows nothing of our lock would."""
    raw = sqlite3.connect(running.database.url.removeprefix("sqlite:///"), isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        raw.execute("ROLLBACK")
        raw.close()


@pytest.mark.accept
def test_rel_05_eight_writer_processes_wait_fairly_and_none_fails(tmp_path: Path) -> None:
    with sqlite_server(tmp_path) as running:
        from tests.accept.live import environment_of, settings_of

        environment = environment_of(settings_of(running.database, tmp_path, 80))
        command = [sys.executable, "-W", "ignore", "-c", WRITER, str(WRITES)]
        writers = [
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(WRITERS)
        ]
        done = [writer.communicate(timeout=120) for writer in writers]
    assert [errors.decode() for _out, errors in done] == [""] * WRITERS
    assert max(float(out) for out, _errors in done) < 3.0  # 5.4 s and errors without the lock


@pytest.mark.accept
@pytest.mark.parametrize("held", [writer_lock_held, database_held])
def test_rel_07_a_locked_database_is_a_503_within_ten_seconds_and_service_resumes(
    tmp_path: Path, held: object
) -> None:
    with sqlite_server(tmp_path) as running:
        one = make_ready(running.app, 1, instruments=PSEQ)[0]
        with held(running):  # type: ignore[operator]
            began = time.monotonic()
            refused = submit(running, one)
            waited = time.monotonic() - began
        stored = submit(running, one)
        assert (refused.status, stored.status) == (503, 201)
        assert int(refused.headers["retry-after"]) > 0
        assert waited < 10
        assert faults(running.app, [one], {one.pack_id: stored.body}) == []


@pytest.mark.accept
def test_rel_07_lost_connections_are_a_503_and_service_resumes(tmp_path: Path) -> None:
    with live("postgresql", tmp_path, workers=2) as running:
        people = make_ready(running.app, 12, instruments=PSEQ)
        assert {submit(running, one).status for one in people[:6]} == {201}
        with psycopg.connect(running.database.url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        phone = Phone(running.url)
        first = submit(running, people[6])
        assert first.status in {201, 503}
        assert first.status == 201 or "retry-after" in first.headers
        answers = {"pseq": perfect_answers("pseq")}
        said = {one.pack_id: send_pack(phone, one, answers).body for one in people[6:]}
        phone.hang_up()
        with running.app.app_context():
            from patientapp.db import db

            db.engine.dispose()  # this process's own connections were ended too
        assert faults(running.app, people[6:], said) == []


def test_rel_08_an_order_to_stop_finishes_what_was_accepted(tmp_path: Path) -> None:
    with sqlite_server(tmp_path) as running:
        people = make_ready(running.app, 4, instruments=PSEQ)
        said: dict[UUID, Answer] = {}
        with writer_lock_held(running):
            threads = [
                threading.Thread(target=lambda one=one: said.update({one.pack_id: submit(running, one)}))
                for one in people
            ]
            for thread in threads:
                thread.start()
            time.sleep(1)  # they are inside now, waiting for the lock
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        for thread in threads:
            thread.join(20)
        assert {one.status for one in said.values()} == {201}
        assert running.process.wait(15) is not None
        bodies = {one.pack_id: said[one.pack_id].body for one in people}
        assert faults(running.app, people, bodies) == []
