"""Words about patients' records."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.patients.contact_rules import ChosenTime, PauseReason
from patientapp.patients.rules import Need, Sex

Options = list[tuple[str, str]]


def sorts() -> Options:
    """What the list may be sorted by."""
    return [("name", _("Name")), ("born", _("Date of birth")), ("added", _("Date added"))]


def sexes() -> Options:
    """As the NHS records it."""
    return [
        (Sex.FEMALE, _("Female")),
        (Sex.MALE, _("Male")),
        (Sex.OTHER, _("Other")),
        (Sex.UNKNOWN, _("Not known")),
    ]


def needs() -> Options:
    """Communication needs (CLIN-11)."""
    return [
        (Need.NO_TEXTS, _("No text messages")),
        (Need.PHONE_ONLY, _("Telephone only")),
        (Need.PAPER, _("Paper")),
        (Need.LARGE_PRINT, _("Large print")),
        (Need.EASY_READ, _("Easy Read")),
        (Need.AUDIO, _("Audio")),
        (Need.BRAILLE, _("Braille")),
        (Need.INTERPRETER, _("Interpreter")),
        (Need.BSL, _("British Sign Language")),
        (Need.HOUSEBOUND, _("Cannot leave home")),
        (Need.MEETS_BY_PHONE, _("Likes to meet by telephone")),
        (Need.MEETS_BY_VIDEO, _("Likes to meet by video")),
        (Need.MEETS_IN_PERSON, _("Likes to meet in person")),
        (Need.MEETS_IN_A_GROUP, _("Likes to meet in a group")),
    ]


def chosen_times() -> Options:
    """When texts come."""
    return [
        (ChosenTime.MORNING, _("In the morning, at 10:00")),
        (ChosenTime.EVENING, _("In the evening, at 17:30")),
    ]


def pause_reasons() -> Options:
    """Why questionnaires and feedback wait."""
    return [
        (PauseReason.BEREAVEMENT, _("A bereavement")),
        (PauseReason.COMPLAINT, _("A complaint")),
        (PauseReason.OTHER, _("Another reason")),
    ]


def languages() -> Options:
    """The first languages of patient-experience.md section 10, in English for staff."""
    return [
        ("en", _("English")),
        ("ar", _("Arabic")),
        ("pa", _("Punjabi")),
        ("pl", _("Polish")),
        ("ro", _("Romanian")),
        ("ur", _("Urdu")),
    ]


def of_field(name: str, words: str, *, typed: str) -> str:
    """What to say of a field: our own words where the schema's are for machines."""
    if name == "birth_date" and words == "Not a valid date.":
        return _("Check the date of birth: day, month and a year of 4 digits")
    if words.startswith(("Length must", "Missing data", "Shorter than")) and not typed.strip():
        missing = {
            "given_name": _("Give a given name"),
            "family_name": _("Give a family name"),
        }
        return missing.get(name, _("Fill this in"))
    return _("Choose one from the list") if words.startswith("Must be one of") else words
