"""The staff's form of when and where, as it was typed and as it is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from patientapp.appointments.details_rules import parse_clock
from patientapp.appointments.rules import Details, VisitMode
from patientapp.errors import Invalid
from patientapp.i18n import gettext as _
from patientapp.patients.rules import ascii_digits, parse_birth_date
from patientapp.workdays import FIRST_DAY, LAST_DAY, LONDON, at_london


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What stands in the boxes."""

    day: str = ""
    month: str = ""
    year: str = ""
    clock: str = ""
    minutes: str = "30"
    mode: str = VisitMode.FACE_TO_FACE
    place: str = ""
    interpreter: str = ""
    video_link: str = ""
    episode: str = ""
    kind: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Typed:
        """What was posted."""
        return cls(**{one.name: form.get(one.name, "").strip() for one in fields(cls)})

    @classmethod
    def of_details(cls, details: Details) -> Typed:
        """A visit as it stands, to be changed."""
        local = details.starts_at.astimezone(LONDON)
        return cls(
            day=str(local.day),
            month=str(local.month),
            year=str(local.year),
            clock=local.strftime("%H:%M"),
            minutes=str(details.minutes),
            mode=details.mode,
            place=details.place,
            interpreter="y" if details.interpreter else "",
            video_link=details.video_link,
        )

    def get(self, name: str, default: str = "") -> str:
        """As a mapping, for the macro of the three boxes."""
        return str(getattr(self, name, default))


def read_details(typed: Typed) -> tuple[Details | None, dict[str, str]]:
    """The details that were meant, or what is wrong by field."""
    wrong: dict[str, str] = {}
    day = parse_birth_date(typed.day, typed.month, typed.year)
    wall = parse_clock(typed.clock)
    length = ascii_digits(typed.minutes)
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        wrong["day"] = _("Check the date: day, month and a year of 4 digits")
    if wall is None:
        wrong["clock"] = _("Enter a time, like 10:30 or 2:15pm")
    if not (length.isascii() and length.isdigit()) or len(length) > 4:
        wrong["minutes"] = _("Enter the length in whole minutes")
    if typed.mode not in set(VisitMode):
        wrong["mode"] = _("Choose how you meet")
    if wrong or day is None or wall is None:
        return None, wrong
    return Details(
        starts_at=at_london(day, wall),
        minutes=int(length),
        mode=VisitMode(typed.mode),
        place=typed.place,
        interpreter=bool(typed.interpreter),
        video_link=typed.video_link,
    ), wrong


def wrong_words(problem: Invalid) -> dict[str, str]:
    """The refusals of the rules, under the boxes of the form."""
    names = {"starts_at": "day", "on": "day"}
    return {names.get(name, name): str(words[0]) for name, words in problem.fields.items()}


def targets(wrong: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where the summary of errors leads: the boxes by their ids."""
    return [("dob-day" if name == "day" else name, words) for name, words in wrong.items()]
