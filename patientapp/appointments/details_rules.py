"""When and where: what cannot be, how people write a time, and how a text names a place. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, time

from patientapp.appointments.rules import FURTHEST, LONGEST_VISIT, Details, VisitMode
from patientapp.patients.rules import Need, ascii_digits

LONGEST_PLACE = 100
LONGEST_LINK = 300
PLACE_IN_TEXT = 16  # characters: the budget of patient-experience.md section 7
_PLAIN = re.compile(r"[A-Za-z0-9 .,'()/&+-]+\Z")


def mistakes(details: Details, *, now: datetime, past_is_fine: bool = False) -> dict[str, list[str]]:
    """What is wrong with a time and place, by field, saying what to do; empty when nothing is."""
    wrong = {
        "starts_at": _time_mistake(details.starts_at, now=now, past_is_fine=past_is_fine),
        "minutes": ""
        if 1 <= details.minutes <= LONGEST_VISIT
        else f"Give a length from 1 to {LONGEST_VISIT} minutes.",
        "place": ""
        if len(details.place) <= LONGEST_PLACE
        else f"Use {LONGEST_PLACE} characters or fewer.",
        "video_link": _link_mistake(details),
    }
    return {name: [words] for name, words in wrong.items() if words}


def _time_mistake(starts_at: datetime, *, now: datetime, past_is_fine: bool) -> str:
    if starts_at <= now and not past_is_fine:
        return "Choose a time that is still to come."
    return "Check the year." if starts_at > now + FURTHEST else ""


def _link_mistake(details: Details) -> str:
    link = details.video_link
    if not link:
        return ""
    if details.mode is not VisitMode.VIDEO:
        return "Only a video visit has a video link."
    plain = _VIDEO_LINK.match(link) and not re.search(r"[\s<>\"']", link)
    return "" if plain and len(link) <= LONGEST_LINK else "Give an address that starts with https://"


def parse_clock(text: str) -> time | None:
    """A wall time as people write it: 10:30, 10.30, 1030, 9:00am, 2pm; None when it is none."""
    found = _CLOCK.match(ascii_digits(text).strip().lower())
    if found is None:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif found["minute"] is None:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None


_VIDEO_LINK = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?([/?#][!-~]*)?\Z", re.IGNORECASE)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.]?(?P<minute>\d{2})? ?(?:(?P<half>[ap])\.?m\.?)?\Z", re.A)


def place_word(details: Details) -> str:
    """The place as a text names it: a short name, or a code whose words messaging knows."""
    if details.mode is not VisitMode.FACE_TO_FACE:
        return f"@{details.mode.value}"
    place = details.place.strip()
    fits = 0 < len(place) <= PLACE_IN_TEXT and _PLAIN.match(place)
    return place if fits else "@letter"


_LIKED = {
    Need.MEETS_BY_PHONE: VisitMode.TELEPHONE,
    Need.MEETS_BY_VIDEO: VisitMode.VIDEO,
    Need.MEETS_IN_PERSON: VisitMode.FACE_TO_FACE,
    Need.MEETS_IN_A_GROUP: VisitMode.FACE_TO_FACE,
}


def usual_mode(needs: Iterable[str]) -> VisitMode:
    """How a person meets unless staff say otherwise: by their wish, at home by telephone (B35, B54)."""
    known = set(needs)
    liked = [mode for need, mode in _LIKED.items() if need in known]
    at_home = Need.HOUSEBOUND in known
    wished = next((mode for mode in liked if not at_home or mode is not VisitMode.FACE_TO_FACE), None)
    return wished or (VisitMode.TELEPHONE if at_home else VisitMode.FACE_TO_FACE)


def at_home_mistake(needs: Iterable[str], details: Details) -> dict[str, list[str]]:
    """Why somebody who cannot leave home cannot be asked to come; empty when they are not (B54)."""
    if Need.HOUSEBOUND not in needs or details.mode is not VisitMode.FACE_TO_FACE:
        return {}
    if "home" in details.place.lower():
        return {}
    return {"mode": ["Cannot leave home: choose telephone or video, or write Home as the place."]}
