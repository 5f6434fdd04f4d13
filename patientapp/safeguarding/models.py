"""Tables of safeguarding."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.access.viewer import AnsweredBy
from patientapp.db import AppendOnly, Identified, Model, choice
from patientapp.safeguarding.rules import Reach


class Disclosure(AppendOnly, Identified, Model):
    """What somebody told us in private, and how they can be reached safely."""

    __tablename__ = "disclosures"

    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    patient_id: Mapped[UUID] = mapped_column(sa.ForeignKey("patients.id"), index=True)
    words: Mapped[str]
    reach: Mapped[Reach] = mapped_column(choice(Reach))
    how: Mapped[str] = mapped_column(default="")
    told_by: Mapped[AnsweredBy | None] = mapped_column(choice(AnsweredBy))
    told_at: Mapped[datetime]
