"""`patientapp kpi`: formats, rows and mistakes."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.kpi.cli import kpi_command
from patientapp.kpi.shown import COLUMNS
from tests.factories import make_service
from tests.kpi.cohorts import cohort
from tests.kpi.stored import put

YEAR = ("--from", "2025-01-01", "--to", "2025-12-31")


@pytest.fixture
def slug(session: Session) -> str:
    """A service with a few people."""
    service = make_service(session, profile="bassetlaw")
    put(session, service, cohort(3, 8))
    session.commit()
    return service.slug


def run(app: Flask, *arguments: str) -> Result:
    """What the command does in this app."""
    return CliRunner().invoke(kpi_command, list(arguments), obj=lambda: app)


def test_the_return_as_json(app: Flask, slug: str) -> None:
    """contract.md section 4: the keys of a return and of a line, and only those."""
    done = run(app, "--service", slug, *YEAR, "--format", "json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert list(told) == ["service", "period", "generated_at", "kpis"]
    assert (told["service"], told["period"]) == (slug, {"from": "2025-01-01", "to": "2025-12-31"})
    line = told["kpis"][0]
    assert list(line) == [
        *("id", "clause", "title", "numerator", "denominator", "value", "unit", "threshold"),
        *("band", "met", "sample", "excluded", "notes"),
    ]
    assert line["value"] == pytest.approx(100 * line["numerator"] / line["denominator"])


def test_the_return_as_csv_has_the_same_figures(app: Flask, slug: str) -> None:
    """CSV has the same columns flat. H04, H19: the year as a file."""
    told = json.loads(run(app, "--service", slug, *YEAR, "--format", "json").output)["kpis"]
    flat = list(csv.DictReader(io.StringIO(run(app, "--service", slug, *YEAR, "--format", "csv").output)))
    assert tuple(flat[0]) == COLUMNS
    assert [(row["id"], row["numerator"]) for row in flat] == [
        (line["id"], str(line["numerator"])) for line in told
    ]


def test_the_rows_of_a_figure_add_up(app: Flask, slug: str) -> None:
    """Every counted case and every excluded one, with its reason."""
    told = json.loads(run(app, "--service", slug, *YEAR, "--format", "json").output)["kpis"]
    for line in told:
        rows = list(
            csv.DictReader(io.StringIO(run(app, "--service", slug, *YEAR, "--rows", line["id"]).output))
        )
        counted = [row for row in rows if row["counted"] == "y"]
        assert sum(int(row["numerator"]) for row in counted) == line["numerator"]
        assert line["denominator"] in (None, sum(int(row["denominator"]) for row in counted))
        assert len(rows) - len(counted) == sum(line["excluded"].values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--service", "nowhere", *YEAR), "There is no service 'nowhere'"),
        (("--service", "SLUG", "--from", "2025-02-01", "--to", "2025-01-01"), "--to is before --from"),
        (("--service", "SLUG", *YEAR, "--rows", "K99"), "K99 is not in this contract"),
        (("--service", "SLUG", "--from", "yesterday", "--to", "2025-01-01"), "does not match the format"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    app: Flask, slug: str, arguments: tuple[str, ...], says: str
) -> None:
    """An unknown service, clause or day: exit 2, and what to do."""
    done = run(app, *(slug if one == "SLUG" else one for one in arguments))
    assert done.exit_code == 2
    assert says in done.output


def test_a_service_is_found_by_the_id_of_its_contract(app: Flask, session: Session) -> None:
    """Contract section 2: `--service south_cheshire` finds what an import under that name made."""
    make_service(session, slug="south-cheshire", profile="south_cheshire")
    session.commit()
    done = run(app, "--service", "south_cheshire", *YEAR, "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["service"] == "south_cheshire"


def test_a_service_without_a_contract_says_so(app: Flask, session: Session) -> None:
    """Nothing says what to count: the refusal names the contracts there are."""
    service = make_service(session)
    session.commit()
    done = run(app, "--service", service.slug, *YEAR)
    assert done.exit_code == 2
    assert "names no contract" in done.output
    assert "south_cheshire" in done.output


def test_the_table_says_what_is_met(app: Flask, slug: str) -> None:
    """A terminal shows each figure over its denominator."""
    done = run(app, "--service", slug, *YEAR)
    assert done.exit_code == 0
    assert "K11" in done.output
    assert "Referrals assessed in time" in done.output
