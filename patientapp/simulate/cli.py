"""`patientapp simulate`: a made-up service over some months."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import click
from flask import Flask

from patientapp import clock
from patientapp.services.naming import service_of
from patientapp.shell import refusals
from patientapp.simulate import storing
from patientapp.simulate.cohort import stories
from patientapp.simulate.queries import AlreadySimulated, system_has_people
from patientapp.workdays import add_months, london_day

MOST = 800_000  # made-up NHS numbers that pass the check digit


@click.command("simulate")
@click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
@click.option("--patients", type=click.IntRange(1, MOST), required=True, help="How many people.")
@click.option("--months", type=click.IntRange(1, 36), required=True, help="Over how many months.")
@click.option("--seed", type=click.IntRange(0), required=True, help="The same seed, the same people.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; yesterday otherwise.")
@click.pass_obj
def simulate(
    make_app: Callable[[], Flask],
    *,
    service: str,
    patients: int,
    months: int,
    seed: int,
    until: datetime | None,
) -> None:
    """Fill a service without patients with a plausible made-up cohort; sends no texts.

    \b
    Example:
      patientapp simulate --service moorside --patients 500 --months 24 --seed 1
    """
    with make_app().app_context(), refusals():
        now = clock.now()
        there = service_of(service, now=now)
        yesterday = london_day(now) - timedelta(days=1)
        last = until.date() if until else yesterday
        if last > yesterday:
            raise click.UsageError("--until: only days that have passed can be made up.")
        if system_has_people(there.id):
            raise AlreadySimulated
        first = add_months(last, -months) + timedelta(days=1)
        told = stories(there.profile, patients, first, last, seed=seed)
        watched = sys.stderr.isatty()
        with click.progressbar(
            length=patients, label="Making up", file=sys.stderr, hidden=not watched
        ) as bar:
            for done in storing.store(there.id, told, seed=seed, now=now):
                bar.update(done - bar.pos)
        storing.of_the_service(there.id, first, last, patients, seed=seed, now=now)
    click.echo(f"{patients} made-up people from {first} to {last} (seed {seed}).")


commands = [simulate]
