"""`patientapp kpi`: the return of a service's contract, and the cases behind each figure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from uuid import UUID

import click
from flask import Flask

from patientapp import clock
from patientapp.audit.actions import record_system
from patientapp.cells import csv_line
from patientapp.db import transaction
from patientapp.kpi import shown
from patientapp.kpi.asked import Period
from patientapp.kpi.contract import Contract
from patientapp.kpi.days import number
from patientapp.kpi.queries import system_contract
from patientapp.kpi.reports import figures_now, listed
from patientapp.questionnaires.files import writing
from patientapp.services.naming import existing_service
from patientapp.shell import actor, refusals
from patientapp.workdays import BeyondHolidays, london_day

DAY = click.DateTime(["%Y-%m-%d"])
FORMS = ("table", "csv", "json")


@click.command("kpi")
@click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
@click.option("--from", "first", type=DAY, required=True, help="First London day; it belongs.")
@click.option("--to", "last", type=DAY, required=True, help="Last London day; it belongs.")
@click.option("--format", "form", type=click.Choice(FORMS), default="table", show_default=True)
@click.option("--rows", metavar="KPI", help="Every counted and every excluded case of one figure.")
@click.option("-o", "--output", metavar="OUT", default="-", help="- is standard output.")
@click.pass_obj
def kpi_command(
    make_app: Callable[[], Flask],
    *,
    service: str,
    first: datetime,
    last: datetime,
    form: str,
    rows: str | None,
    output: str,
) -> None:
    """Work out a service's return over a period, both days inclusive.

    \b
    Example:
      patientapp kpi --service moorside --from 2026-04-01 --to 2026-04-30
      patientapp kpi --service moorside --from 2026-04-01 --to 2026-04-30 --format json -o april.json
      patientapp kpi --service moorside --from 2026-04-01 --to 2026-04-30 --rows K14
    """
    if first > last:
        raise click.UsageError("--to is before --from.")
    with make_app().app_context(), refusals():
        there = existing_service(service)
        contract = system_contract(there)
        known = [line.id for line in contract.lines]
        if rows is not None and rows not in known:
            raise click.UsageError(f"{rows} is not in this contract; it has: {', '.join(known)}")
        said = f"worked out the return {first.date()} to {last.date()} {rows or ''}".strip()
        with transaction():
            record_system(said, chain=f"service:{there.id}", now=clock.now(), actor=actor())
        try:
            days = (first.date(), last.date())
            parts = list(_parts(there.id, contract, days, named=service, form=form, rows=rows))
        except BeyondHolidays as error:
            raise click.UsageError(f"{error}: add them to bank_holidays.toml") from None
        with writing(output) as out:
            for part in parts:
                out.write(part.encode())


def _parts(
    service_id: UUID,
    contract: Contract,
    days: tuple[date, date],
    *,
    named: str,
    form: str,
    rows: str | None,
) -> Iterator[str]:
    now, (first, last) = clock.now(), days
    asked, today = Period(number(first), number(last)), number(london_day(now))
    if rows is not None:
        yield from _rows(listed(service_id, contract, rows, asked, today=today), form)
        return
    made = figures_now(service_id, contract, days, today=london_day(now))
    if form == "json":
        yield json.dumps(shown.whole(named, days, map(shown.as_json, made), now=now), indent=1) + "\n"
    elif form == "csv":
        yield csv_line(shown.COLUMNS)
        yield from (csv_line(shown.as_cells(one)) for one in made)
    else:
        yield from (line + "\n" for line in shown.table(made))


def _rows(found: Iterator[list[str]], form: str) -> Iterator[str]:
    if form == "json":
        every = [dict(zip(shown.ROW_COLUMNS, row, strict=True)) for row in found]
        yield json.dumps(every, indent=1) + "\n"
        return
    yield csv_line(shown.ROW_COLUMNS)
    yield from map(csv_line, found)


commands = [kpi_command]
