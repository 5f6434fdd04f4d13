"""Counts of the Friends and Family Test (contract.md section 6, `fft`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from patientapp.feedback.bulk import keep_all
from patientapp.feedback.rules import Method
from patientapp.imports.keyed import Keyed, Row
from patientapp.imports.kinds import Batch
from patientapp.imports.rules import Column, Mistake, day, one_of, text, whole
from patientapp.workdays import london_day

COLUMNS = (
    Column(name="fft_key", read=text(100), needed=True, example="FFT-2026-09-15-sms-1"),
    Column(name="date", read=day, needed=True, example="2026-09-15"),
    Column(name="method", read=one_of(Method), needed=True, example="sms"),
    Column(name="response", read=whole(1, 6), example="1"),
    Column(name="count", read=whole(0, 1_000_000), example="12"),
)


class Fft(Keyed):
    """The `fft` kind; a row without a response counts how many were offered it."""

    name, key, columns = "fft", "fft_key", COLUMNS

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """Days that have not come."""
        for line, values in batch.rows:
            if values["date"] > london_day(batch.now):
                yield Mistake(line, "date", "has not come yet")

    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Keep the counts; a row without one counts one."""
        kept = [
            {
                "fft_key": row.values["fft_key"],
                "day": row.values["date"],
                "method": row.values["method"].value,
                "response": row.values["response"],
                "count": 1 if row.values["count"] is None else row.values["count"],
            }
            for row in rows
        ]
        keep_all(batch.service_id, kept)
