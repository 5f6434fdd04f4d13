"""What a backup says of itself, and when what came back is not what went in (OPS-02)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

FORMAT = 1


class BadBackup(Exception):
    """The file is not a backup of ours, or not whole."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """When it was taken, of what, and how many rows each table had."""

    kind: str  # sqlite or postgresql
    taken_at: datetime
    revision: str
    counts: Mapping[str, int]
    columns: Mapping[str, list[str]]  # of PostgreSQL's tables, in the order of the data


def written(manifest: Manifest) -> bytes:
    """As it stands in the file."""
    facts = asdict(manifest) | {"taken_at": manifest.taken_at.isoformat(), "format": FORMAT}
    return json.dumps(facts, indent=1, sort_keys=True).encode()


def read(raw: bytes) -> Manifest:
    """The manifest of a file; BadBackup where it is none of ours."""
    try:
        facts = json.loads(raw)
        if facts.pop("format") != FORMAT:
            raise BadBackup("it was made by a newer version of patientapp")
        taken_at = datetime.fromisoformat(facts.pop("taken_at")).astimezone(UTC)
        return Manifest(taken_at=taken_at, **facts)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadBackup("its manifest cannot be read") from None


def check_counts(expected: Mapping[str, int], found: Mapping[str, int]) -> None:
    """Raise BadBackup naming the first table that does not have the rows it should have."""
    for table in sorted({*expected, *found}):
        here, there = found.get(table), expected.get(table)
        if here != there:
            raise BadBackup(f"table {table} has {here} rows, and should have {there}")
