"""The monthly data set and the counts of the Friends and Family Test."""

from __future__ import annotations

import csv
import io

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.episodes.models import EpisodeEvent
from patientapp.kpi.export_cli import exports
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.stored import put

ROWS = cohort(8, 12)
YEAR = ("--from", "2024-01-01", "--to", "2026-12-31")


@pytest.fixture
def slug(session: Session) -> str:
    """A service with a few people."""
    service = make_service(session, profile="durham_tier3")
    put(session, service, ROWS)
    session.commit()
    return service.slug


def run(app: Flask, what: str, *arguments: str) -> Result:
    """What one export does."""
    command = next(one for one in exports if one.name == what)
    return CliRunner().invoke(command, list(arguments), obj=lambda: app)


def test_d34_the_data_set_has_a_row_a_referral_and_no_names(app: Flask, slug: str) -> None:
    """D34, D12, B24: patient-level, dated, scored, with its schema version. N16."""
    done = run(app, "dataset", "--service", slug, *YEAR)
    rows = list(csv.DictReader(io.StringIO(done.output)))
    assert {row["referral_key"] for row in rows} == {row["referral_key"] for row in ROWS["referrals"]}
    assert {row["schema"] for row in rows} == {"1"}
    assert "Sample" not in done.output
    received = {row["referral_key"]: row["received_at"][:10] for row in ROWS["referrals"]}
    assert all(row["received_on"] == received[row["referral_key"]] for row in rows)
    gone = {row["referral_key"]: row["detail"] for row in ROWS["events"] if row["event"] == "discharged"}
    assert {
        row["referral_key"]: row["discharge_reason"] for row in rows if row["discharge_reason"]
    } == gone


def test_d34_a_sending_is_logged(app: Flask, session: Session, slug: str) -> None:
    """D34, K24: the submission log is the event that the figure counts."""
    before = session.query(EpisodeEvent).filter_by(kind="dataset_submitted", detail="2026-12").count()
    assert run(app, "dataset", "--service", slug, *YEAR, "--submit").exit_code == 0
    after = session.query(EpisodeEvent).filter_by(kind="dataset_submitted", detail="2026-12").count()
    assert (before, after) == (0, 1)


def test_n59_fft_counts_by_month_method_and_answer(app: Flask, slug: str) -> None:
    """N59, C49: monthly counts by collection method, and how many were offered it."""
    rows = list(csv.DictReader(io.StringIO(run(app, "fft", "--service", slug, *YEAR).output)))
    assert sum(int(row["count"]) for row in rows) == sum(int(row["count"]) for row in ROWS["fft"])
    assert {row["method"] for row in rows} == {"sms", "paper"}
    assert "offered" in {row["response"] for row in rows}
    one = run(app, "fft", "--service", slug, *YEAR, "--format", "ndjson").output.splitlines()
    assert len(one) == len(rows)
