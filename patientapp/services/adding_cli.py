"""`patientapp service add`: the first thing that a new installation needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click
from flask import Flask

from patientapp import clock
from patientapp.audit.actions import record_system
from patientapp.db import transaction
from patientapp.questionnaires.schedule import check_all
from patientapp.services.actions import add_service
from patientapp.services.profiles import profiles
from patientapp.services.rules import can_be_texted
from patientapp.shell import actor, refusals

TOLD = ("duty_phone", "next_phone", "lead_phone")


@click.group("service")
def service() -> None:
    """Add a pain service to this installation.

    \b
    Example:
      patientapp service add moorside --name "Moorside Clinic" --short-name Moorside \\
          --phone "0113 496 0100" --hours "Monday to Friday, 9am to 5pm"
    """


@service.command("add")
@click.argument("slug")
@click.option("--name", required=True, help="In full, as patients know it.")
@click.option("--short-name", required=True, help="First words of every text: names no condition.")
@click.option("--phone", required=True, help="On every page and in every text.")
@click.option("--hours", required=True, help="When the telephone is answered.")
@click.option("--text-relay", default="", help="The number for people who cannot use a telephone.")
@click.option("--duty-phone", default="", help="Told of each worrying answer, as +447700900999.")
@click.option("--next-phone", default="", help="Told of an alert that nobody has taken in time.")
@click.option("--lead-phone", default="", help="The service lead: told when it still has no owner.")
@click.option("--schedule", help="Which packs are asked when; else the profile's, else standard.")
@click.option("--profile", default="", help="Its contract: patientapp services lists them.")
@click.option(
    "--first-day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of its contract, where it is not the profile's.",
)
@click.pass_obj
def add(
    make_app: Callable[[], Flask],
    /,
    *,
    slug: str,
    schedule: str | None,
    profile: str,
    first_day: datetime | None,
    **facts: str,
) -> None:
    """Add a service. SLUG is the word in its addresses, such as moorside.

    \b
    Example:
      patientapp service add moorside --name "Moorside Clinic" --short-name Moorside \\
          --phone "0113 496 0100" --hours "Monday to Friday, 9am to 5pm" --duty-phone +447700900999
    """
    if profile and profile not in profiles():
        raise click.UsageError(f"There is no profile {profile!r}; there is: {', '.join(profiles())}")
    known = sorted(one.id for one in check_all())
    schedule = schedule or (profiles()[profile].schedule if profile else "standard")
    if schedule not in known:
        raise click.UsageError(f"There is no schedule {schedule!r}; there is: {', '.join(known)}")
    for told in TOLD:
        if facts[told] and not can_be_texted(facts[told]):
            option = told.replace("_", "-")
            raise click.UsageError(f"--{option}: give it with its country, such as +447700900999")
    with make_app().app_context(), refusals(), transaction():
        made = add_service(
            slug=slug,
            schedule=schedule,
            profile=profile,
            contract_first_day=first_day.date() if first_day else None,
            **facts,
        )
        record_system("added a service", chain=f"service:{made.id}", now=clock.now(), actor=actor())
    click.echo(f"{made.slug} is there. Next: patientapp staff add --service {made.slug} --role …")
    if not made.duty_phone:
        click.echo("No --duty-phone: worrying answers wait on the staff list and are told to nobody.")
    if not (made.next_phone and made.lead_phone):
        click.echo(
            "No --next-phone or no --lead-phone: an alert without an owner is passed to fewer people."
        )


commands = [service]
