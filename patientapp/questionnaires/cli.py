"""The commands of this room: score, change, value-sets; and those of `wording_cli.py`."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click

from patientapp.questionnaires.bulk import score_file
from patientapp.questionnaires.bulk_change import change_file
from patientapp.questionnaires.bulk_read import BadTable
from patientapp.questionnaires.cli_common import Mistake, current_library, instrument_named
from patientapp.questionnaires.files import reading, writing
from patientapp.questionnaires.library import BrokenInstrument, data_folder, value_set_folder
from patientapp.questionnaires.value_sets import imported_set, read_spec
from patientapp.questionnaires.wording_cli import instruments, wording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from patientapp.questionnaires.bulk_write import Done
    from patientapp.questionnaires.definition import Instrument
    from patientapp.questionnaires.value_sets import ValueSetSpec

    Work = Callable[[Instrument, BinaryIO, BinaryIO, Callable[[int], Any]], Done]


INSTRUMENT = click.argument("instrument")
SOURCE = click.argument("source", metavar="[IN]", default="-")
TARGET = click.option("-o", "--output", "target", metavar="OUT", default="-", help="- is stdout.")


@click.command()
@INSTRUMENT
@SOURCE
@TARGET
@click.option("--with", "extra", multiple=True, metavar="SCORE", help="An optional score as well.")
def score(instrument: str, source: str, target: str, extra: tuple[str, ...]) -> None:
    """Add scores to the rows of a CSV file of answers.

    Every other column passes through untouched; only a cell that a spreadsheet would run, such as
    =cmd(), is made text by a ' before it. Empty is not answered; what is no answer is counted in
    n_invalid; an empty score is no score.

    \b
    Example: patientapp score bpi_sf answers.csv -o scores.csv
    """
    found = instrument_named(instrument)
    try:
        found = found.including(*extra)
    except KeyError as error:
        known = ", ".join(scale.code for scale in found.optional_scales) or "none"
        raise Mistake(f"{error} is no optional score of {instrument}; it has: {known}") from None
    _run(score_file, found, source, target)


@click.command()
@INSTRUMENT
@SOURCE
@TARGET
def change(instrument: str, source: str, target: str) -> None:
    """Add changes to the rows of a CSV file of answers given twice (base_... and follow_...).

    \b
    Example: patientapp change pseq twice.csv -o changes.csv
    """
    _run(change_file, instrument_named(instrument), source, target)


def _run(work: Work, instrument: Instrument, source: str, target: str) -> None:
    """Do the work from one file to another, whole or not at all."""
    before = signal.signal(signal.SIGTERM, _stopped)
    try:
        with reading(source) as (stream, size), writing(target) as out, _progress(size) as told:
            done = work(instrument, stream, out, told)
        if done.made_text:
            _say_made_text(done.made_text)
    except BadTable as error:
        raise Mistake(f"{source}: {error}") from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise Mistake(f"{error.filename or source}: {error.strerror}") from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_made_text(cells: int) -> None:
    said = "cell was" if cells == 1 else "cells were"
    click.echo(f"{cells} {said} made text by a ' in front: a spreadsheet would have run it", err=True)


def _stopped(*_: object) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _progress(size: int) -> Iterator[Callable[[int], Any]]:
    """A bar on a terminal's stderr; silence anywhere else."""
    if not sys.stderr.isatty() or not size:
        yield lambda read: None
        return
    with click.progressbar(length=size, file=sys.stderr, label="Scoring") as bar:
        yield bar.update


@click.group("value-sets", invoke_without_command=True)
@click.pass_context
def value_sets(context: click.Context) -> None:
    """List the EQ-5D value sets and whether their tables are at hand.

    \b
    Example: patientapp value-sets
    """
    if context.invoked_subcommand:
        return
    installed = {name for one in current_library() for name in one.value_sets}
    for spec in _specs().values():
        state = "shipped" if spec.shipped else "imported"
        click.echo(f"{spec.id:<20} {state if spec.id in installed else 'not imported':<13} {spec.source}")


def _specs() -> dict[str, ValueSetSpec]:
    paths = sorted(data_folder().glob("*/v*/value_sets/*.toml"))
    return {path.stem: read_spec(path.parent.parent, path.stem) for path in paths}


@value_sets.command("import")
@click.argument("value_set")
@click.argument("file")
def import_(value_set: str, file: str) -> None:
    """Take the published table of a value set, if its rows, anchors and sums are right.

    \b
    Example: patientapp value-sets import uk_crosswalk_2012 crosswalk.csv
    """
    spec = _specs().get(value_set)
    if spec is None or spec.shipped:
        takes = ", ".join(name for name, known in _specs().items() if not known.shipped)
        raise Mistake(f"no table can be imported for {value_set!r}; it can for: {takes}")
    try:
        content = Path(file).read_bytes()
        imported_set(spec, content, file)
        target = value_set_folder() / f"{value_set}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing(str(target)) as out:
            out.write(content)
    except BrokenInstrument as error:
        raise Mistake(str(error)) from None
    except OSError as error:
        raise Mistake(f"{error.filename or file}: {error.strerror}") from None
    click.echo(f"{value_set}: {spec.rows} rows, anchors and sums are right")


commands = [score, change, instruments, value_sets, wording]
