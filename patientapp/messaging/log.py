"""One person's texts as staff see them: what, when, what came of it; never the words (LINK-02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from patientapp.access.viewer import Viewer
from patientapp.db import db
from patientapp.messaging.models import MessageEvent, OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.queries import visible_ids

MOST_SHOWN = 100
APART = "told-"  # who reads the record must not see that somebody complained (B50)


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One text: which, when, and where it is."""

    template: str
    recorded_at: datetime
    due_at: datetime
    sent_at: datetime | None
    state: MessageState
    reason: str  # why it is where it is: a code of ours, or the carrier's number
    at: datetime  # since when


def contact_log(viewer: Viewer, patient_id: UUID, *, limit: int = MOST_SHOWN) -> list[LogLine]:
    """The texts of a patient whom this viewer may see, newest first (SEC-03)."""
    newest, other = aliased(MessageEvent), aliased(MessageEvent)
    last = sa.select(sa.func.max(other.seq)).where(other.message_id == OutboxMessage.id)
    asked = (
        sa.select(OutboxMessage, newest.reason, newest.at)
        .join(newest, newest.message_id == OutboxMessage.id)
        .where(newest.seq == last.correlate(OutboxMessage).scalar_subquery())
        .where(
            OutboxMessage.patient_id == patient_id,
            OutboxMessage.patient_id.in_(visible_ids(viewer)),
            OutboxMessage.service_id == viewer.service_id,
            ~OutboxMessage.template.startswith(APART),
        )
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_line(*row) for row in db.session.execute(asked)]


def _line(text: OutboxMessage, reason: str, at: datetime) -> LogLine:
    return LogLine(
        template=text.template,
        recorded_at=text.created_at,
        due_at=text.due_at,
        sent_at=text.sent_at,
        state=text.state,
        reason=reason,
        at=at,
    )
