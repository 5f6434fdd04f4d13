"""Tables of lists."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from patientapp.db import Identified, Model, choice
from patientapp.lists.rules import Which


class SavedView(Identified, Model):
    """One list as somebody likes to see it; theirs alone, and nothing of a patient is in it."""

    __tablename__ = "saved_views"
    __table_args__ = (sa.UniqueConstraint("staff_id", "service_id", "name"),)

    staff_id: Mapped[UUID] = mapped_column(sa.ForeignKey("staff.id"))
    service_id: Mapped[UUID] = mapped_column(sa.ForeignKey("services.id"))
    name: Mapped[str]
    which: Mapped[Which] = mapped_column(choice(Which))
    sort: Mapped[str]
    show: Mapped[str]
