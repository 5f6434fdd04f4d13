"""What may be asked of an extract, and where a page of one begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

DEFAULT_PAGE = 50
LARGEST_PAGE = 100
# An answer carries the time at which its transaction began; those that began this long ago are
# committed or gone (a write waits at most 10 s, REL-07), so a reader who goes on from here misses none.
SETTLED = timedelta(seconds=30)


class Form(StrEnum):
    """How an extract is written."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, order=True)
class Place:
    """Just after this response."""

    received_at: datetime
    response_id: UUID

    def cursor(self) -> str:
        """A word that stands for this place; it names nobody."""
        said = f"{self.received_at.isoformat()}|{self.response_id}"
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a cursor stands for; ValueError for a word that we did not make."""
    try:
        said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, response_id = said.split("|")
        received_at = datetime.fromisoformat(at)
        if received_at.tzinfo is None:
            raise ValueError("no zone")
        return Place(received_at.astimezone(UTC), UUID(response_id))
    except (ValueError, OverflowError, binascii.Error):
        raise ValueError("no such cursor") from None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which responses of one service: by questionnaire, by the London day answered, by arrival."""

    service_id: UUID
    instrument: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    since: datetime | None = None

    def said(self) -> str:
        """The filters in one line, for the audit."""
        named = {
            "instrument": self.instrument,
            "from": self.first_day,
            "to": self.last_day,
            "since": self.since.isoformat() if self.since else None,
        }
        return " ".join(f"{name}={value}" for name, value in named.items() if value) or "everything"


def flat(change: Mapping[str, Any]) -> dict[str, Any]:
    """One change as one row: the two occasions side by side."""
    row = {name: value for name, value in change.items() if not isinstance(value, Mapping | list)}
    for side in ("baseline", "follow_up"):
        row |= {f"{side}_{name}": value for name, value in change[side].items()}
    if used := change["sd_used"]:
        row |= {"sd": used.sd, "sd_source": used.source, "sd_version": used.version}
    row["sources"] = "; ".join(change["sources"])
    return {name: _cell(row.get(name)) for name in CHANGE_COLUMNS}


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


_OCCASION = ("response_id", "time_point", "value", "answered_at", "received_at")
CHANGE_COLUMNS = (
    "patient_id",
    "episode_id",
    "instrument",
    "instrument_version",
    "rule_version",
    "scale",
    "better",
    *(f"baseline_{name}" for name in _OCCASION),
    *(f"follow_up_{name}" for name in _OCCASION),
    "difference",
    "direction",
    "important_change",
    "important_threshold",
    "reliable_change",
    "sdc95",
    "sd",
    "sd_source",
    "sd_version",
    "sources",
)
