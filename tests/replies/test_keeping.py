"""Replies and texts to us are kept for as long as the retention job says, and no longer (OPS-06)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.db import transaction
from patientapp.messaging import inbound
from patientapp.messaging.models import InboundText
from patientapp.replies import keeping
from patientapp.replies.actions import act_on_all
from patientapp.replies.models import Reply
from tests.factories import LINK_KEY, NOW, make_patient, make_service

pytestmark = pytest.mark.usefixtures("now")
NUMBER = "+447700900123"


def text_in(words: str, *, days_ago: int) -> None:
    with transaction():
        inbound.receive(
            carrier_id=f"SM{uuid4().hex}",
            from_number=NUMBER,
            to_number="",
            body=words,
            now=NOW - timedelta(days=days_ago),
        )


def test_ops_06_replies_past_their_time_are_gone_and_others_stay(session: Session) -> None:
    make_patient(session, make_service(session), mobile=NUMBER)
    session.commit()
    for days in (400, 300, 200, 1):
        text_in(f"{days} days", days_ago=days)
    act_on_all(now=NOW, link_key=LINK_KEY)
    text_in("nobody has read this one", days_ago=500)
    before = NOW - timedelta(days=250)
    for forget in (keeping.system_forget_before, inbound.system_forget_before):
        done = []
        for _round in range(3):
            with transaction():
                done.append(forget(before, limit=1))
        assert done == [1, 1, 0]
    assert sorted(session.scalars(sa.select(Reply.words))) == ["1 days", "200 days"]
    left = sorted(session.scalars(sa.select(InboundText.body)))
    assert left == ["1 days", "200 days", "nobody has read this one"]
