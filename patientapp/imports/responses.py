"""Answers from another system or from paper (contract.md section 6, `responses`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from patientapp.assessments import bulk
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.episodes.bulk import system_referrals
from patientapp.feedback.rules import INSTRUMENT as FFT
from patientapp.imports.keyed import Keyed, Row, Values
from patientapp.imports.kinds import Batch
from patientapp.imports.people import language
from patientapp.imports.rules import SEVERAL, Column, Mistake, london_moment, one_of, text
from patientapp.questionnaires.definition import Instrument
from patientapp.questionnaires.library import default_library

LONGEST_KEY = 100
MOST_ITEMS = 2_000  # characters of all items of one response
_WHOLE = re.compile(r"[0-9]{1,4}\Z", re.A)

COLUMNS = (
    Column(name="response_key", read=text(LONGEST_KEY), needed=True, example="R-5501"),
    Column(name="referral_key", read=text(LONGEST_KEY), needed=True, example="REF-3308"),
    Column(name="instrument", read=text(40), needed=True, example="pseq"),
    Column(name="time_point", read=one_of(TimePoint), needed=True, example="T0"),
    Column(name="completed_at", read=london_moment, needed=True, example="2026-09-04T19:05"),
    Column(name="mode", read=one_of(AnswerMode), example="paper"),
    Column(name="language", read=language, example="en"),
    Column(name="item", read=text(MOST_ITEMS), needed=True, example="q1"),
    Column(name="value", read=text(MOST_ITEMS), example="4"),
)


class Responses(Keyed):
    """The `responses` kind: one line an item, one response a key and instrument."""

    name, key, columns, gathered = "responses", "response_key", COLUMNS, ("item", "value")
    together = 50  # each is scored

    def key_of(self, values: Values) -> str:
        """A key names one response of each instrument."""
        return f"{values['response_key']}\x1f{values['instrument']}"

    def row_mistakes(self, values: Values) -> Iterator[tuple[str, str]]:
        """An instrument, an item or a value that is none."""
        name = values["instrument"]
        if name == FFT:
            yield "instrument", "is anonymous: import fft, which keeps counts only"
        elif name not in default_library():
            known = ", ".join(sorted(one.id for one in default_library() if one.id != FFT))
            yield "instrument", f"use one of {known}"
        elif (limits := _limits(default_library().get(name)).get(values["item"])) is None:
            items = ", ".join(_limits(default_library().get(name)))
            yield "item", f"use one of {items}"
        elif (value := values["value"]) is not None and not _is_within(value, limits):
            yield "value", f"use a whole number from {limits[0]} to {limits[1]}, or leave it empty"

    def problems(self, batch: Batch) -> Iterator[Mistake]:
        """Unknown referrals, days that have not come, an item twice."""
        referrals = _referrals(batch)
        for line, values in batch.rows:
            if values["referral_key"] not in referrals:
                reason = "this service has no such referral: import referrals first"
                yield Mistake(line, "referral_key", reason)
            if values["completed_at"] > batch.now:
                yield Mistake(line, "completed_at", "has not come yet")
            cells = _cells(values)
            if len(set(cells)) != len({item for item, _cell in cells}):
                yield Mistake(line, "item", "stands twice in this response, with two values")

    def write(self, batch: Batch, rows: Sequence[Row]) -> None:
        """Score and store them; a changed one corrects what its key said before."""
        referrals = _referrals(batch)
        changed = [row.mark for row in rows if not row.is_new]
        newest = bulk.system_current_of(batch.service_id, changed) if changed else {}
        made = [_given(row, referrals[row.values["referral_key"]], newest) for row in rows]
        bulk.add_all(batch.service_id, made, now=batch.now)


def _limits(instrument: Instrument) -> dict[str, tuple[int, int]]:
    """What may be given of an instrument: its items, and inputs that come with the answers."""
    items = {item.code: (item.minimum, item.maximum) for item in instrument.items}
    given = {
        one.code: (int(one.minimum), int(one.maximum))
        for one in instrument.inputs
        if one.code not in {"age", "sex"}
    }
    return items | given


def _is_within(value: str, limits: tuple[int, int]) -> bool:
    return bool(_WHOLE.match(value)) and limits[0] <= int(value) <= limits[1]


def _referrals(batch: Batch) -> dict[str, Any]:
    keys = {values["referral_key"] for _line, values in batch.rows}
    return system_referrals(batch.service_id, keys)


def _cells(values: Values) -> list[tuple[str, str]]:
    """(item, value as written) of one response; the same line twice is harmless."""
    items = values["item"].split(SEVERAL)
    cells = values["value"].split(SEVERAL) if values["value"] else [""] * len(items)
    return list(zip(items, cells, strict=True))


def _given(row: Row, referral: Any, newest: dict[bytes, Any]) -> bulk.Given:
    values = row.values
    instrument = default_library().get(values["instrument"])
    answers = {item: int(cell) if cell else None for item, cell in _cells(values)}
    own = {code: value for code, value in answers.items() if code in instrument.item_by_code}
    return bulk.Given(
        episode_id=referral.id,
        patient_id=referral.patient_id,
        instrument=instrument,
        time_point=values["time_point"],
        answers=own,
        inputs={code: value for code, value in answers.items() if code not in own and value is not None},
        mode=values["mode"] or AnswerMode.SELF,
        language=values["language"] or "en",
        answered_at=values["completed_at"],
        response_key=values["response_key"],
        mark=row.mark if row.is_new else None,
        corrects_id=None if row.is_new else newest.get(row.mark),
    )
