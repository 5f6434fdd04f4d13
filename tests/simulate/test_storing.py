"""A made-up service in the tables: reproducible, silent, and with a return that its contract names."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.engine import figures
from patientapp.kpi.queries import system_contract, system_parts
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.simulate.cli import simulate
from tests.factories import make_service
from tests.kpi.oracle import KPIS

pytestmark = [pytest.mark.usefixtures("now"), pytest.mark.slow]
LAST = date(2026, 8, 31)


def run(app: Flask, service: Service, *, people: int = 60, seed: int = 1) -> Result:
    """What the command does."""
    sizes = ("--patients", str(people), "--months", "24", "--seed", str(seed))
    arguments = ["--service", service.slug, *sizes, "--until", LAST.isoformat()]
    return CliRunner().invoke(simulate, arguments, obj=lambda: app)


@pytest.mark.parametrize("profile", sorted(KPIS))
def test_each_contract_gets_every_figure(app: Flask, session: Session, profile: str) -> None:
    """All five contracts: 24 months made up, and every KPI that the contract names."""
    service = make_service(session, profile=profile)
    session.commit()
    done = run(app, service)
    assert done.exit_code == 0, done.output
    asked = Period(number(date(2024, 9, 1)), number(LAST))
    parts = list(system_parts(service.id, asked))
    assert sum(len(part.referrals) for part in parts) == 60
    made = {
        one.line.id: one for one in figures(system_contract(service), parts, asked, today=number(LAST))
    }
    assert set(KPIS[profile]) <= set(made)
    filled = [one for one in made.values() if one.denominator or one.numerator]
    assert len(filled) > len(made) * 0.6


def test_nobody_is_texted_about_the_past(app: Flask, session: Session) -> None:
    """No mobile, no leave to text, no text; a second run into the same service is refused."""
    service = make_service(session, profile="bassetlaw")
    session.commit()
    before = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))
    run(app, service, people=20)
    people = session.scalars(sa.select(Patient).where(Patient.service_id == service.id)).all()
    assert len(people) == 20
    assert not any(one.mobile or one.texts_ok for one in people)
    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == before
    again = run(app, service, people=20)
    assert again.exit_code == 2
    assert "made-up people go into an empty one" in again.output


def test_the_same_seed_fills_two_services_alike(app: Flask, session: Session) -> None:
    """Reproducible in the tables as well."""
    made = []
    for _one in range(2):
        service = make_service(session, profile="durham_tier3")
        session.commit()
        run(app, service, people=25, seed=9)
        asked = (
            sa.select(Episode.referral_key, EpisodeEvent.kind, EpisodeEvent.at, EpisodeEvent.detail)
            .join(Episode, Episode.id == EpisodeEvent.episode_id)
            .where(Episode.service_id == service.id)
        )
        made.append(sorted(map(tuple, session.execute(asked))))
    assert made[0] == made[1]
    assert len(made[0]) > 100
