"""`patientapp export responses|scores`: whole, safe, in the audit, and nothing partial."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.assessments.rules import TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.extracts import written
from patientapp.questionnaires.fhir import faults
from tests.desk import answer
from tests.factories import make_episode, make_patient, make_service
from tests.questionnaires.test_fhir import is_valid

pytestmark = pytest.mark.usefixtures("now")
MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(root, ["export", *arguments], obj=lambda: app)


@pytest.fixture
def slug(session: Session) -> str:
    """A service with one person: a PSEQ in March, half an EQ-5D in July; and one of elsewhere."""
    service, elsewhere = make_service(session), make_service(session)
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=2, at=MARCH)
    some = {"mo": 1, "sc": 2, "vas": None}
    answer(session, person, episode, instrument="eq5d5l", when=TimePoint.TD, values=some, at=JULY)
    answer(session, make_patient(session, elsewhere), values=6, at=MARCH)
    session.commit()
    return service.slug


def test_answers_are_a_row_an_item(app: Flask, slug: str) -> None:
    """C29, H04: answers go out as CSV."""
    done = run(app, "responses", "--service", slug)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.output)))
    pseq = [row for row in rows if row["instrument"] == "pseq"]
    assert [(row["item"], row["value"]) for row in pseq] == [(f"q{n}", "2") for n in range(1, 11)]
    assert {row["completed_at"] for row in pseq} == {"2026-03-02T10:00:00+00:00"}
    states = {row["item"]: (row["value"], row["state"]) for row in rows if row["instrument"] == "eq5d5l"}
    assert states["sc"] == ("2", "answered")
    assert (states["vas"], states["ua"]) == (("", "skipped"), ("", "not_reached"))


def test_clin_05_a_missing_score_is_empty_with_its_reason(app: Flask, slug: str) -> None:
    rows = list(csv.DictReader(io.StringIO(run(app, "scores", "--service", slug).output)))
    scores = {(row["instrument"], row["scale"]): row for row in rows}
    assert scores["pseq", "total"]["value"] == "20.0"
    profile = scores["eq5d5l", "profile"]
    assert (profile["value"], profile["text"], profile["reason"]) == ("", "", "incomplete")


def test_json_lines_hold_answers_and_scores_as_they_were_stored(app: Flask, slug: str) -> None:
    done = run(app, "responses", "--service", slug, "--format", "ndjson", "--instrument", "pseq")
    [line] = [json.loads(line) for line in done.output.splitlines()]
    assert line["answers"] == {f"q{n}": 2 for n in range(1, 11)}
    assert line["scores"]["total"] == 20
    assert (line["mode"], line["wording"], line["time_point"]) == ("self", "demonstration", "T0")


@pytest.mark.parametrize(
    ("what", "kind"), [("responses", "QuestionnaireResponse"), ("scores", "Observation")]
)
def test_fhir_lines_are_valid(app: Flask, slug: str, what: str, kind: str) -> None:
    found = [
        json.loads(line)
        for line in run(app, what, "--service", slug, "--format", "fhir").output.splitlines()
    ]
    assert {one["resourceType"] for one in found} == {kind}
    assert list(faults(found)) == []
    for one in found:
        is_valid(one)


def test_days_are_london_days_and_both_belong(app: Flask, slug: str) -> None:
    for first, last, count in (
        ("2026-03-02", "2026-03-02", 1),
        ("2026-03-03", "2026-07-05", 0),
        ("2026-03-02", "2026-07-06", 2),
    ):
        done = run(
            app, "responses", "--service", slug, "--from", first, "--to", last, "--format", "ndjson"
        )
        assert len(done.output.splitlines()) == count


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["responses", "--service", "nobody"], "no service 'nobody'"),
        (["scores"], "--service"),
        (["scores", "--service", "x", "--from", "2026-02-30"], "2026-02-30"),
        (["scores", "--service", "x", "--from", "2026-03-02", "--to", "2026-03-01"], "before --from"),
        (["scores", "--service", "x", "--instrument", "nope"], "use one of"),
        (["everything"], "No such command"),
    ],
)
def test_a_callers_mistake_is_named_and_exits_2(
    app: Flask, slug: str, arguments: list[str], words: str
) -> None:
    done = run(app, *arguments)
    assert done.exit_code == 2
    assert words in done.output


def test_ops_01_an_export_stands_in_the_audit(app: Flask, session: Session, slug: str) -> None:
    run(app, "scores", "--service", slug, "--from", "2026-03-01")
    said = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.actor.startswith("shell:")))
    assert "exported scores as csv: from=2026-03-01" in set(said)


def test_nothing_partial_is_left_behind(
    app: Flask, slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    assert run(app, "responses", "--service", slug, "-o", str(target)).exit_code == 0
    whole = target.read_bytes()

    def broken(_row: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(written, "_items", broken)
    assert run(app, "responses", "--service", slug, "-o", str(target)).exit_code == 1
    assert target.read_bytes() == whole
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_perf_12_batches_hold_every_response_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    for _person in range(5):
        answer(session, make_patient(session, service), at=MARCH)  # all at one moment
    monkeypatch.setattr(written, "READ_AT_ONCE", 2)
    done = run(app, "responses", "--service", service.slug, "--format", "ndjson")
    ids = [json.loads(line)["response_id"] for line in done.output.splitlines()]
    assert len(ids) == len(set(ids)) == 5
