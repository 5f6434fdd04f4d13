"""`patientapp papers`: drafts of the papers that an organisation completes before it uses this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from patientapp import clock
from patientapp.assurance.papers import papers as drafts
from patientapp.services.naming import existing_service
from patientapp.shell import refusals
from patientapp.workdays import london_day


@click.command("papers")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
@click.pass_obj
def papers(make_app: Callable[[], Flask], folder: Path, service: str) -> None:
    """Write drafts: impact assessment, record of processing, hazard log. No file is overwritten.

    \b
    Example:
      patientapp papers papers/ --service moorside
    """
    with make_app().app_context(), refusals():
        made = dict(drafts(existing_service(service).name, on=london_day(clock.now())))
    if there := [name for name in made if (folder / name).exists()]:
        raise click.UsageError(f"{folder / there[0]} is there already: choose another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
        click.echo(folder / name)


commands = [papers]
