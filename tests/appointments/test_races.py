"""Many people at once, with real commits, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from patientapp.access.viewer import Viewer
from patientapp.appointments import actions, free_actions
from patientapp.appointments.allowed import SlotGone
from patientapp.appointments.models import AppointmentEvent, SlotHolder
from patientapp.appointments.steps import VisitChanged
from patientapp.db import db, transaction
from patientapp.errors import Conflict
from tests.appointments.world import make_slot, make_visit, patient_of
from tests.factories import NOW, make_patient, make_service
from tests.messaging.races import at_once, committed

pytestmark = pytest.mark.slow
MANY = 6


def tries(do: Callable[[], object], won: list[object], lost: list[object]) -> Callable[[], None]:
    """One person's try, in a transaction of its own."""

    def attempt() -> None:
        try:
            with transaction():
                won.append(do())
        except Conflict as refusal:
            lost.append(refusal)

    return attempt


def test_rel_09_many_who_tap_one_free_time_at_once_and_one_gets_it(app: Flask, now: datetime) -> None:
    with committed(app) as session:
        service = make_service(session)
        slot_id = make_slot(session, service).id
        people: list[tuple[Viewer, UUID]] = []
        for _ in range(MANY):
            person = make_patient(session, service)
            people.append((patient_of(person), make_visit(session, person).id))
        session.commit()
        won: list[object] = []
        lost: list[object] = []

        def move(who: Viewer, visit_id: UUID) -> Callable[[], object]:
            return lambda: free_actions.move_to_slot(who, visit_id, slot_id, now=NOW)

        at_once(app, *(tries(move(*one), won, lost) for one in people))
        assert (len(won), len(lost)) == (1, MANY - 1)
        assert all(isinstance(one, SlotGone) for one in lost)
        assert session.scalar(sa.select(sa.func.count()).select_from(SlotHolder)) == 1
        moved = sa.select(sa.func.count()).where(AppointmentEvent.state == "moved")
        assert db.session.scalar(moved) == 1


def test_b22_many_steps_at_once_leave_one_history(app: Flask, now: datetime) -> None:
    with committed(app) as session:
        person = make_patient(session, make_service(session))
        visit, me = make_visit(session, person), patient_of(person)
        session.commit()
        won: list[object] = []
        lost: list[object] = []
        verbs = [actions.confirm, actions.cancel] * (MANY // 2)
        at_once(
            app,
            *(
                tries(lambda verb=verb: verb(me, visit.id, now=NOW, seen=1), won, lost)  # type: ignore[misc]
                for verb in verbs
            ),
        )
        assert len(won) + len(lost) == MANY
        assert all(isinstance(one, VisitChanged) for one in lost)
        seqs = session.scalars(
            sa.select(AppointmentEvent.seq).where(AppointmentEvent.appointment_id == visit.id)
        ).all()
        assert sorted(seqs) == [1, 2]
