"""The return of a contract: what the figures of its profile ask of the engine."""

from __future__ import annotations

from datetime import date
from functools import cache

from patientapp.kpi.contract import Contract, contract
from patientapp.services.profiles import profile, profiles


@cache
def contract_of(name: str, first_day: date | None = None) -> Contract:
    """What a profile's contract counts; a service's own first day goes before the profile's."""
    found = profile(name)
    assert found is not None, f"{name} is no profile"
    return contract(
        found.figures, profile=name, first_day=first_day or found.first_day, closing=found.closes
    )


def known() -> tuple[str, ...]:
    """The profiles that have a return."""
    return tuple(sorted(profiles()))


def check_all() -> tuple[Contract, ...]:
    """Every contract read whole, so that a mistake in one stops the start and not a commissioner."""
    return tuple(contract_of(name) for name in known())
