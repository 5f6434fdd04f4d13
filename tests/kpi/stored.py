"""Rows of the import files put straight into the tables of one service: for the loader's tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.access.viewer import AnsweredBy
from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.assessments.models import Response
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.feedback.models import FftCount
from patientapp.patients.models import Patient
from patientapp.questionnaires.grade import score_one
from patientapp.questionnaires.library import default_library
from patientapp.services.models import Service
from patientapp.workdays import LONDON, at_london, london_day
from tests.factories import NOW
from tests.kpi.cohorts import Cohort, Row


def moment(text: str) -> datetime:
    """London wall time of a row as an instant."""
    found = datetime.fromisoformat(text)
    return at_london(found.date(), found.time())


def put(session: Session, service: Service, rows: Cohort) -> None:
    """Store a cohort in a service."""
    people = {row["patient_key"]: uuid4() for row in rows["patients"]}
    of = {row["referral_key"]: (uuid4(), people[row["patient_key"]]) for row in rows["referrals"]}
    of[""] = (None, None)
    here: dict[str, Any] = {"service_id": service.id}
    _add(session, Patient, (_patient(row, people) | here for row in rows["patients"]))
    _add(session, Episode, (_episode(row, of) | here for row in rows["referrals"]))
    _add(session, EpisodeEvent, (_event(row, of) | here for row in rows["events"]))
    visits = [(uuid4(), row) for row in rows["appointments"]]
    _add(session, Appointment, (_visit(key, row, of) | here for key, row in visits))
    _add(session, AppointmentEvent, (_step(key, row) | here for key, row in visits))
    _add(session, Response, (one | here for one in _responses(rows["responses"], of)))
    _add(session, FftCount, (_count(row) | here for row in rows["fft"]))


def _add(session: Session, model: type, rows: Iterable[dict[str, Any]]) -> None:
    made = list(rows)
    if made:
        session.execute(sa.insert(model), made)


def _patient(row: Row, people: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": people[row["patient_key"]],
        "given_name": row["given_name"],
        "family_name": row["family_name"],
        "birth_date": date.fromisoformat(row["birth_date"]),
        "sex": row["sex"],
        "ethnicity": row.get("ethnicity", ""),
        "imd_decile": int(row["imd_decile"]) if row.get("imd_decile") else None,
        "created_at": NOW,
    }


def _episode(row: Row, of: dict[str, Any]) -> dict[str, Any]:
    at = moment(row["received_at"])
    return {
        "id": of[row["referral_key"]][0],
        "patient_id": of[row["referral_key"]][1],
        "referral_key": row["referral_key"],
        "received_at": at,
        "received_on": london_day(at),
        "urgency": row["urgency"],
        "source": row["source"],
        "pain_site": row["pain_site"],
        "cohort": row["cohort"],
        "cancer": row["cancer"] == "y",
        "created_at": NOW,
    }


def _event(row: Row, of: dict[str, Any]) -> dict[str, Any]:
    at = moment(row["at"])
    return {
        "id": uuid4(),
        "episode_id": of[row["referral_key"]][0],
        "kind": row["event"],
        "at": at,
        "on": london_day(at),
        "detail": row["detail"],
        "recorded_at": NOW,
        "recorded_by": "import:test",
    }


def _visit(key: Any, row: Row, of: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": key,
        "episode_id": of[row["referral_key"]][0],
        "patient_id": of[row["referral_key"]][1],
        "key": row["appointment_key"],
        "reminder_arm": row["reminder_arm"],
        "created_at": NOW,
    }


def _step(key: Any, row: Row) -> dict[str, Any]:
    return {
        "appointment_id": key,
        "seq": 1,
        "state": row["status"],
        "occurrence": 1,
        "kind": row["kind"],
        "booked_at": moment(row["booked_at"]),
        "starts_at": moment(row["starts_at"]),
        "minutes": 30,
        "mode": row["mode"],
        "reason": "staff" if row["status"] == "cancelled_by_service" else "",
        "by": "import:test",
        "at": NOW,
    }


def _responses(rows: list[Row], of: dict[str, Any]) -> Iterable[dict[str, Any]]:
    kept: dict[str, tuple[Row, dict[str, int]]] = {}
    for row in rows:
        kept.setdefault(row["response_key"], (row, {}))[1][row["item"]] = int(row["value"])
    for row, items in kept.values():
        at = moment(row["completed_at"])
        yield {
            "id": uuid4(),
            "episode_id": of[row["referral_key"]][0],
            "patient_id": of[row["referral_key"]][1],
            "time_point": row["time_point"],
            "instrument": row["instrument"],
            "instrument_version": 1,
            "rule_version": "1",
            "language": "en",
            "wording": "demonstration",
            "answered_by": AnsweredBy.PROXY if row["mode"] == "proxy" else AnsweredBy.SELF,
            "mode": row["mode"],
            "birth_date_confirmed": False,
            "answers": items,
            "scores": _scores(row["instrument"], items),
            "started_at": at,
            "answered_at": at,
            "answered_on": at.astimezone(LONDON).date(),
            "received_at": NOW,
            "response_key": row["response_key"],
        }


def _scores(instrument: str, items: dict[str, int]) -> dict[str, Any]:
    found = score_one(default_library().get(instrument), items)
    return {
        code: one.value if one.value is not None else one.text or {"reason": str(one.reason)}
        for code, one in found.items()
    }


def _count(row: Row) -> dict[str, Any]:
    return {
        "fft_key": row["fft_key"],
        "day": date.fromisoformat(row["date"]),
        "method": row["method"],
        "response": int(row["response"]) if row["response"] else None,
        "count": int(row["count"]),
    }
