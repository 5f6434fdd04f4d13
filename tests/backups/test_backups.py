"""OPS-02, SMS-11, P8: a backup taken online, tried at once, and put back whole or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from patientapp.app import create_app
from patientapp.assessments.models import Pack
from patientapp.backups import rules
from patientapp.backups.keep_rules import name_of
from patientapp.cli import root, upgrade
from patientapp.config import Environment, Settings
from patientapp.db import db, transaction
from patientapp.jobs import backup_once
from patientapp.links.actions import end_links, make_link
from patientapp.links.models import Link
from patientapp.links.rules import LinkEnd
from patientapp.messaging import switch
from patientapp.messaging.rules import SendingMode
from patientapp.outgoing.metrics import text_of, watch
from patientapp.patients.models import Patient
from patientapp.signin.actions import open_session
from patientapp.signin.models import Session
from tests.databases import postgresql, sqlite
from tests.factories import LINK_KEY, NOW, make_pack, make_patient, make_service, make_staff

pytestmark = [pytest.mark.usefixtures("now"), pytest.mark.slow]
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database of its own, with one person in it."""
    if request.param == "sqlite":
        yield from _app(sqlite(tmp_path).url)
    else:
        with postgresql(f"backups_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as made:
            yield from _app(made.url)


def _app(url: str) -> Iterator[Flask]:
    settings = Settings(
        env=Environment.TEST,
        database_url=url,
        secret_key="test-secret-key-of-enough-letters-1",
        link_key=LINK_KEY,
        data_key="test-data-key-of-enough-letters-333",
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with transaction() as session:
            service = make_service(session, slug="moorside")
            make_pack(session, make_patient(session, service, family_name="Ørsted-Łoś\\N'\t"))
            staff = make_staff(session, service)
            open_session(service_id=service.id, staff_id=staff.id, now=NOW, life=timedelta(hours=9))
        yield app
        db.session.remove()
        db.engine.dispose()


def typed(app: Flask, *words: str, given: bytes = b"") -> Result:
    """Type a command."""
    return CliRunner().invoke(root, ["db", *words], obj=lambda: app, input=given)


def everything() -> dict[str, list[Any]]:
    """Every row of every table, but for what a restore changes on purpose."""
    found = {}
    with db.engine.connect() as connection:
        tables = sa.MetaData()
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if table.name not in {"sessions", "sending_switch"}:
                rows = connection.execute(sa.select(table)).all()
                found[table.name] = sorted(map(repr, rows))
    return found


def test_ops_02_what_is_put_back_is_what_was_there_row_by_row(own: Flask, tmp_path: Path) -> None:
    before, file = everything(), tmp_path / "a.zip"
    taken = typed(own, "backup", str(file))
    assert taken.exit_code == 0, taken.output
    assert "counts are right" in taken.output
    assert file.stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir() if "backup" in path.name} == set()
    with transaction() as session:
        session.execute(sa.update(Patient).values(family_name="Other"))
        make_patient(session, make_service(session))
    db.session.remove()
    assert everything() != before
    refused = typed(own, "restore", str(file))
    assert refused.exit_code == 2
    assert "--replace" in refused.output
    done = typed(own, "restore", str(file), "--replace")
    assert done.exit_code == 0, done.output
    assert everything() == before


def test_sms_11_after_a_restore_nothing_is_sent_and_nobody_is_signed_in(
    own: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.zip"
    assert typed(own, "backup", str(file)).exit_code == 0
    monkeypatch.setattr("patientapp.clock.now", lambda: LATER)
    assert typed(own, "restore", str(file), "--replace").exit_code == 0
    with transaction():
        row = switch.standing(now=LATER)
        assert (row.mode, row.check_from) == (SendingMode.CHECKING, NOW)
        assert switch.resume(now=LATER) is SendingMode.CHECKING
    assert db.session.scalars(sa.select(Session.ended_at)).all() == [LATER]


def test_link_05_sec_10_a_link_that_ended_since_does_not_open_again(own: Flask, tmp_path: Path) -> None:
    """Its bearer is offered a new one, as with every link that was replaced."""
    file = tmp_path / "a.zip"
    with transaction() as session:
        pack = session.scalars(sa.select(Pack)).one()
        link = make_link(
            patient_id=pack.patient_id, service_id=pack.service_id, pack_id=pack.id, key=LINK_KEY, now=NOW
        )
    assert typed(own, "backup", str(file)).exit_code == 0
    with transaction():
        end_links(patient_id=pack.patient_id, reason=LinkEnd.WITHDRAWN, now=NOW)
    assert typed(own, "restore", str(file), "--replace").exit_code == 0
    ended = sa.select(Link.end_reason).where(Link.id == link.id)
    assert db.session.scalar(ended) is LinkEnd.REPLACED


def test_ops_02_p8_the_clock_takes_one_each_quarter_of_an_hour(
    own: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the figures tell when none was taken for half an hour."""
    folder = tmp_path / "kept"
    changed = replace(own.extensions["patientapp.settings"], backup_dir=str(folder))
    monkeypatch.setitem(own.extensions, "patientapp.settings", changed)
    assert watch(own) == 1
    assert "patientapp_backup_age_seconds" in text_of(own)
    assert [backup_once(own), backup_once(own)] == [1, 0]
    assert [path.name for path in folder.iterdir()] == [name_of(NOW)]
    assert folder.stat().st_mode & 0o077 == 0
    assert watch(own) == 0
    monkeypatch.setattr("patientapp.clock.now", lambda: NOW + timedelta(minutes=45))
    assert watch(own) == 1
    assert typed(own, "restore", str(folder / name_of(NOW)), "--replace").exit_code == 0


def test_ops_02_a_fresh_database_takes_it_by_standard_input(own: Flask, tmp_path: Path) -> None:
    with_output = typed(own, "backup", "-")
    assert with_output.exit_code == 0
    before = everything()
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        done = typed(own, "restore", "-", given=with_output.stdout_bytes)
        assert done.exit_code == 0, done.output
        assert everything() == before
        return
    settings = replace(own.extensions["patientapp.settings"], database_url=f"sqlite:///{tmp_path}/new.db")
    fresh = create_app(settings)
    done = typed(fresh, "restore", "-", given=with_output.stdout_bytes)
    assert done.exit_code == 0, done.output
    with fresh.app_context():
        assert everything() == before
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("harm", ["cut", "words", "counts", "flip"])
def test_ops_02_a_damaged_backup_changes_nothing(own: Flask, tmp_path: Path, harm: str) -> None:
    file, bad = tmp_path / "a.zip", tmp_path / "bad.zip"
    assert typed(own, "backup", str(file)).exit_code == 0
    whole, before = file.read_bytes(), everything()
    if harm == "counts":
        with ZipFile(file) as old, ZipFile(bad, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                if name == "manifest.json":
                    told = rules.read(data)
                    data = rules.written(replace(told, counts={**told.counts, "patients": 7}))
                new.writestr(name, data)
    else:
        with ZipFile(file) as old:
            part = max(old.infolist(), key=lambda one: one.compress_size)
        middle = part.header_offset + 60 + len(part.filename) + part.compress_size // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
        bad.write_bytes({"cut": whole[:-200], "words": b"not a backup", "flip": flipped}[harm])
    refused = typed(own, "restore", str(bad), "--replace")
    assert refused.exit_code == 2, refused.output
    assert "cannot be used" in refused.output
    assert everything() == before


def test_ops_02_a_backup_is_never_written_over_and_nothing_partial_stays(
    own: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.zip"
    file.write_text("an older one")
    refused = typed(own, "backup", str(file))
    assert refused.exit_code == 2
    assert "never written over" in refused.output
    assert file.read_text() == "an older one"
    monkeypatch.setattr("patientapp.backups.sqlite.check", _damaged)
    monkeypatch.setattr("patientapp.backups.postgres.check_counts", _damaged)
    there = sorted(path.name for path in tmp_path.iterdir())
    assert typed(own, "backup", str(tmp_path / "b.zip")).exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == there
    assert typed(own, "backup", str(tmp_path / "no" / "b.zip")).exit_code == 2


def _damaged(*_facts: object) -> None:
    raise rules.BadBackup("its pages are damaged")


def test_ops_02_a_row_that_names_nothing_is_found(tmp_path: Path) -> None:
    from patientapp.backups import sqlite as copies

    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        raw.execute("CREATE TABLE b (a INTEGER REFERENCES a (id))")
        raw.execute("INSERT INTO b VALUES (7)")
        raw.commit()
    with pytest.raises(rules.BadBackup, match="names a row of a"):
        copies.check(copy, {"a": 0, "b": 1})


def test_ops_02_writers_go_on_while_a_backup_is_taken(
    own: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written after the snapshot is in the database and not in the backup."""
    from patientapp.backups import postgres
    from patientapp.backups import sqlite as copies

    def during(*given: Any) -> Any:
        engine = sa.create_engine(db.engine.url)
        with engine.begin() as other:
            if db.engine.dialect.name == "sqlite":
                other.exec_driver_sql("UPDATE patients SET given_name = 'Later'")
            else:
                other.exec_driver_sql("DELETE FROM planned_looks")
        engine.dispose()
        return real(*given)

    real = copies._raw if db.engine.dialect.name == "sqlite" else postgres.copy_out
    module = copies if db.engine.dialect.name == "sqlite" else postgres
    monkeypatch.setattr(module, real.__name__, during)
    before, file = everything(), tmp_path / "a.zip"
    taken = typed(own, "backup", str(file))
    assert taken.exit_code == 0, taken.output
    monkeypatch.setattr(module, real.__name__, real)
    assert everything() != before
    assert typed(own, "restore", str(file), "--replace").exit_code == 0
    assert everything() == before


def test_no_table_needs_more_than_its_rows(own: Flask) -> None:
    """A sequence would have to be put back too; we have none."""
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(sa.text("SELECT count(*) FROM pg_sequences")) == 0


@pytest.mark.parametrize("text", [b"{}", b"[]", b"no", b'{"format": 2}', b'{"format": 1, "x": 1}'])
def test_a_manifest_of_something_else_is_refused(text: bytes) -> None:
    with pytest.raises(rules.BadBackup):
        rules.read(text)
