"""All instruments of a folder: found, read once, and handed out by name, version and language."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from patientapp.questionnaires.comparison import (
    Change,
    OwnSpread,
    SpreadUsed,
    compare,
    compare_profiles,
)
from patientapp.questionnaires.definition import Instrument, Item, Licence, Risk, Wording
from patientapp.questionnaires.grade import Scored, score_one
from patientapp.questionnaires.parse import parse_instrument
from patientapp.questionnaires.tables import BrokenInstrument
from patientapp.questionnaires.wording_file import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "BrokenInstrument",
    "Change",
    "Instrument",
    "Item",
    "Library",
    "Licence",
    "OwnSpread",
    "Risk",
    "Scored",
    "SpreadUsed",
    "Wording",
    "compare",
    "compare_profiles",
    "data_folder",
    "default_library",
    "score_one",
    "value_set_folder",
    "wording_folder",
]

PACKAGE = Path(__file__).resolve().parent.parent
LOOK_EVERY = 15.0  # seconds: wording installed from a shell reaches every worker by itself
Stamp = tuple[tuple[str, int, int, int], ...]


@dataclass(frozen=True)
class Library:
    """The instruments that this installation knows."""

    versions: Mapping[tuple[str, int], Instrument]
    newest: Mapping[str, Instrument] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, imported_value_sets: Path | None = None) -> Library:
        """Read every `<id>/v<n>`; BrokenInstrument names the file, key and reason."""
        folders = sorted(path.glob("*/v[0-9]*"), key=lambda folder: (folder.parent, folder.name))
        found = [parse_instrument(folder, imported_value_sets) for folder in folders]
        if not found:
            raise BrokenInstrument(f"{path.name}: holds no instrument")
        ordered = sorted(found, key=lambda instrument: (instrument.id, instrument.version))
        return cls(
            versions={(one.id, one.version): one for one in ordered},
            newest={one.id: one for one in ordered},
        )

    def with_installed(self, folder: Path) -> Library:
        """The same with the wordings installed in this folder; a broken one is named, and not used."""
        versions = {key: _with_installed(one, folder) for key, one in self.versions.items()}
        return Library(versions, newest={one.id: one for one in versions.values()})

    def get(self, instrument_id: str) -> Instrument:
        """The newest version of an instrument; KeyError when there is none."""
        return self.newest[instrument_id]

    def version(self, instrument_id: str, version: int) -> Instrument:
        """The version that an answer was given to; KeyError when there is none."""
        return self.versions[instrument_id, version]

    def __contains__(self, instrument_id: object) -> bool:
        return instrument_id in self.newest

    def __iter__(self) -> Iterator[Instrument]:
        """The newest version of each instrument, by name."""
        return iter(self.newest.values())

    def __len__(self) -> int:
        return len(self.newest)


def data_folder() -> Path:
    """Where the instruments lie: beside the package, or inside it once it is installed."""
    beside, inside = PACKAGE.parent / "questionnaires", PACKAGE / "_data" / "questionnaires"
    return beside if beside.is_dir() else inside


def _with_installed(instrument: Instrument, folder: Path) -> Instrument:
    installed, broken = {}, {}
    for path in sorted((folder / instrument.id / f"v{instrument.version}").glob("text.*.toml")):
        language = path.name.removeprefix("text.").removesuffix(".toml")
        try:
            installed[language] = read(path, instrument)
        except (BrokenInstrument, OSError) as error:
            broken[language] = str(error)
    if not (installed or broken):
        return instrument
    return replace(instrument, installed=installed, broken=broken)


def value_set_folder() -> Path:
    """Where imported value sets lie."""
    return _own_folder() / "value-sets"


def wording_folder() -> Path:
    """Where installed wordings lie; a backup of the service holds it."""
    return _own_folder() / "wording"


def _own_folder() -> Path:
    return Path(os.environ.get("PATIENTAPP_DATA_DIR", "var"))


@cache
def _shipped() -> Library:
    return Library.load(data_folder(), value_set_folder())


class Shelf:
    """The library of this process: the shipped one, read once, and the wordings installed since."""

    def __init__(self) -> None:
        self.held: Library | None = None
        self.stamp: Stamp | None = None
        self.look_after = 0.0

    def library(self) -> Library:
        """The library as of at most LOOK_EVERY seconds ago."""
        if self.held is None or time.monotonic() >= self.look_after:
            folder = wording_folder()
            stamp = _stamp(folder)
            if self.held is None or stamp != self.stamp:
                self.held, self.stamp = _shipped().with_installed(folder), stamp
            self.look_after = time.monotonic() + LOOK_EVERY
        return self.held

    def look(self) -> None:
        """Look at the folder again when next asked."""
        self.look_after = 0.0


def _stamp(folder: Path) -> Stamp:
    """What changes whenever an installed wording does."""
    found = []
    for path in sorted(folder.glob("*/v*/text.*.toml")):
        with suppress(FileNotFoundError):  # taken away since it was listed
            told = path.stat()
            found.append((str(path), told.st_ino, told.st_mtime_ns, told.st_size))
    return tuple(found)


SHELF = Shelf()


def default_library() -> Library:
    """The instruments of this installation, with its imported value sets and installed wordings."""
    return SHELF.library()
