"""`patientapp service add`, the first thing that a new installation needs, and `service set`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import click
from flask import Flask

from patientapp import clock
from patientapp.audit.actions import record_system
from patientapp.db import transaction
from patientapp.questionnaires.schedule import check_all
from patientapp.services.actions import add_service, change_service
from patientapp.services.naming import existing_service
from patientapp.services.profiles import profiles
from patientapp.services.queries import untold
from patientapp.services.rules import can_be_texted
from patientapp.shell import actor, refusals

TOLD = ("duty_phone", "next_phone", "lead_phone")


@click.group("service")
def service() -> None:
    """Add a pain service to this installation, or change what is known of one.

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
    _check_told(facts)
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
    _tell(untold(made))


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _check_told(facts: Mapping[str, str | None]) -> None:
    for told in TOLD:
        if (number := facts[told]) and not can_be_texted(number):
            option = told.replace("_", "-")
            raise click.UsageError(f"--{option}: give it with its country, such as +447700900999")


@service.command("set")
@click.argument("slug")
@click.option("--name", help="In full, as patients know it.")
@click.option("--short-name", help="First words of every text: names no condition.")
@click.option("--phone", help="On every page and in every text.")
@click.option("--hours", help="When the telephone is answered.")
@click.option("--text-relay", help="The number for people who cannot use a telephone.")
@click.option("--duty-phone", help="Told of each worrying answer, as +447700900999.")
@click.option("--next-phone", help="Told of an alert that nobody has taken in time.")
@click.option("--lead-phone", help="The service lead: told when it still has no owner.")
@click.pass_obj
def change(make_app: Callable[[], Flask], /, *, slug: str, **facts: str | None) -> None:
    """Change the names, hours or numbers of a service; what is not named stays.

    \b
    Example:
      patientapp service set moorside --duty-phone +447700900998 --lead-phone +447700900997
    """
    _check_told(facts)
    given = {name: value for name, value in facts.items() if value is not None}
    if not given:
        raise click.UsageError("Say what to change: patientapp service set --help lists it.")
    with make_app().app_context(), refusals():
        there = existing_service(slug)
        with transaction():
            changed = change_service(there.id, given, now=clock.now(), by=actor())
    named = ", ".join(name.replace("_", " ") for name in changed)
    click.echo(f"Changed: {named}." if changed else "Nothing is other than it was.")
    _tell(untold(there))


commands = [service]
