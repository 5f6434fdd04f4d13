"""The two servers that are compared: the ceiling and ours, under the same granian settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from patientapp.server import THREADS
from tests.accept.live import free_port, settings_of, start, stop, wait_for
from tests.bench.tools import DRIVERS
from tests.databases import Database

WORKERS = 2


@dataclass(frozen=True, kw_only=True)
class Rivals:
    """Both servers, running."""

    database: Database
    folder: Path
    app: Flask
    ceiling_url: str
    ceiling_pid: int
    url: str
    pid: int
    postmaster: int | None

    @property
    def pids(self) -> tuple[str, str]:
        """The `pids` and `also` options of the load driver, for the ceiling and for us."""
        also = f",also={self.postmaster}" if self.postmaster else ""
        return f"pids={self.ceiling_pid}{also}", f"pids={self.pid}{also}"


@contextmanager
def rivals(database: Database, folder: Path, postmaster: int | None) -> Iterator[Rivals]:
    """Start both; end both."""
    from patientapp.app import create_app
    from patientapp.cli import upgrade
    from patientapp.db import db

    port = free_port()
    settings = settings_of(database, folder, port)
    app = create_app(settings)
    with app.app_context():
        upgrade()
    ours = start(settings, port=port, workers=WORKERS, log=folder / "server.log")
    ceiling_url, ceiling = _start_ceiling(database, folder)
    try:
        yield Rivals(
            database=database,
            folder=folder,
            app=app,
            ceiling_url=ceiling_url,
            ceiling_pid=ceiling.pid,
            url=f"http://127.0.0.1:{port}",
            pid=ours.pid,
            postmaster=postmaster,
        )
    finally:
        stop(ours)
        stop(ceiling)
        with app.app_context():
            db.engine.dispose()


def _start_ceiling(database: Database, folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    port = free_port()
    log = folder / "ceiling.log"
    store = (
        {"BENCH_SQLITE": str(folder / "ceiling.db")}
        if database.kind == "sqlite"
        else {"BENCH_DSN": database.url.replace("+psycopg", "")}
    )
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    command += ["--workers", str(WORKERS), "--blocking-threads", str(THREADS), "ceiling_app:app"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=DRIVERS,
            env=os.environ | store | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    wait_for(f"http://127.0.0.1:{port}/hello", process, log)
    return f"http://127.0.0.1:{port}", process
