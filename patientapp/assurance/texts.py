"""Words about incidents, missing facts and approvals."""

from __future__ import annotations

from patientapp.assurance.missing import Missing
from patientapp.assurance.rules import Harm, IncidentKind
from patientapp.i18n import gettext as _


def kinds() -> list[tuple[str, str]]:
    """Kinds of incident, to choose from."""
    return [
        (IncidentKind.CONFIDENTIALITY, _("Somebody saw what was not theirs to see")),
        (IncidentKind.INTEGRITY, _("Something was wrong, lost or changed")),
        (IncidentKind.AVAILABILITY, _("The app did not work when it was needed")),
        (IncidentKind.SAFETY, _("A patient was harmed or might have been")),
        (IncidentKind.OTHER, _("Something else")),
    ]


def harms() -> list[tuple[str, str]]:
    """How much harm, to choose from."""
    return [
        (Harm.NONE, _("No harm")),
        (Harm.LOW, _("Low harm")),
        (Harm.MODERATE, _("Moderate harm")),
        (Harm.SEVERE, _("Severe harm or death")),
    ]


def mistake(field: str) -> str:
    """What is wrong with a field of a report."""
    words = {
        "kind": _("Choose what it was"),
        "harm": _("Choose how much harm"),
        "happened_on": _("Give the day, today or before"),
        "words": _("Say what happened, in 4,000 characters or fewer, without names"),
        "approved_by": _("Give the name and post of who agreed it"),
        "approved_on": _("Give the day, today or before"),
    }
    return words[field]


def missing(what: Missing) -> str:
    """What is not known, and why it is needed."""
    words = {
        Missing.TRIAGE: _("Referral older than a week without triage or return"),
        Missing.OUTCOME: _("Past visit without what became of it"),
        Missing.REASON: _("Discharge without a reason"),
        Missing.SUMMARY: _("Discharge more than a week ago without a summary sent"),
        Missing.NHS_NUMBER: _("No NHS number (data set)"),
        Missing.SEX: _("Sex not known (figures by group)"),
        Missing.ETHNICITY: _("Ethnicity not known (figures by group)"),
        Missing.DEPRIVATION: _("Deprivation not known (figures by group)"),
        Missing.PRACTICE: _("No GP practice to send letters to"),
    }
    return words[what]
