"""Take a backup, try it, put it back."""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import sqlalchemy as sa

from patientapp.backups import keep_rules, postgres, sqlite
from patientapp.backups.rules import BadBackup, Manifest, read, written
from patientapp.db import db, table, transaction
from patientapp.links.models import Link
from patientapp.links.rules import LinkEnd
from patientapp.messaging.models import SendingSwitch
from patientapp.messaging.rules import SendingMode
from patientapp.services.models import Service
from patientapp.signin.models import Session

MANIFEST, DATABASE = "manifest.json", "database.sqlite"
Migrate = Callable[[str], None]  # bring the tables of this session to a revision


class NotEmpty(Exception):
    """There is something in the database that a restore would replace."""


def take(target: Path, *, now: datetime, migrate: Migrate) -> Manifest:
    """Back up into a new file, which gets its name only once it has been test-restored (OPS-02)."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".patientapp-backup-") as name:
        made = Path(name) / "backup"
        made.touch(mode=0o600)
        with ZipFile(made, "w", ZIP_DEFLATED, compresslevel=1) as file:
            manifest = _fill(file, Path(name), now=now)
        _try(made, migrate=migrate)
        os.link(made, target)  # never over a file that is there
    return manifest


def take_regularly(folder: Path, *, now: datetime, migrate: Migrate) -> bool:
    """The backup of this quarter of an hour, unless it is there; then let old ones go (OPS-02)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / keep_rules.name_of(now)
    if target.exists():
        return False
    try:
        take(target, now=now, migrate=migrate)
    except FileExistsError:  # another clock was quicker
        return False
    for name in keep_rules.to_let_go((path.name for path in folder.iterdir()), now=now):
        (folder / name).unlink(missing_ok=True)
    return True


def age_of_newest(folder: Path, *, now: datetime) -> timedelta | None:
    """How long ago the newest regular backup was due; None where there is none."""
    return keep_rules.age((path.name for path in folder.glob("*.zip")), now=now)


def _fill(file: ZipFile, folder: Path, *, now: datetime) -> Manifest:
    revision = str(db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) or "")
    db.session.remove()
    if db.engine.dialect.name == "sqlite":
        counts = sqlite.copy_to(folder / DATABASE)
        file.write(folder / DATABASE, DATABASE)
        columns: dict[str, list[str]] = {}
    else:
        with postgres.snapshot() as driver:
            columns = postgres.columns(driver)
            counts = postgres.counts(driver, list(columns))
            postgres.copy_out(driver, file, columns)
    manifest = Manifest(
        kind=db.engine.dialect.name, taken_at=now, revision=revision, counts=counts, columns=columns
    )
    file.writestr(MANIFEST, written(manifest))
    return manifest


def _try(made: Path, *, migrate: Migrate) -> None:
    """Put it back beside the database, check pages, foreign keys and counts, and take it away again."""
    manifest = manifest_of(made)
    if manifest.kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=made.parent) as folder:
            _unpacked(made, Path(folder), manifest)
        return
    with transaction() as session, ZipFile(made) as file:
        driver = postgres.raw(session.connection())
        driver.execute(f"CREATE SCHEMA {postgres.TRIED_IN}")
        driver.execute(f"SET LOCAL search_path = {postgres.TRIED_IN}")
        driver.execute(postgres.UNHURRIED)
        migrate(manifest.revision)
        postgres.copy_in(driver, file, manifest)
        session.rollback()


def manifest_of(file: Path) -> Manifest:
    """What this file says of itself; BadBackup where it is damaged or none of ours."""
    try:
        with ZipFile(file) as opened:
            if (bad := opened.testzip()) is not None:
                raise BadBackup(f"its part {bad} is damaged")
            return read(opened.read(MANIFEST))
    except (BadZipFile, KeyError, EOFError, zlib.error):
        raise BadBackup("it is not a whole backup of patientapp") from None


def _unpacked(file: Path, folder: Path, manifest: Manifest) -> Path:
    copy = folder / DATABASE
    with ZipFile(file) as opened, opened.open(DATABASE) as packed, copy.open("wb") as plain:
        copy.chmod(0o600)
        shutil.copyfileobj(packed, plain)
    sqlite.check(copy, dict(manifest.counts))
    return copy


def put_back(file: Path, *, replace: bool, now: datetime, migrate: Migrate) -> Manifest:
    """Make the database what it was, all of it or nothing; texts wait for the check (SMS-11).

    NotEmpty unless `replace`, where a service is there already.
    """
    manifest = manifest_of(file)
    if manifest.kind != db.engine.dialect.name:
        raise BadBackup(f"it is of {manifest.kind}, and this database is {db.engine.dialect.name}")
    if not replace and _has_a_service():
        raise NotEmpty
    db.session.remove()
    if manifest.kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            copy = _unpacked(file, Path(folder), manifest)
            with sqlite.changed(copy) as connection:
                _start_safely(connection, manifest, now=now)
            sqlite.put_back(copy)
    else:
        _put_back_tables(file, manifest, now=now, migrate=migrate)
    return manifest


def _put_back_tables(file: Path, manifest: Manifest, *, now: datetime, migrate: Migrate) -> None:
    with transaction() as session, ZipFile(file) as opened:
        driver = postgres.raw(session.connection())
        driver.execute(postgres.UNHURRIED)
        postgres.clear(driver)
        migrate(manifest.revision)
        postgres.copy_in(driver, opened, manifest)
        _start_safely(session.connection(), manifest, now=now)


def _has_a_service() -> bool:
    if not sa.inspect(db.engine).has_table(Service.__tablename__):
        return False
    return db.session.scalar(sa.select(Service.id).limit(1)) is not None


def _start_safely(connection: sa.Connection, manifest: Manifest, *, now: datetime) -> None:
    """Dispatchers only check (SMS-11); sessions and links that may have ended since are over.

    A link that was taken back after the backup would else open a record again (LINK-05, SEC-10).
    Ended as replaced: whoever holds a good one is offered a new one there.
    """
    sessions, links, switch = table(Session), table(Link), table(SendingSwitch)
    connection.execute(sa.update(sessions).where(sessions.c.ended_at.is_(None)).values(ended_at=now))
    over = sa.update(links).where(links.c.ended_at.is_(None), links.c.expires_at > now)
    connection.execute(over.values(ended_at=now, end_reason=LinkEnd.REPLACED))
    checking = {"mode": SendingMode.CHECKING, "check_from": manifest.taken_at, "since": now}
    if connection.execute(sa.update(switch).values(checking)).rowcount == 0:
        rest = {"id": 1, "next_slot_at": now, "hold_until": now, "failures": 0}
        connection.execute(sa.insert(switch).values(checking | rest))
