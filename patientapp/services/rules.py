"""What a member of staff and a service may look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from patientapp.access.viewer import Role

LEAST_PASSWORD_LENGTH = 12  # NCSC: length over character rules
MOST_PASSWORD_LENGTH = 200
LONGEST_SHORT_NAME = 20  # first words of every text (patient-experience.md section 7)
STAFF_ROLES = frozenset(Role) - {Role.PATIENT, Role.CARER}
CONDITIONS = (  # whole or at the start of a longer word; the name begins texts on locked phones
    *("pain", "arthrit", "backache", "cancer", "cfs", "chronic", "fatigue", "fibromyalgia"),
    *("headache", "migraine", "neuralgia", "neuromodulation", "neuropath", "opioid", "sciatica"),
)
_CONDITION = re.compile(rf"\b({'|'.join(CONDITIONS)})", re.I)
_E164 = re.compile(r"\+[1-9][0-9]{7,14}\Z")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


def email_key(email: str) -> str:
    """The one form in which an address is stored and looked up."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def password_form(password: str) -> str:
    """The same bytes for the same password, whichever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)


def staff_mistakes(*, email: str, name: str, password: str) -> dict[str, list[str]]:
    """What is wrong with a new member of staff, by field; empty when nothing is."""
    wrong: dict[str, list[str]] = {}
    if "@" not in email.strip("@ "):
        wrong["email"] = ["Give an email address."]
    if not name.strip():
        wrong["name"] = ["Give a name: alerts are closed by a named person."]
    if not LEAST_PASSWORD_LENGTH <= len(password_form(password)) <= MOST_PASSWORD_LENGTH:
        wrong["password"] = [
            f"Use {LEAST_PASSWORD_LENGTH} to {MOST_PASSWORD_LENGTH} characters; three words do."
        ]
    return wrong


def service_mistakes(*, slug: str, name: str, short_name: str, phone: str) -> dict[str, list[str]]:
    """What is wrong with a new service, by field; empty when nothing is."""
    wrong: dict[str, list[str]] = {}
    if not _SLUG.match(slug):
        wrong["slug"] = ["Use small letters, digits and single hyphens."]
    if not name.strip():
        wrong["name"] = ["Give a name."]
    if not 0 < len(short_name.strip()) <= LONGEST_SHORT_NAME:
        wrong["short_name"] = [f"Use 1 to {LONGEST_SHORT_NAME} characters: it begins every text."]
    elif named := _CONDITION.search(short_name):
        wrong["short_name"] = [f"Leave out {named[0]!r}: it begins every text, and names no condition."]
    if not phone.strip():
        wrong["phone"] = ["Give a telephone number: it stands on every page and in every text."]
    return wrong


def can_be_texted(number: str) -> bool:
    """Whether texts can be addressed to this: + and the country's number, without spaces (E.164)."""
    return bool(_E164.match(number))


def nobody_told(*, duty: str, following: str, lead: str) -> list[str]:
    """What it means that a number for alerts is missing, in sentences; empty when all are there."""
    said = []
    if not duty:
        said.append("No --duty-phone: worrying answers wait on the staff list and are told to nobody.")
    if not (following and lead):
        said.append(
            "No --next-phone or no --lead-phone: an alert without an owner is passed to fewer people."
        )
    return said


def with_patients(roles: Iterable[Role]) -> bool:
    """Whether any of these roles reaches patients' records at all (SEC-04, SEC-05)."""
    return not frozenset(roles).isdisjoint({Role.CLINICIAN, Role.SERVICE_ADMIN})
