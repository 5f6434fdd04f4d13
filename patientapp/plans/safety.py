"""Which safety wording stands on plans: the one source is the macro file itself (CLIN-01)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import patientapp.web

SOURCE = Path(patientapp.web.__file__).parent / "templates" / "web" / "macros" / "safety.html"
_STAMP = re.compile(r"id (?P<id>[a-z-]+), version (?P<version>\d+)")


@cache
def safety_version() -> str:
    """The id and version of the urgent block that every plan shows; empty where there is none."""
    try:
        found = _STAMP.search(SOURCE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ""
    return f"{found['id']} {found['version']}" if found else ""
