"""The real server on a free loopback port, on a database of its own, with everything committed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
from flask import Flask

from patientapp.config import Environment, Settings
from tests.databases import Database, postgresql, server, sqlite
from tests.factories import LINK_KEY

START_SECONDS = 30
COMMAND = Path(sys.executable).with_name("patientapp")


@dataclass(kw_only=True)
class Live:
    """A running server and the app that shares its database."""

    url: str
    app: Flask
    database: Database
    process: subprocess.Popen[bytes]
    log: Path
    extra: dict[str, str] = field(default_factory=dict)

    def workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [one for one in children if "resource_tracker" not in " ".join(_command(one))]

    def kill_worker(self, number: int) -> bool:
        """Kill -9 one worker; False when none was there."""
        workers = self.workers()
        if not workers:
            return False
        workers[number % len(workers)].kill()
        return True


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def settings_of(database: Database, folder: Path, port: int) -> Settings:
    """Settings of a live server."""
    return Settings(
        env=Environment.TEST,
        database_url=database.url,
        data_dir=folder,
        public_url=f"http://127.0.0.1:{port}",
        secret_key="test-secret-key-of-enough-letters-1",
        link_key=LINK_KEY,
        data_key="test-data-key-of-enough-letters-333",
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """The same settings, as a server reads them."""
    names = ("env", "database_url", "data_dir", "public_url", "secret_key", "link_key", "data_key")
    return os.environ | {f"PATIENTAPP_{name.upper()}": str(getattr(settings, name)) for name in names}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[Database]:
    """An empty database of this kind."""
    if kind == "sqlite":
        yield sqlite(folder)
    else:
        with server(), postgresql(f"live_{folder.name}"[:30].replace("-", "_")) as made:
            yield made


@contextmanager
def live(kind: str, folder: Path, *, workers: int = 2) -> Iterator[Live]:
    """A migrated database of this kind, and the real server on it."""
    from patientapp.app import create_app
    from patientapp.cli import upgrade
    from patientapp.db import db

    with database_of(kind, folder) as database:
        port = free_port()
        settings = settings_of(database, folder, port)
        app = create_app(settings)
        with app.app_context():
            upgrade()
        process = start(settings, port=port, workers=workers, log=folder / "server.log")
        try:
            yield Live(
                url=f"http://127.0.0.1:{port}",
                app=app,
                database=database,
                process=process,
                log=folder / "server.log",
            )
        finally:
            stop(process)
            with app.app_context():
                db.engine.dispose()


def start(settings: Settings, *, port: int, workers: int, log: Path) -> subprocess.Popen[bytes]:
    """The real `patientapp serve`, answering."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(COMMAND), "serve", "--port", str(port), "--workers", str(workers)],
            env=environment_of(settings),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    wait_for(f"http://127.0.0.1:{port}/health/ready", process, log)
    return process


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the address answers; raise with the log when it does not."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.02)
    stop(process)
    raise RuntimeError(f"no answer from {url}: {log.read_text()[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, then make it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)
