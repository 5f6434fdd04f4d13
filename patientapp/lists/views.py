"""Reads of saved views."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.lists.models import SavedView


def views_of(viewer: Viewer) -> Sequence[SavedView]:
    """The viewer's own views in this service, by name."""
    own = sa.select(SavedView).where(
        SavedView.staff_id == viewer.staff_id, SavedView.service_id == viewer.service_id
    )
    return db.session.scalars(own.order_by(SavedView.name)).all()
