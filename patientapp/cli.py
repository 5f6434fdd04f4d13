"""The `patientapp` command of contract.md: each room's commands, hung on one root."""

from __future__ import annotations

import os
from typing import Any

import click
from flask import Flask

from patientapp.commands import Commands, Database, Exports
from patientapp.upgrading import upgrade as upgrade


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="patientapp")
def root() -> None:
    """Outcome measures, reminders and self-management for NHS pain services.

    \b
    Example:
      patientapp demo                        run everything with made-up people
      patientapp score pseq answers.csv      score a file

    Settings are environment variables: patientapp doctor --settings lists them.
    """


def main() -> Any:
    """Run the command; a caller's mistake is one line and exit 2."""
    from patientapp.config import SettingsError
    from patientapp.content.page import BrokenContent
    from patientapp.questionnaires.tables import BrokenInstrument

    try:
        return root(prog_name="patientapp", obj=ready_app)  # rooms cannot import what makes them
    except (SettingsError, BrokenInstrument, BrokenContent) as error:
        click.echo(f"patientapp: {error}", err=True)
        raise SystemExit(2) from None


def app() -> Flask:
    """The app of this command's environment; SettingsError where the database belongs to another."""
    from patientapp.app import create_app
    from patientapp.db import db
    from patientapp.web.current import SETTINGS
    from patientapp.web.installation import refuse_foreign

    made = create_app()
    with made.app_context():
        refuse_foreign(made.extensions[SETTINGS])
        db.session.remove()
    return made


def ready_app() -> Flask:
    """The same, on tables of this version: an empty database gets them, outside production.

    SettingsError where somebody has to run `patientapp db upgrade` with a backup at hand.
    """
    from patientapp.db import db

    made = app()
    with made.app_context():
        try:
            _bring_tables()
        except BaseException:
            db.session.remove()  # before its connection's pool goes
            db.engine.dispose()
            raise
        finally:
            db.session.remove()
    return made


def _bring_tables() -> None:
    from patientapp import clock
    from patientapp.config import SettingsError
    from patientapp.web.current import settings
    from patientapp.web.installation import claim, has_tables, is_current

    if not has_tables() and not settings().is_production:
        upgrade()
        claim(settings(), now=clock.now())
    elif not has_tables() or not is_current():
        raise SettingsError("the database is older than this version: run patientapp db upgrade")


@root.group("export", cls=Exports)
def export() -> None:
    """Give out what is stored, as a stream; each export stands in the audit.

    \b
    Example:
      patientapp export scores --service moorside --from 2026-04-01 --to 2026-06-30 > scores.csv
    """


@root.group("db", cls=Database)
@click.pass_context
def database(ctx: click.Context) -> None:
    """Look after the database.

    \b
    Example:
      patientapp db upgrade
      patientapp db backup /backups/$(date +%Y%m%d-%H%M).zip
    """
    if ctx.obj is ready_app:
        ctx.obj = app  # whoever mends the tables takes them as they are


@database.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to this version; safe to kill and run again.

    \b
    Example:
      patientapp db upgrade
    """
    from patientapp import clock
    from patientapp.web.current import settings
    from patientapp.web.installation import claim

    with app().app_context():
        upgrade()
        claim(settings(), now=clock.now())
    click.echo("The database is up to date.")


@root.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True)
def serve(host: str, port: int, workers: int) -> None:
    """Serve the app.

    \b
    Example:
      patientapp serve --port 8000 --workers 2
    """
    import gc

    gc.disable()  # until the server enables it: nothing made at the start is ever thrown away
    from patientapp.db import db
    from patientapp.server import serve as run

    with ready_app().app_context():
        db.engine.dispose()  # no connection is shared with the workers
    run(host=host, port=port, workers=workers)


@root.command()
def scheduler() -> None:
    """Run the clock: plan reminders, send texts, tidy up. Two at once are safe.

    \b
    Example:
      patientapp scheduler
    """
    from patientapp.scheduler import run

    run(ready_app())


@root.command()
@click.option("--settings", "show_settings", is_flag=True, help="List every setting.")
def doctor(*, show_settings: bool) -> None:
    """Check settings, data folders, front end and migrations, and say what to do.

    \b
    Example:
      patientapp doctor
      patientapp doctor --settings
    """
    from patientapp import doctor as doctoring

    if show_settings:
        click.echo(doctoring.settings_table())
        return
    findings = doctoring.examine(os.environ)
    for finding in findings:
        click.echo(finding.line())
    if any(not finding.is_well for finding in findings):
        raise SystemExit(1)
