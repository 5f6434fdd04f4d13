"""`patientapp import KIND FILE.csv --service ID [--dry-run]`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import BinaryIO
from uuid import UUID

import click
from flask import Flask

from patientapp import clock
from patientapp.episodes.bulk import system_open_twice
from patientapp.imports.actions import Judged, digest_of, judge, seekable, store
from patientapp.imports.kinds import Counts, Kind, kinds
from patientapp.imports.reading import written
from patientapp.imports.rules import Mistake
from patientapp.imports.storing import finish_what_was_left
from patientapp.services.naming import service_of


@click.command("import")
@click.argument("kind", type=click.Choice(sorted(kinds())))
@click.argument("file", type=click.File("rb"), required=False)
@click.option("--service", help="The service, by its id or the word in its addresses.")
@click.option("--dry-run", is_flag=True, help="Judge the file and say what would happen.")
@click.option("--replace", is_flag=True, help="Put right what was sent before under the same key.")
@click.option("--template", is_flag=True, help="Print the columns with one made-up row.")
@click.pass_obj
def import_command(
    make_app: Callable[[], Flask],
    *,
    kind: str,
    file: BinaryIO | None,
    service: str | None,
    dry_run: bool,
    replace: bool,
    template: bool,
) -> None:
    """Take rows of another system: all of them when all are good, else none.

    Every bad row is listed with its line, column and reason, on standard error. FILE may be - for
    standard input.

    \b
    Example:
      patientapp import appointments --template > visits.csv
      patientapp import appointments visits.csv --service moorside --dry-run
      patientapp import appointments visits.csv --service moorside
    """
    chosen = kinds(replace=replace)[kind]
    if template:
        click.echo(_template(chosen), nl=False)
        return
    if file is None or not service:
        raise click.UsageError("Give FILE and --service.")
    with make_app().app_context():
        _import(
            chosen, seekable(file), service_id=service_of(service, now=clock.now()).id, dry_run=dry_run
        )


def _template(kind: Kind) -> str:
    names = [column.name for column in kind.columns]
    return written(names) + written([column.example for column in kind.columns])


def _import(kind: Kind, file: BinaryIO, *, service_id: UUID, dry_run: bool) -> None:
    now, digest = clock.now(), digest_of(file)
    if not dry_run:  # what an import that was killed has left is part of what this one is judged by
        finish_what_was_left(now=now, service_id=service_id)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as good:
        judged = _judge(kind, file, service_id=service_id, good=good)
        if judged.mistakes:
            things = "thing is" if judged.mistakes == 1 else "things are"
            click.echo(f"Nothing was imported: {judged.mistakes} {things} wrong.", err=True)
            raise SystemExit(2)
        if dry_run:
            click.echo(f"{judged.rows} rows are good. {_words(judged.foreseen)} Nothing was stored.")
            return
        counts = store(judged, kind, service_id=service_id, digest=digest, now=now)
        kind.follow(service_id, now=now)
        twice = system_open_twice(service_id)
    click.echo(f"{judged.rows} rows. {_words(counts)}")
    if twice:
        click.echo(
            f"{twice} people have two open episodes: import the discharge of the former, or record it "
            "on the person's page.",
            err=True,
        )


def _judge(kind: Kind, file: BinaryIO, *, service_id: UUID, good: object) -> Judged:
    """Judge with a bar on a terminal."""
    size = os.fstat(file.fileno()).st_size if sys.stderr.isatty() else 0
    with click.progressbar(length=max(size, 1), file=sys.stderr, hidden=not size) as bar:

        def seen(place: int) -> None:
            bar.update(max(place - bar.pos, 0))

        return judge(
            file,
            kind,
            service_id=service_id,
            now=clock.now(),
            report=_say,
            seen=seen,
            good=good,  # type: ignore[arg-type]
        )


def _say(mistake: Mistake) -> None:
    column = f" {mistake.column}:" if mistake.column else ""
    click.echo(f"line {mistake.line}:{column} {mistake.reason}", err=True)


def _words(counts: Counts) -> str:
    return f"{counts.added} new, {counts.changed} changed, {counts.same} as before."


commands = [import_command]
