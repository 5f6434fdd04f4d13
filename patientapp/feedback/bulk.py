"""Counts that another system kept (contract.md section 6, `fft`): nobody's name, nobody's time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from patientapp.db import dialect, insert, run
from patientapp.feedback.models import FftCount


def keep_all(service_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep these counts; one under a known key takes the place of the former."""
    if not rows:
        return
    new = insert(FftCount, into=dialect())
    names = ("day", "method", "response", "count")
    newest = new.on_conflict_do_update(
        index_elements=["service_id", "fft_key"], set_={name: new.excluded[name] for name in names}
    )
    run(newest, [{"service_id": service_id, **row} for row in rows])
