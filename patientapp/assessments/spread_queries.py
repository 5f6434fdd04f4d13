"""Reads for the service's own spread at baseline."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from patientapp.assessments.models import BaselineSpread, Response
from patientapp.assessments.queries import is_current_response
from patientapp.assessments.rules import TimePoint
from patientapp.assessments.spread_rules import Running, Series
from patientapp.db import db
from patientapp.questionnaires.comparison import OwnSpread

OF_SERIES = (
    Response.service_id,
    Response.instrument,
    Response.instrument_version,
    Response.rule_version,
)
BATCH = 5_000


def system_baseline_people(instruments: Collection[str]) -> dict[Series, int]:
    """How many people of each service have a baseline of these instruments."""
    counted = (
        sa.select(*OF_SERIES, sa.func.count(Response.patient_id.distinct()))
        .where(
            Response.time_point == TimePoint.T0,
            Response.instrument.in_(instruments),
            is_current_response(),
        )
        .group_by(*OF_SERIES)
    )
    return {Series(*row[:4]): row[4] for row in db.session.execute(counted)}


def system_last_reckoned() -> dict[Series, int]:
    """On how many people the newest figures of each series rest."""
    rows = db.session.execute(
        sa.select(
            BaselineSpread.service_id,
            BaselineSpread.instrument,
            BaselineSpread.instrument_version,
            BaselineSpread.rule_version,
            sa.func.max(BaselineSpread.people),
        ).group_by(
            BaselineSpread.service_id,
            BaselineSpread.instrument,
            BaselineSpread.instrument_version,
            BaselineSpread.rule_version,
        )
    )
    return {Series(*row[:4]): row[4] for row in rows}


def system_spreads_at_baseline(series: Series, scales: Collection[str]) -> dict[str, Running]:
    """Mean and SD of the first baseline of each person, scale by scale."""
    found = {scale: Running() for scale in scales}
    for scores in _first_scores(series):
        for scale, running in found.items():
            value = scores.get(scale)
            if isinstance(value, (int, float)):
                running.add(value)
    return found


def _first_scores(series: Series) -> Iterator[Mapping[str, Any]]:
    """Each person's scores at their first baseline, in constant memory."""
    same = zip(OF_SERIES, vars(series).values(), strict=True)
    asked = (
        sa.select(Response.patient_id, Response.scores)
        .where(
            Response.time_point == TimePoint.T0,
            *(column == value for column, value in same),
            is_current_response(),
        )
        .order_by(Response.patient_id, Response.answered_at, Response.id)
        .execution_options(yield_per=BATCH)
    )
    last: UUID | None = None
    for patient_id, scores in db.session.execute(asked):
        if patient_id != last:
            last = patient_id
            yield scores


def system_own_spreads(service_id: UUID) -> dict[tuple[str, int, str, str], OwnSpread]:
    """The newest figures of a service, by instrument, version, rules and scale."""
    asked = (
        sa.select(BaselineSpread)
        .where(BaselineSpread.service_id == service_id)
        .order_by(BaselineSpread.reckoned_on)
    )
    return {
        (row.instrument, row.instrument_version, row.rule_version, row.scale): OwnSpread(
            sd=row.sd, people=row.people, version=row.reckoned_on.isoformat()
        )
        for row in db.session.scalars(asked)
    }
