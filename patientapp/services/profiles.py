"""The contracts that are shipped, by id, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from patientapp.questionnaires.schedule import check_all
from patientapp.services.profile import Profile
from patientapp.services.profile_parse import BrokenProfile, load

FOLDER = Path(__file__).with_name("contracts")
# Every service has these (contract.md section 6, and the two that the app records by itself); the room
# of episodes, which stands above, holds the same names, and a test holds the two equal.
EVENTS = frozenset(
    {
        "received",
        "first_appointment",
        "triaged",
        "returned",
        "accepted",
        "contact_attempted",
        "contacted",
        "offered",
        "wait_by_choice_from",
        "wait_by_choice_to",
        "treatment_started",
        "programme_started",
        "programme_session",
        "programme_completed",
        "holistic_review",
        "plan_issued",
        "plan_agreed",
        "family_impact_found",
        "family_plan_agreed",
        "notification_due",
        "notification_sent",
        "discharged",
        "summary_sent",
        "moved_to_pifu",
        "discharged_to_pifu",
        "asked_to_return",
        "opioid_dose",
        "gp_opioid_notice",
        "opioid_recommended",
        "onward_referred",
        "registry_submitted",
        "complaint",
        "complaint_acknowledged",
        "complaint_closed",
        "compliment",
        "dataset_due",
        "dataset_submitted",
    }
)


def read(path: Path) -> Profile:
    """One file, shipped or not; BrokenProfile says what is wrong with it."""
    return load(path, events=EVENTS, schedules=frozenset(one.id for one in check_all()))


@cache
def profiles() -> dict[str, Profile]:
    """Every contract that is shipped, by id."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.toml"))}


def profile(name: str) -> Profile | None:
    """The contract of this id; None for a service that names none."""
    return profiles().get(name)


__all__ = ["BrokenProfile", "profile", "profiles", "read"]
