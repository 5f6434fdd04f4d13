"""An installed wording as one file: its line of the register and its words, written whole or not.

One file holds both, so that no moment exists in which words stand without the licence they came
under. A table in the database was turned down: scoring and the shell know no database, and words
belong in the same backup as the value sets beside them.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from patientapp.questionnaires.definition import Show
from patientapp.questionnaires.files import writing
from patientapp.questionnaires.parse_words import read_wording
from patientapp.questionnaires.tables import BrokenInstrument, Table
from patientapp.questionnaires.words import Registered, Wording, WordingStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from patientapp.questionnaires.definition import Instrument

HEAD = "# Installed by `patientapp wording import`. Do not edit: what was edited is not offered."
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")
"""Controls, and marks that turn the order of what is read; line breaks may stand."""


def path_of(folder: Path, instrument: Instrument, language: str) -> Path:
    """Where the wording of a version lies in one language."""
    return folder / instrument.id / f"v{instrument.version}" / f"text.{language}.toml"


def write(folder: Path, instrument: Instrument, wording: Wording) -> Path:
    """Install a checked wording; the one that it replaces is kept beside, with its own name."""
    path = path_of(folder, instrument, wording.language)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        _keep(path)
    with writing(str(path)) as out:
        out.write("\n".join(_lines(instrument, wording)).encode())
    return path


def _keep(path: Path) -> None:
    """The register forgets nothing: who had installed what stays to be read."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    kept = path.parent / "replaced" / f"{path.stem}.{digest}.toml"
    kept.parent.mkdir(exist_ok=True)
    if not kept.exists():
        with writing(str(kept)) as out:
            out.write(path.read_bytes())


def words_sha256(wording: Wording) -> str:
    """The hash of the words alone."""
    return hashlib.sha256("\n".join(_words(wording)).encode()).hexdigest()


def _lines(instrument: Instrument, wording: Wording) -> Iterator[str]:
    held = wording.registered
    assert held is not None
    yield HEAD
    yield f"instrument = {quoted(instrument.id)}"
    yield f"version = {instrument.version}"
    body = list(_words(wording))
    start = body.index("")
    yield from body[:start]
    yield "\n[register]"
    for name in ("owner", "terms", "reference", "file", "file_sha256", "installed_by"):
        yield f"{name} = {quoted(getattr(held, name))}"
    yield f"words_sha256 = {quoted(held.words_sha256)}"
    yield f"installed_at = {held.installed_at.astimezone(UTC).isoformat(timespec='seconds')}"
    if held.expires is not None:
        yield f"expires = {held.expires.isoformat()}"
    yield from body[start:]
    yield ""


def _words(wording: Wording) -> Iterator[str]:
    """The words in one settled form: top, an empty line, then item by item."""
    for name in ("language", "status", "title", "intro", "recall", "source"):
        if value := getattr(wording, name):
            yield f"{name} = {quoted(value)}"
    for code, words in wording.items.items():
        yield ""
        yield f"[items.{code}]"
        for name in ("text", "low", "high", "hint"):
            if value := getattr(words, name):
                yield f"{name} = {quoted(value)}"
        if words.options:
            pairs = (f"{value} = {quoted(one.text)}" for value, one in words.options.items())
            yield f"options = {{ {', '.join(pairs)} }}"


def quoted(text: str) -> str:
    """A TOML basic string.

    >>> print(quoted('a "b"'))
    "a \\"b\\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def read(path: Path, instrument: Instrument) -> Wording:
    """An installed wording, checked anew; BrokenInstrument says why it may not be used."""
    name = f"wording/{instrument.key}/{path.name}"
    top = Table.read(path, name=name)
    if (top.text("instrument"), top.whole("version")) != (instrument.id, instrument.version):
        raise top.broken("instrument", f"is not {instrument.key}")
    wording = read_wording(top, instrument.items, registered=_register(top, instrument))
    top.done()
    if path.name != f"text.{wording.language}.toml":
        raise top.broken("language", f"{wording.language!r} does not belong in {path.name}")
    if wording.status != installed_status(instrument):
        raise top.broken("status", f"'{wording.status}' cannot be installed here")
    assert wording.registered is not None
    if words_sha256(wording) != wording.registered.words_sha256:
        raise BrokenInstrument(f"{name}: the words were changed after they were installed")
    return wording


def _register(top: Table, instrument: Instrument) -> Registered:
    table = top.table("register")
    assert table is not None
    found = Registered(
        owner=table.text("owner"),
        terms=table.text("terms"),
        reference=table.text("reference"),
        expires=table.get("expires", date, None),
        file=table.text("file"),
        file_sha256=table.text("file_sha256"),
        words_sha256=table.text("words_sha256"),
        installed_by=table.text("installed_by"),
        installed_at=table.get("installed_at", datetime),
    )
    if found.expires is None and instrument.licence.needed:
        raise table.broken("expires", "is missing, and this instrument needs a licence")
    if type(found.expires) is datetime:
        raise table.broken("expires", "must be a day")
    table.done()
    return found


def installed_status(instrument: Instrument) -> WordingStatus:
    """What installed words are: our own where the instrument is our own, else licensed."""
    shipped = {one.status for one in instrument.wordings.values()}
    return WordingStatus.OWN if shipped == {WordingStatus.OWN} else WordingStatus.LICENSED


def check_text(texts: Iterator[tuple[str, str]]) -> None:
    """Refuse characters that cannot be seen; ValueError names where."""
    for place, text in texts:
        if found := UNPRINTABLE.search(text):
            raise ValueError(f"{place}: holds the character U+{ord(found.group()):04X}")


def template(instrument: Instrument) -> str:
    """The form of an instrument's wording with every text left empty; as it is, it is refused."""
    lines = [f"instrument = {quoted(instrument.id)}", f"version = {instrument.version}"]
    lines += [f'{name} = ""' for name in ("language", "title", "intro", "recall", "source")]
    for item in instrument.items:
        lines += ["", f"[items.{item.code}]", f"minimum = {item.minimum}", f"maximum = {item.maximum}"]
        lines.append('text = ""')
        if item.show in (Show.ROW, Show.VAS):
            lines += ['low = ""', 'high = ""']
        if item.show is Show.WORDS:
            empty = ", ".join(f'{value} = ""' for value in item.options)
            lines.append(f"options = {{ {empty} }}")
    return "\n".join(lines) + "\n"
