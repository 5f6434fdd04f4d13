"""Rows of the import files as facts of the engine: what the loader does from tables, from rows."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from patientapp.kpi import facts as f
from patientapp.questionnaires.library import default_library
from patientapp.scoring.score import score
from tests.kpi.cohorts import Cohort, Row

EPOCH = datetime.fromisoformat("1970-01-01")


def wall(text: str) -> int:
    """London wall time of a row in seconds."""
    return int((datetime.fromisoformat(text) - EPOCH).total_seconds())


def facts_of(rows: Cohort) -> f.Facts:
    """The facts of a cohort."""
    people = {row["patient_key"]: place for place, row in enumerate(rows["patients"])}
    place = {row["referral_key"]: at for at, row in enumerate(rows["referrals"])}
    place[""] = -1
    events = sorted(rows["events"], key=lambda row: row["at"])
    visits = sorted(rows["appointments"], key=lambda row: row["starts_at"])
    return f.Facts(
        referrals=f.Referrals(
            key=np.array([row["referral_key"] for row in rows["referrals"]]),
            patient=ints([people[row["patient_key"]] for row in rows["referrals"]]),
            received=ints([wall(row["received_at"]) for row in rows["referrals"]]),
            urgent=np.array([row["urgency"] == "urgent" for row in rows["referrals"]], bool),
            cohort=ints([f.COHORTS.index(row["cohort"]) for row in rows["referrals"]]),
            cancer=np.array([row["cancer"] == "y" for row in rows["referrals"]], bool),
        ),
        events=f.Events(
            names=(names := tuple(sorted({row["event"] for row in events}))),
            kind=ints([names.index(row["event"]) for row in events]),
            referral=ints([place[row["referral_key"]] for row in events]),
            at=ints([wall(row["at"]) for row in events]),
            detail=np.array([row["detail"] for row in events], object),
        ),
        visits=f.Visits(
            referral=ints([place[row["referral_key"]] for row in visits]),
            kind=ints([f.VISIT_KINDS.index(row["kind"]) for row in visits]),
            mode=ints([f.MODES.index(row["mode"]) for row in visits]),
            state=ints([f.STATES.index(row["status"]) for row in visits]),
            starts=ints([wall(row["starts_at"]) for row in visits]),
        ),
        answers=answers_of(rows["responses"], place),
        feedback=f.Feedback(
            day=ints([wall(row["date"]) // f.DAY_SECONDS for row in rows["fft"]]),
            method=np.array([row["method"] for row in rows["fft"]], "U10"),
            response=ints([int(row["response"] or 0) for row in rows["fft"]]),
            count=ints([int(row["count"]) for row in rows["fft"]]),
        ),
    )


def ints(values: list[int]) -> f.Ints:
    """A column of whole numbers."""
    return np.array(values, np.int64)


def answers_of(rows: list[Row], place: dict[str, int]) -> dict[str, f.Answers]:
    """Responses by instrument, scored."""
    kept: dict[str, tuple[Row, dict[str, int]]] = {}
    for row in rows:
        kept.setdefault(row["response_key"], (row, {}))[1][row["item"]] = int(row["value"])
    by: dict[str, list[tuple[Row, dict[str, int]]]] = {}
    for one in sorted(kept.values(), key=lambda one: one[0]["completed_at"]):
        by.setdefault(one[0]["instrument"], []).append(one)
    return {name: answers(name, some, place) for name, some in by.items()}


def answers(name: str, some: list[tuple[Row, dict[str, int]]], place: dict[str, int]) -> f.Answers:
    """The responses to one instrument: its items and its scores."""
    plan = default_library().get(name).plan
    matrix = np.array([[items.get(code, np.nan) for code in plan.codes] for _row, items in some], float)
    codes = {code for _row, items in some for code in items}
    values = {code: np.array([items.get(code, np.nan) for _row, items in some], float) for code in codes}
    scores = score(plan, matrix)
    values |= {scale.code: scores[scale.code] for scale in plan.scales if not scale.textual}
    return f.Answers(
        referral=ints([place[row["referral_key"]] for row, _items in some]),
        point=np.array([row["time_point"] for row, _items in some], "U6"),
        at=ints([wall(row["completed_at"]) for row, _items in some]),
        proxy=np.array([row["mode"] == "proxy" for row, _items in some], bool),
        values=values,
    )
