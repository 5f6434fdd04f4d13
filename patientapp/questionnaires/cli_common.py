"""What the commands of this room share: their library, and how a caller's mistake is said."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from patientapp.questionnaires.library import (
    BrokenInstrument,
    Library,
    data_folder,
    value_set_folder,
    wording_folder,
)

if TYPE_CHECKING:
    from patientapp.questionnaires.definition import Instrument


class Mistake(click.ClickException):
    """The caller's mistake: one line that names it, and exit code 2."""

    exit_code = 2


def current_library() -> Library:
    """The instruments of this installation as they are now."""
    try:
        return Library.load(data_folder(), value_set_folder()).with_installed(wording_folder())
    except BrokenInstrument as error:
        raise Mistake(str(error)) from None


def instrument_named(name: str) -> Instrument:
    """The newest version of an instrument; a wrong name is told the nearest."""
    library = current_library()
    if name in library:
        return library.get(name)
    near = difflib.get_close_matches(name, [one.id for one in library], n=1, cutoff=0.4)
    nearest = f"; the nearest is {near[0]!r}" if near else ""
    raise Mistake(f"no instrument is called {name!r}{nearest}")
