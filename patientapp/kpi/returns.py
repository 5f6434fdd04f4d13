"""The returns of the contracts that this app knows: `returns/*.toml`, one file a contract."""

from __future__ import annotations

from datetime import date, time
from functools import cache
from pathlib import Path

from patientapp.kpi.contract import Contract, contract
from patientapp.questionnaires.tables import Table

FOLDER = Path(__file__).parent / "returns"


@cache
def contract_of(profile: str, first_day: date | None = None) -> Contract:
    """What a profile's contract counts; the start of the app stops at a mistake."""
    top = Table.read(FOLDER / f"{profile}.toml", name=f"kpi/returns/{profile}.toml")
    said = top.text("closing", "")
    closing = time.fromisoformat(said) if said else None
    made = contract(top, profile=profile, first_day=first_day, closing=closing)
    top.done()
    return made


def known() -> tuple[str, ...]:
    """The profiles that have a return."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
