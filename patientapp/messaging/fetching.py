"""Texts to us that the carrier took while nobody here answered it: fetched from its list (SMS-12).

The carrier tries a failed call-back hardly at all (SMS-10), so a STOP or a cry for help that came
while we were down would be lost. `heard_until` says up to when we have asked; it lies in the
database, so one restored from a backup asks for everything since by itself. What the webhook has
kept already is known by its carrier's id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from patientapp.db import transaction
from patientapp.messaging import inbound, switch
from patientapp.messaging.evidence_rules import Incoming
from patientapp.messaging.gateway import Inbox
from patientapp.messaging.webhook_rules import read_inbound

FIRST_LOOK = timedelta(days=2)  # of an installation that has never asked
OVERLAP = timedelta(hours=1)  # the carrier's list and clock may lag behind
AT_ONCE = 50  # kept in one commit


def fetch(carrier: Inbox, *, now_fn: Callable[[], datetime], since: datetime | None = None) -> int:
    """Keep every text to us that we have not; how many. Raises CannotAsk, and will ask again."""
    now = now_fn()
    with transaction():
        known = switch.standing(now=now).heard_until
    asked_from = min(since or now, (known or now - FIRST_LOOK) - OVERLAP)
    listed = carrier.texts_received(asked_from)
    kept = 0
    for start in range(0, len(listed), AT_ONCE):
        with transaction():
            kept += sum(_keep(one, now=now) for one in listed[start : start + AT_ONCE])
    with transaction():
        switch.heard(until=now)
    return kept


def _keep(one: Incoming, *, now: datetime) -> bool:
    """As if the carrier had called, at the time when it came."""
    form = {"MessageSid": one.carrier_id, "From": one.from_number, "To": one.to_number, "Body": one.body}
    call = read_inbound(form)
    if call is None:
        return False
    return inbound.receive(
        carrier_id=call.carrier_id,
        from_number=call.from_number,
        to_number=call.to_number,
        body=call.body,
        now=min(one.at, now),
    )
