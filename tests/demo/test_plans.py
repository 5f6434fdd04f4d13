"""The demonstration has an agreed plan, an issued summary and a register to look at."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from patientapp.demo.actions import fill
from patientapp.documents.models import DocumentIssue, DocumentSend
from patientapp.education.programme_models import ProgrammeAttendance
from patientapp.episodes.models import EpisodeEvent
from patientapp.kpi.queries import system_contract
from patientapp.plans.models import FlareEvent, FlarePlanStep
from patientapp.plans.rules import PlanState
from patientapp.services.models import Service
from tests.factories import NOW


@pytest.mark.slow
def test_the_demonstration_shows_plans_letters_and_a_programme(session: Session) -> None:
    fill(seed=1, now=NOW)
    assert session.query(FlarePlanStep).filter_by(state=PlanState.AGREED).count() == 4
    assert session.query(FlareEvent).count() == 4
    assert session.query(DocumentIssue).count() == 1
    assert session.query(DocumentSend).count() == 2
    assert session.query(ProgrammeAttendance).filter_by(attended=True).count() >= 6
    kinds = {event.kind for event in session.query(EpisodeEvent)}
    assert {"summary_sent", "programme_started", "programme_session"} <= kinds


@pytest.mark.slow
def test_b52_the_demonstration_has_a_contract_to_show_figures_of(session: Session) -> None:
    """B52: the commissioner's only page counts something; a newcomer meets no error there."""
    fill(seed=1, now=NOW)
    service = session.query(Service).one()
    assert system_contract(service).lines
