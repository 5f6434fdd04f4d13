"""`patientapp export dataset` and `patientapp export fft`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

import click
from flask import Flask

from patientapp import clock
from patientapp.audit.actions import record_system
from patientapp.cells import csv_line
from patientapp.db import transaction
from patientapp.episodes.bulk import NewEvent, add_events
from patientapp.kpi import dataset
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.questionnaires.files import writing
from patientapp.services.naming import existing_service
from patientapp.shell import actor, refusals

DAY = click.DateTime(["%Y-%m-%d"])
FORMS = ("csv", "ndjson")


def _export(what: str, promise: str, columns: tuple[str, ...]) -> click.Command:
    example = f"patientapp export {what} --service moorside --from 2026-04-01 --to 2026-04-30"

    @click.command(what, help=f"{promise}\n\n\b\nExample:\n  {example}")
    @click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
    @click.option("--from", "first", type=DAY, required=True, help="First London day; it belongs.")
    @click.option("--to", "last", type=DAY, required=True, help="Last London day; it belongs.")
    @click.option("--format", "form", type=click.Choice(FORMS), default="csv", show_default=True)
    @click.option(
        "--submit", is_flag=True, hidden=what != "dataset", help="Log it as sent: K24 counts it."
    )
    @click.option("-o", "--output", metavar="OUT", default="-", help="- is standard output.")
    @click.pass_obj
    def command(
        make_app: Callable[[], Flask],
        *,
        service: str,
        first: datetime,
        last: datetime,
        form: str,
        submit: bool,
        output: str,
    ) -> None:
        if first > last:
            raise click.UsageError("--to is before --from.")
        with make_app().app_context(), refusals():
            there, now = existing_service(service), clock.now()
            with writing(output) as out:
                for line in _lines(what, form, there.id, first, last, columns):
                    out.write(line.encode())
            with transaction():
                said = f"exported {what} {first.date()} to {last.date()}"
                record_system(said, chain=f"service:{there.id}", now=now, actor=actor())
                if submit and what == "dataset":
                    _log_sending(there.id, last, now=now)

    return command


def _log_sending(service_id: UUID, last: datetime, *, now: datetime) -> None:
    """The submission log: the event that K24 counts, of the month that the data set ends in."""
    sent = NewEvent(episode_id=None, kind="dataset_submitted", at=now, detail=f"{last:%Y-%m}")
    add_events(service_id, [sent], by=actor(), now=now)


def _lines(
    what: str, form: str, service_id: UUID, first: datetime, last: datetime, columns: tuple[str, ...]
) -> Iterator[str]:
    rows = _rows(what, service_id, first, last)
    if form == "csv":
        yield csv_line(columns)
        yield from map(csv_line, rows)
    else:
        yield from (json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows)


def _rows(what: str, service_id: UUID, first: datetime, last: datetime) -> Iterable[list[object]]:
    if what == "fft":
        return dataset.fft(service_id, first.date(), last.date())
    return dataset.dataset(service_id, Period(number(first.date()), number(last.date())))


exports = [
    _export("dataset", "Write the data set of a period: a row a referral, no names.", dataset.COLUMNS),
    _export(
        "fft", "Write Friends and Family Test counts by month, method and answer.", dataset.FFT_COLUMNS
    ),
]
