"""`patientapp messaging …` and `patientapp metrics`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click
from flask import Flask

from patientapp import clock
from patientapp.db import transaction
from patientapp.messaging import switch
from patientapp.messaging.gateway import CannotAsk
from patientapp.messaging.gauges import system_gauges
from patientapp.messaging.rules import SendingMode
from patientapp.outgoing import agreeing_cli
from patientapp.outgoing.metrics import text_of
from patientapp.outgoing.wiring import check_once, fetch_once

MakeApp = Callable[[], Flask]
SAID = {
    SendingMode.SENDING: "Texts are being sent.",
    SendingMode.PAUSED: "Nothing is sent until: patientapp messaging resume",
    SendingMode.CHECKING: "Restored from a backup: nothing is sent until: patientapp messaging check",
}


@click.group("messaging")
def messaging() -> None:
    """Pause, resume and look at the sending of texts.

    \b
    Example:
      patientapp messaging status
      patientapp messaging pause
    """


@messaging.command("pause")
@click.pass_obj
def pause_command(make_app: MakeApp) -> None:
    """Send nothing more; calls under way finish. What is past its use is counted as expired.

    \b
    Example:
      patientapp messaging pause
    """
    with make_app().app_context(), transaction():
        click.echo(SAID[switch.pause(now=clock.now())])


@messaging.command("resume")
@click.pass_obj
def resume_command(make_app: MakeApp) -> None:
    """Send again, at the account's rate.

    \b
    Example:
      patientapp messaging resume
    """
    with make_app().app_context(), transaction():
        mode = switch.resume(now=clock.now())
    click.echo(SAID[mode])
    if mode is not SendingMode.SENDING:
        raise SystemExit(2)


@messaging.command("check")
@click.option(
    "--since",
    type=click.DateTime(),
    help="The time of the backup, in UTC; for one that was restored by other means.",
)
@click.pass_obj
def check_command(make_app: MakeApp, *, since: datetime | None) -> None:
    """After a restore: compare with the carrier's list, then send again.

    \b
    Example:
      patientapp messaging check
      patientapp messaging check --since 2026-11-22T04:15:00
    """
    app = make_app()
    backup = since.replace(tzinfo=UTC) if since is not None else None
    if backup is not None:
        with app.app_context(), transaction():
            switch.begin_checking(check_from=backup, now=clock.now())
    try:
        checked = check_once(app, since=backup)
    except CannotAsk as error:
        raise click.ClickException(f"The carrier cannot be asked ({error}); nothing is sent.") from None
    if checked is None:
        click.echo("There is nothing to check.")
        return
    click.echo(
        f"{checked.listed} texts at the carrier since the backup: {checked.found} that we took for "
        f"unsent, {checked.strays} that we know nothing of. {SAID[SendingMode.SENDING]}"
    )


@messaging.command("fetch")
@click.option("--since", type=click.DateTime(), help="From this time on, in UTC.")
@click.pass_obj
def fetch_command(make_app: MakeApp, *, since: datetime | None) -> None:
    """Fetch texts to us that came while we did not answer; the scheduler does it every 5 minutes.

    \b
    Example:
      patientapp messaging fetch
      patientapp messaging fetch --since 2026-11-22T04:15:00
    """
    try:
        kept = fetch_once(make_app(), since=since.replace(tzinfo=UTC) if since else None)
    except CannotAsk as error:
        raise click.ClickException(f"The carrier cannot be asked ({error}); try again.") from None
    click.echo(f"{kept} texts to us that we did not have.")


@messaging.command("status")
@click.pass_obj
def status_command(make_app: MakeApp) -> None:
    """How sending stands, in numbers.

    \b
    Example:
      patientapp messaging status
    """
    with make_app().app_context():
        found = system_gauges(now=clock.now())
    click.echo(SAID[found.mode])
    beat = "none has shown itself" if found.beat_age is None else f"seen {found.beat_age} ago"
    rows = {
        "oldest due text waits": str(found.overdue),
        "carrier left alone for": str(found.held_for),
        "dispatchers": f"{found.dispatchers}, {beat}",
        "texts to us unread": str(found.unread),
        "reports of strangers": str(found.strays),
    } | {f"texts {state.value}": str(count) for state, count in found.states.items()}
    for name, value in rows.items():
        click.echo(f"{name:<24} {value}")


@click.command("metrics")
@click.pass_obj
def metrics_command(make_app: MakeApp) -> None:
    """Print the figures for Prometheus; PATIENTAPP_METRICS_PORT has the scheduler serve them.

    \b
    Example:
      patientapp metrics > /var/lib/node_exporter/patientapp.prom
    """
    click.echo(text_of(make_app()), nl=False)


for one in agreeing_cli.commands:
    messaging.add_command(one)
commands = [messaging, metrics_command]
