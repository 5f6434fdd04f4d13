"""What a new document holds before anybody writes: dates, names, the plan, the dose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from patientapp.i18n import gettext as _
from patientapp.web.desk import day_words


def prefilled(
    *,
    kind_blocks: tuple[str, ...],
    days: Mapping[str, date],
    author: str,
    contact: str,
    flare_steps: list[str],
    dose: str,
) -> dict[str, str]:
    """The blocks of a kind that the record can fill in; a person reads and completes them."""
    known = {
        "dates": _dates(days),
        "responsible_clinician": author,
        "clinical_lead": author,
        "contacts": contact,
        "contact_first": contact,
        "flare_ups": "\n".join(flare_steps),
        "emergency_plan": "\n".join(flare_steps),
        "opioids_and_dependency": dose,
        "dose": dose,
    }
    return {block: known[block] for block in kind_blocks if known.get(block)}


def _dates(days: Mapping[str, date]) -> str:
    names = {
        "received": _("Referral received"),
        "first_appointment": _("First seen"),
        "discharged": _("Discharged"),
    }
    return "\n".join(f"{words}: {day_words(days[key])}" for key, words in names.items() if key in days)
