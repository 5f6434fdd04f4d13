"""The local directory and the leaflet of one service: a TOML file, read whole or refused by name.

PURE. PATIENTAPP_DATA_DIR/places/<service>.toml, else what is shipped for the demonstration.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from patientapp.content.library import content_folder
from patientapp.content.page import BrokenContent

FOLDER = "places"


class Category(StrEnum):
    """What a place is for; B60, C17, C18, N63 and 003 name these."""

    BENEFITS = "benefits"
    WORK = "work"
    GROUPS = "groups"
    LEISURE = "leisure"
    VOLUNTARY = "voluntary"
    DRUG_AND_ALCOHOL = "drug_and_alcohol"
    CHILDREN = "children"
    VETERANS = "veterans"
    COMPLEMENTARY = "complementary"


# D45: whoever is sent to complementary therapy is told that the NHS does not pay for it.
NEVER_NHS = frozenset({Category.COMPLEMENTARY})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere to turn to."""

    category: Category
    name: str
    about: str
    phone: str = ""
    web: str = ""
    nhs_funded: bool = False
    accepts: str = ""
    """How one gets there: "Call them yourself", "Ask your GP"."""


@dataclass(frozen=True, kw_only=True)
class Leaflet:
    """What a service says of itself (C11, H12, N50)."""

    about: str
    how_to_be_referred: tuple[str, ...]
    access: tuple[str, ...]
    """Where it is, transport, parking, steps, hearing loop, out of hours."""
    sessions: tuple[str, ...]
    """When groups and visits are, evenings and weekends included (C16)."""
    team: tuple[str, ...]
    pathway: tuple[str, ...]
    involved: tuple[str, ...]
    checked_on: date
    places: tuple[Place, ...]

    def by_category(self) -> dict[Category, list[Place]]:
        """In the order of the categories, the empty ones left out."""
        found = {one: [place for place in self.places if place.category is one] for one in Category}
        return {category: places for category, places in found.items() if places}


_LISTS = ("how_to_be_referred", "access", "sessions", "team", "pathway", "involved")
_PLACE = {one.name: one.type for one in fields(Place)}


def leaflet(slug: str) -> Leaflet | None:
    """What this service has written; None where it has written nothing yet."""
    own = Path(os.environ.get("PATIENTAPP_DATA_DIR", "var")) / FOLDER / f"{slug}.toml"
    for path in (own, content_folder() / FOLDER / f"{slug}.toml"):
        if path.is_file():
            return _kept(path, path.stat().st_mtime_ns)
    return None


@lru_cache(maxsize=256)
def _kept(path: Path, _changed: int) -> Leaflet:
    return read(path.read_text(encoding="utf-8"), f"{FOLDER}/{path.name}")


def read(source: str, name: str) -> Leaflet:
    """The leaflet of this file; BrokenContent names file, key and reason."""
    try:
        given = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise BrokenContent(f"{name}: {error}") from None
    known = {"about", "checked_on", "place", *_LISTS}
    if wrong := given.keys() - known:
        raise BrokenContent(f"{name}: {min(wrong)}: is not known")
    if missing := known - given.keys():
        raise BrokenContent(f"{name}: {min(missing)}: is missing")
    for key in _LISTS:
        if not _is_texts(given[key]):
            raise BrokenContent(f"{name}: {key}: must be a list of texts")
    if not isinstance(given["about"], str) or type(given["checked_on"]) is not date:
        raise BrokenContent(f"{name}: about or checked_on: is not a text, or not a day")
    places = tuple(_place(one, f"{name}: place {n}") for n, one in enumerate(given["place"], 1))
    lists = {key: tuple(given[key]) for key in _LISTS}
    return Leaflet(about=given["about"], checked_on=given["checked_on"], places=places, **lists)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value)


def _place(given: Mapping[str, Any], where: str) -> Place:
    if wrong := given.keys() - _PLACE.keys():
        raise BrokenContent(f"{where}: {min(wrong)}: is not known")
    for key in ("category", "name", "about"):
        if not isinstance(given.get(key), str) or not given[key].strip():
            raise BrokenContent(f"{where}: {key}: is missing")
    if given["category"] not in set(Category):
        raise BrokenContent(f"{where}: category: is one of {', '.join(Category)}")
    if given.get("web") and not str(given["web"]).startswith("https://"):
        raise BrokenContent(f"{where}: web: begins with https://")
    place = Place(**{**given, "category": Category(given["category"])})
    if place.category in NEVER_NHS and place.nhs_funded:
        raise BrokenContent(f"{where}: nhs_funded: the NHS does not pay for this kind (D45)")
    if not isinstance(place.nhs_funded, bool):
        raise BrokenContent(f"{where}: nhs_funded: is true or false")
    return place
