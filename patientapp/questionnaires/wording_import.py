"""A file of licensed wording: read, matched with its instrument, and refused at the first mismatch."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from patientapp.questionnaires.fhir_words import Reader, flat, languages
from patientapp.questionnaires.parse_words import read_wording
from patientapp.questionnaires.tables import BrokenInstrument, Table
from patientapp.questionnaires.wording_file import check_text, installed_status, words_sha256
from patientapp.questionnaires.words import Registered, Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from patientapp.questionnaires.definition import Instrument
    from patientapp.questionnaires.library import Library

LARGEST = 5_000_000
LONGEST = 4_000
STATUSES = ("draft", "active", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """By what right wording is installed, as the person who installs it says."""

    reference: str
    expires: date | None
    by: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A file before it is matched with an instrument."""

    name: str
    content: bytes
    data: Mapping[str, Any]
    is_fhir: bool

    def broken(self, why: str) -> BrokenInstrument:
        """The error to raise about the whole file."""
        return BrokenInstrument(f"{self.name}: {why}")


def read_source(content: bytes, name: str) -> Source:
    """Our own TOML form, or a FHIR R4 Questionnaire in JSON."""
    if len(content) > LARGEST:
        raise BrokenInstrument(f"{name}: is larger than {LARGEST:,} bytes")
    try:
        text = content.decode("utf-8-sig")
        is_fhir = text.lstrip().startswith("{")
        data = json.loads(text, object_pairs_hook=_once) if is_fhir else tomllib.loads(text)
    except UnicodeDecodeError:
        raise BrokenInstrument(f"{name}: is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if is_fhir else "TOML"
        raise BrokenInstrument(f"{name}: not readable as {kind}: {error}") from None
    source = Source(name, content, data, is_fhir)
    if is_fhir:
        _check_resource(source)
    return source


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _check_resource(source: Source) -> None:
    kind = source.data.get("resourceType")
    if kind != "Questionnaire":
        raise source.broken(f"is a FHIR {kind}, and not a Questionnaire")
    if source.data.get("status") not in STATUSES:
        raise source.broken(f"status: {source.data.get('status')!r} is none of: {', '.join(STATUSES)}")


def take(
    source: Source, library: Library, *, instrument: str = "", language: str = "", grant: Grant
) -> tuple[Instrument, list[Wording]]:
    """Every wording of the file (or the one in `language`), checked and registered, and whose it is."""
    try:
        found = instrument_of(source, library, instrument)
        tables = _tables(source, found)
        if language and language not in tables:
            raise source.broken(f"has no words in {language!r}; it has: {', '.join(tables)}")
        chosen = {language: tables[language]} if language else tables
        return found, [_wording(source, found, table, grant) for table in chosen.values()]
    except (AttributeError, TypeError, KeyError, RecursionError, OverflowError):
        kind = "a FHIR R4 Questionnaire" if source.is_fhir else "a wording"
        raise source.broken(f"is not built as {kind} is") from None


def _tables(source: Source, instrument: Instrument) -> dict[str, Mapping[str, Any]]:
    if not source.is_fhir:
        return {str(source.data.get("language")): source.data}
    return {
        language: Reader(source.data, language, file=source.name).table(instrument)
        for language in languages(source.data)
    }


def _wording(source: Source, instrument: Instrument, table: Mapping[str, Any], grant: Grant) -> Wording:
    """One language of the file, item by item."""
    top = Table(table, file=source.name)
    for key, kind in (("instrument", str), ("version", int), ("register", dict)):
        top.get(key, kind, None)
    status = installed_status(instrument)
    found = read_wording(top, instrument.items)
    top.done()
    if "status" in table and found.status != status:
        raise top.broken("status", f"'{found.status}' cannot be installed: it must be {status}")
    _check_texts(source, found)
    wording = replace(found, status=str(status), source=found.source or source.name)
    return replace(wording, registered=_registered(source, instrument, wording, grant))


def _check_texts(source: Source, wording: Wording) -> None:
    try:
        check_text(_texts(wording))
    except ValueError as error:
        raise source.broken(str(error)) from None
    for place, text in _texts(wording):
        if len(text) > LONGEST:
            raise source.broken(f"{place}: has more than {LONGEST:,} characters")


def _texts(wording: Wording) -> Iterator[tuple[str, str]]:
    for name in ("title", "intro", "recall", "source"):
        yield name, getattr(wording, name)
    for code, words in wording.items.items():
        for name in ("text", "low", "high", "hint"):
            yield f"items.{code}.{name}", getattr(words, name)
        for value, option in words.options.items():
            yield f"items.{code}.options.{value}", option.text


def _registered(source: Source, instrument: Instrument, wording: Wording, grant: Grant) -> Registered:
    return Registered(
        owner=instrument.licence.owner,
        terms=instrument.licence.terms,
        reference=grant.reference,
        expires=grant.expires,
        file=source.name,
        file_sha256=hashlib.sha256(source.content).hexdigest(),
        words_sha256=words_sha256(wording),
        installed_by=grant.by,
        installed_at=grant.now,
    )


def instrument_of(source: Source, library: Library, named: str = "") -> Instrument:
    """Which version a file is for: as the caller or the file says, else by its items."""
    said = _said(source, library)
    if named and said and not said.startswith(named.partition("/")[0] + "/"):
        raise source.broken(f"says that it is for {said}, and not for {named}")
    name, _, version = (named if "/" in named else said or named).partition("/v")
    if not name:
        return _nearest(source, library)
    try:
        return library.version(name, int(version)) if version else library.get(name)
    except (KeyError, ValueError):
        raise source.broken(f"there is no instrument {name!r} version {version or 1}") from None


def _said(source: Source, library: Library) -> str:
    """What the file says of itself: `bpi_sf/v1`, or nothing that we know."""
    if not source.is_fhir:
        name, version = source.data.get("instrument"), source.data.get("version")
        if not isinstance(name, str) or name not in library:
            return str(name or "")
        return f"{name}/v{version or library.get(name).version}"
    name = str(source.data.get("url", "")).partition("|")[0].rsplit("/", 1)[-1]
    version = str(source.data.get("version", ""))
    if name in library:
        return f"{name}/v{version if version.isdigit() else library.get(name).version}"
    panels = {coding.get("code") for coding in source.data.get("code", ()) if isinstance(coding, dict)}
    return next((one.key for one in library if panels & {code.code for code in one.codes}), "")


def _nearest(source: Source, library: Library) -> Instrument:
    """The instrument whose items the file has, all or nearly; its own check says what differs."""
    if source.is_fhir:
        codes = {str(item.get("linkId")) for item in flat(source.data.get("item", ()))}
    else:
        items = source.data.get("items", {})
        codes = set(items) if isinstance(items, dict) else set()

    def likeness(instrument: Instrument) -> float:
        own = set(instrument.item_by_code)
        return len(own & codes) / len(own | codes)

    best, *others = sorted(library, key=likeness, reverse=True)
    if likeness(best) < 0.5 or likeness(others[0]) == likeness(best):
        raise source.broken("does not say which instrument it is for: name it with --instrument")
    return best
