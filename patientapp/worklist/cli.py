"""`patientapp worklist escalate`: what the scheduler does every half minute, from a shell."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from patientapp import clock
from patientapp.worklist.watching import escalate


@click.group("worklist")
def worklist() -> None:
    """Look after alerts that nobody has taken.

    \b
    Example:
      patientapp worklist escalate
    """


@worklist.command("escalate")
@click.pass_obj
def escalate_command(make_app: Callable[[], Flask]) -> None:
    """Pass on alerts without an owner: to the next contact, then to the service lead.

    Each step is made once, however often this runs. The limits stand in worklist/limits.toml.

    \b
    Example:
      patientapp worklist escalate && patientapp dispatch --once
    """
    with make_app().app_context():
        made = escalate(now=clock.now())
    click.echo(f"{made} steps made.")


commands = [worklist]
