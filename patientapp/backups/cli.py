"""`patientapp db backup FILE` and `patientapp db restore FILE`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from flask import Flask
from sqlalchemy.exc import ProgrammingError

from patientapp import clock
from patientapp.backups.actions import NotEmpty, put_back, take
from patientapp.backups.rules import BadBackup, Manifest
from patientapp.shell import refusals

MakeApp = Callable[[], Flask]
Upgrade = Callable[[str], None]


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        with refusals():
            yield
    except BadBackup as error:
        raise click.UsageError(f"This backup cannot be used: {error}.") from None
    except FileExistsError:
        raise click.UsageError("A file of that name is there; a backup is never written over.") from None
    except OSError as error:
        raise click.UsageError(f"The file cannot be used: {error.strerror}.") from None
    except (psycopg.errors.InsufficientPrivilege, ProgrammingError):
        raise click.ClickException(
            "the database's user may not make a schema to try the backup in: "
            "GRANT CREATE ON DATABASE … TO …"
        ) from None


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def backup(make_app: MakeApp, *, file: Path) -> None:
    """Back up the whole database into FILE while the app runs, and try the backup.

    The file holds patients' records and opens with no password: keep it where only those who may
    see them can. The keys of the environment are not in it; keep them too.

    \b
    Example:
      patientapp db backup /backups/$(date +%Y%m%d-%H%M).zip
      patientapp db backup - | age -r KEY > backup.age
    """
    from patientapp.upgrading import upgrade

    with make_app().app_context(), _one_line():
        if str(file) != "-":
            click.echo(_words(take(file.absolute(), now=clock.now(), migrate=upgrade)))
            return
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "backup.zip"
            manifest = take(made, now=clock.now(), migrate=upgrade)
            with made.open("rb") as whole:
                shutil.copyfileobj(whole, sys.stdout.buffer)
        click.echo(_words(manifest), err=True)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--replace", is_flag=True, help="Also over a database that holds a service.")
@click.pass_obj
def restore(make_app: MakeApp, *, file: Path, replace: bool) -> None:
    """Make the database what it was when FILE was taken. Stop serve and scheduler first.

    Afterwards nothing is texted until `patientapp messaging check` has compared every text since the
    backup with the carrier and read what people wrote since (STOP too), everybody signs in again, and
    links in texts have ended: people are offered a new one.

    \b
    Example:
      patientapp db restore /backups/20261122-0415.zip
      age -d -i KEY backup.age | patientapp db restore - --replace
    """
    from patientapp.upgrading import upgrade

    with make_app().app_context(), _one_line(), tempfile.TemporaryDirectory() as folder:
        if str(file) == "-":
            file = Path(folder) / "given"
            with file.open("wb") as whole:
                shutil.copyfileobj(sys.stdin.buffer, whole)
        try:
            manifest = put_back(file, replace=replace, now=clock.now(), migrate=upgrade)
        except NotEmpty:
            raise click.UsageError("This database holds a service: say --replace.") from None
        upgrade("head")
    click.echo(_words(manifest))
    click.echo("Nothing is texted until: patientapp messaging check. Everybody signs in again.")
    click.echo(
        "What was done since is gone: answers, roles that ended, wishes told to staff. Links in texts "
        "have ended; who opens one is offered a new one. The check reads what came since, STOP too."
    )


def _words(manifest: Manifest) -> str:
    rows, tables = sum(manifest.counts.values()), len(manifest.counts)
    return (
        f"{rows} rows of {tables} tables as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC: "
        "pages, foreign keys and counts are right."
    )


commands = [backup, restore]
