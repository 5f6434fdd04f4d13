"""Papers that an organisation completes: drafts with what the software knows of itself (C64, N52)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from patientapp.access.matrix import HOLDERS
from patientapp.access.viewer import Role
from patientapp.db import Base

FOLDER = Path(__file__).with_name("papers")
NAMES = ("impact-assessment", "record-of-processing", "hazard-log")
KEEPING = """\
- Clinical records: not deleted by time. TO FILL IN: the controller's schedule (NHS Records Code).
- Sessions, failed tries, texts to us that were acted on: 90 days (`patientapp retention run`).
- Answers to repeated requests (idempotency keys): 30 days.
- One person, given out or erased whole: `patientapp patient export ID`, `patientapp patient erase ID`.
- The audit stays, without content; backups until the host deletes them: TO FILL IN."""


def papers(service: str, *, on: date) -> Iterator[tuple[str, str]]:
    """Each paper's name and text, for one service, as drafts of a day."""
    said = tomllib.loads((FOLDER / "papers.toml").read_text(encoding="utf-8"))
    facts = {
        "service": service,
        "day": on.isoformat(),
        "version": version("patientapp"),
        "tables": "\n".join(_tables()),
        "roles": "\n".join(_roles()),
        "processors": "\n".join(f"- {one['name']}: {one['gets']}" for one in said["processors"]),
        "keeping": KEEPING,
        "risks": "\n".join(_risks(said["risks"])),
        "hazards": "\n".join(_hazards(said["hazards"])),
    }
    for name in NAMES:
        text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        yield f"{name}.md", text.format_map(facts)


def _tables() -> Iterator[str]:
    """Every table that names a person or a member of staff, with its columns."""
    yield "| table | names | columns |"
    yield "| --- | --- | --- |"
    for one in Base.metadata.sorted_tables:
        if whom := _whom(one):
            yield f"| {one.name} | {whom} | {', '.join(column.name for column in one.columns)} |"


def _whom(one: sa.Table) -> str:
    to = {key.column.table.name for key in one.foreign_keys} | {one.name}
    named = [name for name in ("patients", "staff", "episodes") if name in to]
    return " and ".join("patients" if name == "episodes" else name for name in dict.fromkeys(named))


def _roles() -> Iterator[str]:
    """Each role with what it may do, as the access matrix has it."""
    for role in Role:
        held = sorted(permission.value for permission, roles in HOLDERS.items() if role in roles)
        yield f"- {role.value}: {', '.join(held)}"


def _risks(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "| risk | what the software does | rules |"
    yield "| --- | --- | --- |"
    yield from (f"| {one['risk']} | {one['control']} | {', '.join(one['rules'])} |" for one in rows)


def _hazards(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"| {one['hazard']} | {one['control']} | {', '.join(one['rules'])} | |" for one in rows)
