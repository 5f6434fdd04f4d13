"""`patientapp patient export|erase ID` and `patientapp retention run`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TextIO
from uuid import UUID

import click
from flask import Flask

from patientapp import clock
from patientapp.db import transaction
from patientapp.keeping import actions
from patientapp.shell import actor, refusals

MakeApp = Callable[[], Flask]
NOBODY = "There is no patient of this id."


@click.group("patient")
def patient() -> None:
    """Give out or erase all that is held of one person.

    \b
    Example:
      patientapp patient export 2f1c7a52-6f0e-4f55-9a53-0d6b2c1e9a11 > person.json
    """


@patient.command("export")
@click.argument("patient_id", metavar="ID", type=click.UUID)
@click.option("-o", "--output", type=click.File("w", lazy=True, atomic=True), default="-")
@click.pass_obj
def export(make_app: MakeApp, *, patient_id: UUID, output: TextIO) -> None:
    """Write all that is held of this person as JSON: a subject access request.

    \b
    Example:
      patientapp patient export 2f1c7a52-6f0e-4f55-9a53-0d6b2c1e9a11 -o person.json
    """
    with make_app().app_context(), refusals(missing=NOBODY):
        with transaction():
            held = actions.export_patient(patient_id, by=actor(), now=clock.now())
        json.dump(held, output, ensure_ascii=False, indent=1)
        output.write("\n")
    click.echo(_words("exported", {name: len(rows) for name, rows in held.items()}), err=True)


@patient.command("erase")
@click.argument("patient_id", metavar="ID", type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(make_app: MakeApp, *, patient_id: UUID, yes: bool) -> None:
    """Erase this person for good: record, answers, texts and links. The audit stays, without content.

    Backups hold them until those are deleted too.

    \b
    Example:
      patientapp patient erase 2f1c7a52-6f0e-4f55-9a53-0d6b2c1e9a11
    """
    if not yes:
        click.confirm("This cannot be undone. Erase this person?", abort=True, err=True)
    with make_app().app_context(), refusals(missing=NOBODY), transaction():
        counts = actions.erase_patient(patient_id, by=actor(), now=clock.now())
    click.echo(_words("erased", counts))


@click.group("retention")
def retention() -> None:
    """Delete what is past its use.

    \b
    Example:
      patientapp retention run
    """


@retention.command("run")
@click.pass_obj
def run(make_app: MakeApp) -> None:
    """Delete ended sessions, old failed tries and texts to us that were acted on, after 90 days.

    Clinical records are not touched: a person decides about each (patientapp patient erase).

    \b
    Example:
      patientapp retention run
    """
    with make_app().app_context(), refusals(), transaction():
        counts = actions.delete_leftovers(now=clock.now())
    click.echo(_words("deleted", counts))


def _words(verb: str, counts: dict[str, int]) -> str:
    lines = [f"{name:<28} {count}" for name, count in sorted(counts.items())]
    return "\n".join([f"{sum(counts.values())} rows {verb}.", *lines])


commands = [patient, retention]
