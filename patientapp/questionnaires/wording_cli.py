"""The commands about what is installed by what right: instruments, wording."""

from __future__ import annotations

import getpass
import os
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patientapp import clock
from patientapp.config import Environment
from patientapp.questionnaires.cli_common import Mistake, current_library, instrument_named
from patientapp.questionnaires.examples import failures
from patientapp.questionnaires.files import reading
from patientapp.questionnaires.library import BrokenInstrument, data_folder, wording_folder
from patientapp.questionnaires.register import entries
from patientapp.questionnaires.wording_file import UNPRINTABLE, template, write
from patientapp.questionnaires.wording_import import LARGEST, Grant, read_source, take
from patientapp.workdays import london_day

if TYPE_CHECKING:
    from patientapp.questionnaires.definition import Instrument
    from patientapp.questionnaires.register import Entry

ROW = "{:<18} {:<4} {:<6} {:<14} {:<8} {:<11} {}"


def _in_production() -> bool:
    return os.environ.get("PATIENTAPP_ENV", "") == Environment.PRODUCTION


@click.group(invoke_without_command=True)
@click.pass_context
def instruments(context: click.Context) -> None:
    """List the instruments: owner, terms, licence, wording, and whether they are offered.

    \b
    Example: patientapp instruments
    """
    if context.invoked_subcommand:
        return
    today, production = london_day(clock.now()), _in_production()
    click.echo(
        ROW.format("instrument", "ver", "lang", "wording", "licence", "expires", "standing; owner")
    )
    for entry in entries(current_library(), today=today, production=production):
        click.echo(_row(entry))
        for line in _details(entry):
            click.echo(f"    {line}")
    if not production:
        click.echo("Demonstration wording is offered here because PATIENTAPP_ENV is not production.")


def _row(entry: Entry) -> str:
    instrument, held = entry.instrument, entry.registered
    return ROW.format(
        instrument.id,
        f"v{instrument.version}",
        entry.language,
        entry.status or "not installed",
        "needed" if instrument.licence.needed else "none",
        held.expires.isoformat() if held and held.expires else "-",
        f"{entry.standing}; {instrument.licence.owner}",
    )


def _details(entry: Entry) -> list[str]:
    """Terms, and for installed words the whole line of the register."""
    held = entry.registered
    if held is None:
        return [f"terms: {entry.instrument.licence.terms}"]
    return [
        f"terms: {held.terms}",
        f"reference: {held.reference}",
        f"installed by {held.installed_by} on {held.installed_at:%Y-%m-%d %H:%M} UTC from {held.file}",
        f"sha256 of the file: {held.file_sha256}",
    ]


@instruments.command()
def check() -> None:
    """Validate the data of every instrument and run its worked examples.

    \b
    Example: patientapp instruments check
    """
    library = current_library()
    wrong = [line for one in library.versions.values() for line in failures(one, data_folder())]
    wrong += [why for one in library.versions.values() for why in one.broken.values()]
    if wrong:
        raise Mistake("; ".join(wrong))
    click.echo(f"{len(library.versions)} instruments are in order")


@click.group()
def wording() -> None:
    """Install licensed wording, or print the form to fill in.

    \b
    Example: patientapp wording import bpi_sf.toml --licence MDA-2026-17 --expires 2027-03-31
    """


@wording.command("import")
@click.argument("file")
@click.option("--licence", required=True, metavar="REF", help="The licence's own reference.")
@click.option("--expires", metavar="DATE", help="Its last day, as 2027-03-31.")
@click.option("--by", metavar="NAME", help="Who installs it; else the user of this shell.")
@click.option("--language", default="", metavar="CODE", help="Only this language of the file.")
@click.option("--instrument", default="", metavar="ID[/vN]", help="Where the file does not say.")
@click.option("--dry-run", is_flag=True, help="Check everything, install nothing.")
def import_(
    file: str,
    *,
    licence: str,
    expires: str | None,
    by: str | None,
    language: str,
    instrument: str,
    dry_run: bool,
) -> None:
    """Take wording as its owner supplied it: our own TOML form, or a FHIR R4 Questionnaire in JSON
    with its translations. It is checked item by item; a mismatch is named and nothing is changed.

    \b
    Example: patientapp wording import bpi_sf.toml --licence MDA-2026-17 --expires 2027-03-31
    """
    grant = Grant(
        reference=_line("--licence", licence),
        expires=_day(expires),
        by=_line("--by", by or getpass.getuser()),
        now=clock.now(),
    )
    try:
        with reading(file) as (stream, _size):
            source = read_source(stream.read(LARGEST + 1), Path(file).name)
        found, made = take(
            source, current_library(), instrument=instrument, language=language, grant=grant
        )
        _check_expiry(found, grant)
        for words in made if not dry_run else ():
            write(wording_folder(), found, words)
    except BrokenInstrument as error:
        raise Mistake(str(error)) from None
    except OSError as error:
        raise Mistake(f"{error.filename or file}: {error.strerror}") from None
    until = f"until {grant.expires}" if grant.expires else "without an end"
    done = "would be installed" if dry_run else "installed"
    for words in made:
        click.echo(f"{found.key} in {words.language}: {len(words.items)} items, {done}, {until}")


def _line(name: str, text: str) -> str:
    """One line of the register."""
    if not text.strip() or len(text) > 300 or "\n" in text or UNPRINTABLE.search(text):
        raise Mistake(f"{name}: one line of 1 to 300 characters is needed")
    return text.strip()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise Mistake(f"--expires: {text!r} is not a day such as 2027-03-31") from None


def _check_expiry(instrument: Instrument, grant: Grant) -> None:
    if grant.expires is None and instrument.licence.needed:
        raise Mistake(f"--expires is needed: {instrument.id} needs a licence")
    if grant.expires is not None and grant.expires < london_day(grant.now):
        raise Mistake(f"--expires: the licence ended on {grant.expires}")


@wording.command("template")
@click.argument("instrument")
def template_(instrument: str) -> None:
    """Print the TOML form of an instrument with every text left empty.

    \b
    Example: patientapp wording template bpi_sf > bpi_sf.toml
    """
    click.echo(template(instrument_named(instrument)), nl=False)
