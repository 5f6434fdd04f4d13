"""`patientapp audit verify`."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from patientapp.audit.queries import system_checked


@click.group("audit")
def audit() -> None:
    """The record of who did what to whom.

    \b
    Example:
      patientapp audit verify
    """


@audit.command("verify")
@click.pass_obj
def verify(make_app: Callable[[], Flask]) -> None:
    """Check every chain of the audit from its first entry to its head; exit 1 when one is broken.

    \b
    Example:
      patientapp audit verify
    """
    chains = broken = 0
    with make_app().app_context():
        for one in system_checked():
            chains += 1
            if one.broken_at is not None:
                broken += 1
                click.echo(f"{one.chain}: changed, added or removed at entry {one.broken_at}")
    if broken:
        click.echo(f"{broken} of {chains} chains are broken.", err=True)
        raise SystemExit(1)
    click.echo(f"{chains} chains, all whole.")


commands = [audit]
