"""Papers for the organisation that runs a service: drafts, filled with what the software knows."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assurance.papers import FOLDER, NAMES, papers
from patientapp.cli import root
from tests.factories import make_service

TESTS = Path(__file__).resolve().parents[1]


@pytest.fixture
def drafts(app: Flask) -> dict[str, str]:
    assert app  # the rooms with their tables are loaded
    return dict(papers("Moorside Pain Service", on=date(2026, 9, 22)))


@pytest.mark.parametrize("name", NAMES)
def test_c64_n52_each_paper_is_a_draft_that_claims_no_signature(
    name: str, drafts: dict[str, str]
) -> None:
    """C64, N52: impact assessment, record of processing and hazard log, to be completed by people."""
    text = drafts[f"{name}.md"]
    assert "DRAFT" in text
    assert "Moorside Pain Service" in text
    assert re.search(r"TO FILL IN|Signed \(", text)
    assert not re.search(r"\{\w+\}", text), "a part was not filled in"


def test_n52_the_record_of_processing_names_every_table_that_holds_a_person(
    drafts: dict[str, str],
) -> None:
    text = drafts["record-of-processing.md"]
    for table in ("patients", "responses", "findings", "packs", "staff", "documents"):
        assert f"| {table} |" in text
    for role in Role:
        assert f"- {role.value}:" in drafts["impact-assessment.md"]


def test_every_control_that_the_papers_name_has_a_test() -> None:
    said = tomllib.loads((FOLDER / "papers.toml").read_text(encoding="utf-8"))
    words = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")).lower()
    for row in [*said["risks"], *said["hazards"]]:
        for rule in row["rules"]:
            assert rule.lower() in words or rule.lower().replace("-", "_") in words, rule


def test_c64_the_command_writes_them_once(app: Flask, session: Session, tmp_path: Path) -> None:
    service = make_service(session)
    session.commit()
    asked = ["papers", str(tmp_path / "papers"), "--service", service.slug]
    made = CliRunner().invoke(root, asked, obj=lambda: app)
    assert made.exit_code == 0, made.output
    assert {path.name for path in (tmp_path / "papers").iterdir()} == {f"{name}.md" for name in NAMES}
    again = CliRunner().invoke(root, asked, obj=lambda: app)
    assert again.exit_code == 2
    assert "is there already" in again.output
    asked[-1] = "nowhere"
    assert CliRunner().invoke(root, asked, obj=lambda: app).exit_code == 2
