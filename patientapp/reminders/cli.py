"""`patientapp reminders plan`; `patientapp dispatch` stands in scheduler.py, which wires it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask
from flask_babel import force_locale

from patientapp import clock
from patientapp.errors import NotFound
from patientapp.i18n import DEFAULT
from patientapp.reminders.actions import plan
from patientapp.reminders.results import system_results
from patientapp.reminders.results_lines import report_lines
from patientapp.services.queries import system_service_by_slug
from patientapp.web.current import settings


@click.group("reminders")
def reminders() -> None:
    """Decide whom to text about what.

    \b
    Example:
      patientapp reminders plan
    """


@reminders.command("plan")
@click.pass_obj
def plan_command(make_app: Callable[[], Flask]) -> None:
    """Queue every invite and reminder that is due; planning twice is harmless.

    \b
    Example:
      patientapp reminders plan && patientapp dispatch --once
    """
    with make_app().app_context():
        queued = plan(now=clock.now(), link_key=settings().link_key, public_url=settings().public_url)
    click.echo(f"{queued} texts queued.")


@reminders.command("report")
@click.option("--service", "slug", required=True, help="The service's name in its addresses.")
@click.option("--from", "first", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "last", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.pass_obj
def report_command(make_app: Callable[[], Flask], *, slug: str, first: datetime, last: datetime) -> None:
    """Did our texts work? Missed visits by what was sent, when and to whom.

    \b
    Example:
      patientapp reminders report --service moorside --from 2026-07-01 --to 2026-09-30
    """
    if last < first:
        raise click.UsageError("--to is before --from")
    with make_app().app_context():
        try:
            service_id = system_service_by_slug(slug).id
        except NotFound:
            raise click.UsageError(f"no service is called {slug}") from None
        found = system_results(
            service_id, first=first.date(), last=last.date(), link_key=settings().link_key
        )
        with force_locale(DEFAULT):
            lines = list(report_lines(found))
    for line in lines:
        click.echo(line)


commands = [reminders]
