"""The built-in local phone: a carrier for demonstrations and tests that keeps texts in a table.

The one place that stores the words of a text with its link; it does not exist in production.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from patientapp.db import insert, transaction
from patientapp.messaging.gateway import Accepted, NotTried, always
from patientapp.messaging.models import LocalPhoneText


class LocalPhone:
    """Takes every text at once and has it delivered; the same attempt twice is one text."""

    def __init__(self, now_fn: Callable[[], datetime]) -> None:
        self._now = now_fn

    def send(
        self,
        to: str,
        body: str,
        *,
        attempt_key: str,
        may_begin: Callable[[], bool] = always,
    ) -> Accepted:
        """Store the text, once for each attempt."""
        if not may_begin():
            raise NotTried
        with transaction() as session:
            text = {
                "id": uuid4(),
                "to_number": to,
                "body": body,
                "attempt_key": attempt_key,
                "at": self._now(),
            }
            session.execute(
                insert(LocalPhoneText).values(text).on_conflict_do_nothing(index_elements=["attempt_key"])
            )
        return Accepted(carrier_id=f"local-{attempt_key}", delivered=True)
