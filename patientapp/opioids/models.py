"""Tables of opioid doses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.opioids.rules import Point


class OpioidDose(AppendOnly, Identified, Model):
    """A dose that a clinician confirmed, with the version of the table it was reckoned by."""

    __tablename__ = "opioid_doses"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    episode_id: Mapped[UUID] = mapped_column(sa.ForeignKey("episodes.id"))
    point: Mapped[Point] = mapped_column(choice(Point))
    taken_on: Mapped[date]
    lines: Mapped[list[Any]]  # [opioid, mg, mg of oral morphine], as decimal words
    total_mg: Mapped[str]  # exact: 100 is 100 (D42)
    table_version: Mapped[str]
    confirmed_by: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime]
