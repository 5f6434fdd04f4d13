"""`patientapp export responses` and `patientapp export scores`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import BinaryIO

import click
from flask import Flask

from patientapp import clock
from patientapp.audit.actions import record_system
from patientapp.db import transaction
from patientapp.extracts.rules import SETTLED, Asked
from patientapp.extracts.written import lines
from patientapp.questionnaires.files import writing
from patientapp.questionnaires.library import default_library
from patientapp.services.naming import existing_service
from patientapp.shell import actor, refusals

FORMS = ("csv", "ndjson", "fhir")
DAY = click.DateTime(["%Y-%m-%d"])


def _export(what: str, promise: str) -> click.Command:
    @click.command(what, help=f"{promise}\n\n\b\nExample:\n  {EXAMPLE.format(what=what)}")
    @click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
    @click.option("--from", "first", type=DAY, help="First London day answered; it belongs.")
    @click.option("--to", "last", type=DAY, help="Last London day answered; it belongs.")
    @click.option("--instrument", help="One questionnaire only.")
    @click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
    @click.option("-o", "--output", metavar="OUT", default="-", help="- is standard output.")
    @click.pass_obj
    def command(
        make_app: Callable[[], Flask],
        *,
        service: str,
        first: datetime | None,
        last: datetime | None,
        instrument: str | None,
        form: str,
        output: str,
    ) -> None:
        _check(first, last, instrument)
        with make_app().app_context(), refusals():
            asked = Asked(
                service_id=existing_service(service).id,
                instrument=instrument,
                first_day=_day(first),
                last_day=_day(last),
            )
            try:
                with writing(output) as out:
                    _write(what, form, asked, out)
            except OSError as error:
                raise click.UsageError(f"cannot write {output}: {error.strerror}") from None

    return command


EXAMPLE = "patientapp export {what} --service moorside --from 2026-04-01 --to 2026-06-30 -o out.csv"


def _check(first: datetime | None, last: datetime | None, instrument: str | None) -> None:
    if first and last and first > last:
        raise click.UsageError("--to is before --from.")
    known = sorted({one.id for one in default_library()})
    if instrument is not None and instrument not in known:
        raise click.UsageError(f"No such questionnaire; use one of: {', '.join(known)}.")


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _write(what: str, form: str, asked: Asked, output: BinaryIO) -> None:
    """In the audit first, then out; on a terminal the standard error says how far it is."""
    now = clock.now()
    with transaction():
        said = f"exported {what} as {form}: {asked.said()}"
        record_system(said, chain=f"service:{asked.service_id}", now=now, actor=actor())
    is_watched = sys.stderr.isatty() and not output.isatty()
    with click.progressbar(
        lines(what, form, asked, before=now - SETTLED),
        label="Exporting",
        file=sys.stderr,
        hidden=not is_watched,
    ) as parts:
        for part in parts:
            output.write(part.encode())


exports = [
    _export("responses", "Write every answered questionnaire: an item a row, or whole with its scores."),
    _export("scores", "Write every score, with its reason where there is none."),
]
