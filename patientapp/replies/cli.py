"""`patientapp replies`: act on what people have texted back."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask

from patientapp import clock
from patientapp.replies.actions import act_on_all
from patientapp.web.current import settings


@click.group("replies")
def replies() -> None:
    """Act on what people text back.

    \b
    Example:
      patientapp replies act
    """


@replies.command("act")
@click.pass_obj
def act_command(make_app: Callable[[], Flask]) -> None:
    """Act on every text in the queue; the scheduler does the same all the time.

    \b
    Example:
      patientapp replies act
    """
    with make_app().app_context():
        done = act_on_all(now=clock.now(), link_key=settings().link_key)
    click.echo(f"{done} texts acted on.")


commands = [replies]
