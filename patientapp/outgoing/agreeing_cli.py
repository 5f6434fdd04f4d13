"""`patientapp messaging texts` and `messaging agree`: the words we send, and who agreed to them (N31)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask

from patientapp import clock
from patientapp.db import transaction
from patientapp.messaging.agreements import Agreed, agree, agreements
from patientapp.services.naming import existing_service
from patientapp.shell import actor, refusals
from patientapp.workdays import london_day

MakeApp = Callable[[], Flask]


@click.command("texts")
@click.option("--service", "slug", required=True, help="The word in its addresses, such as moorside.")
@click.pass_obj
def texts_command(make_app: MakeApp, *, slug: str) -> None:
    """List every text in English, and who agreed to it.

    \b
    Example:
      patientapp messaging texts --service moorside
    """
    with make_app().app_context():
        for one in agreements(existing_service(slug).id):
            click.echo(f"{one.template}: {_standing(one)}\n    {one.words}")


def _standing(one: Agreed) -> str:
    if one.on is None:
        return "nobody has agreed to it"
    since = "" if one.is_current else "; its words have changed since"
    return f"agreed by {one.by} on {one.on.isoformat()}{since}"


@click.command("agree")
@click.argument("texts", nargs=-1)
@click.option("--service", "slug", required=True, help="The word in its addresses, such as moorside.")
@click.option("--name", required=True, help="Who agreed, and whom they speak for.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day on which they did; else today.")
@click.pass_obj
def agree_command(
    make_app: MakeApp, *, texts: tuple[str, ...], slug: str, name: str, on: datetime | None
) -> None:
    """Record that somebody, such as the commissioner, agreed to TEXTS as they stand; to all, if none
    is named. Nothing is sent or held back by it.

    \b
    Example:
      patientapp messaging agree --service moorside --name "A. Example, for the commissioner"
      patientapp messaging agree appt-7d appt-2d --service moorside --name "…" --on 2026-11-02
    """
    now = clock.now()
    day = on.date() if on else london_day(now)
    with make_app().app_context(), refusals():
        there = existing_service(slug)
        with transaction():
            agreed = agree(there.id, texts, by=name, on=day, actor=actor(), now=now)
    click.echo(f"{name.strip()} agreed to {len(agreed)} texts on {day.isoformat()}.")


commands = [texts_command, agree_command]
