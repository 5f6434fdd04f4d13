"""A page of a search as a Bundle, with its links and whom it includes."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from patientapp.fhir.searches import PAGE, Found
from patientapp.fhir.shapes import Resource

Pairs = Sequence[tuple[str, str]]


def bundle(base: str, kind: str, given: Pairs, found: Found) -> Resource:
    """A searchset with its links; the next one begins just past this page's last."""
    links = [("self", given)]
    if found.next is not None:
        links.append(("next", [*(one for one in given if one[0] != PAGE), (PAGE, found.next.word())]))
    made: Resource = {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": name, "url": _address(base, kind, pairs)} for name, pairs in links],
    }
    if found.total is not None:
        made["total"] = found.total
    entries = [_entry(base, one, "match") for one in found.resources]
    entries += [_entry(base, one, "include") for one in found.included]
    return made | ({"entry": entries} if entries else {})


def _entry(base: str, one: Resource, mode: str) -> Resource:
    address = f"{base}/{one['resourceType']}/{one['id']}"
    return {"fullUrl": address, "resource": one, "search": {"mode": mode}}


def _address(base: str, kind: str, pairs: Pairs) -> str:
    return f"{base}/{kind}" + (f"?{urlencode(pairs)}" if pairs else "")
