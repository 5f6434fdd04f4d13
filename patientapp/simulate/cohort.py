"""Made-up people and what happened to them, drawn from rates; pure: the same seed, the same people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from patientapp.simulate.answers import responses
from patientapp.workdays import is_working_day

DAY = timedelta(days=1)
GIVEN = ("Alex", "Ashley", "Charlie", "Jamie", "Jordan", "Lee", "Morgan", "Robin", "Sam", "Taylor")
FAMILY = ("Ashdown", "Brook", "Carver", "Dale", "Easton", "Fenwick", "Grange", "Hollis", "Ives", "Lowe")
LETTERS, LETTER_SHARES = "ABCHJKMNRZ", (0.72, 0.02, 0.06, 0.04, 0.04, 0.02, 0.02, 0.02, 0.02, 0.04)
REASONS = ("completed", "disengaged", "left_area", "no_longer_appropriate", "self_discharge", "died")
REASON_SHARES = (0.72, 0.12, 0.04, 0.06, 0.05, 0.01)
COHORTS = {"mid_notts": (0.85, 0.15, 0.0), "highly_specialist": (0.75, 0.0, 0.25)}
COHORT_NAMES = ("pain", "cfs", "neuromodulation")
LAST_NUMBER = 10**6


@cache
def rates() -> Mapping[str, Mapping[str, float]]:
    """The rates of the data file."""
    text = Path(__file__).with_name("rates.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True)
class Visit:
    """One appointment."""

    booked: datetime
    starts: datetime
    kind: str
    mode: str
    state: str


@dataclass
class Story:
    """One made-up person's referral and all that followed, in London wall time."""

    number: int
    person: dict[str, Any]
    received: datetime
    urgent: bool
    cohort: str
    cancer: bool
    events: list[tuple[str, datetime, str]] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    responses: list[tuple[str, str, datetime, dict[str, int], str]] = field(default_factory=list)


def nhs_number(number: int) -> str:
    """The number-th of the 999 range that passes the check digit."""
    first = f"999{number % LAST_NUMBER:06d}"
    check = (11 - sum(int(d) * w for d, w in zip(first, range(10, 1, -1), strict=True)) % 11) % 11
    return "" if check == 10 else first + str(check)


def stories(profile: str, people: int, first: date, last: date, *, seed: int) -> Iterator[Story]:
    """So many people referred from a first to a last day, each told up to the last day."""
    draw = np.random.default_rng(seed)
    for number in range(people):
        yield _Teller(profile, number, draw, first, last).story


class _Teller:
    """Tells one person's story: each draw comes from the one generator, in one order."""

    def __init__(
        self, profile: str, number: int, draw: np.random.Generator, first: date, last: date
    ) -> None:
        self.profile, self.draw, self.last = profile, draw, last
        at = self.moment(first + timedelta(int(draw.integers((last - first).days + 1))), any_day=True)
        shares = rates()["shares"]
        self.story = Story(
            number=number,
            person=self.person(number),
            received=at,
            urgent=self.chance(shares["urgent"]),
            cohort=str(draw.choice(COHORT_NAMES, p=COHORTS.get(profile, (1.0, 0.0, 0.0)))),
            cancer=self.chance(shares["cancer"]),
        )
        self.care()

    def chance(self, share: float) -> bool:
        return bool(self.draw.random() < share)

    def moment(self, day: date, *, any_day: bool = False) -> datetime:
        """An hour of a working day; a receipt comes on any day, and after closing too."""
        while not any_day and not is_working_day(day):
            day += DAY
        minute = int(self.draw.integers(8 * 60, 20 * 60 if any_day else 17 * 60))
        return datetime.combine(day, time(minute // 60, minute % 60))

    def after(self, start: datetime, mean: float, *, least: int = 0) -> datetime:
        """Some working days later."""
        wait = least + int(self.draw.geometric(1 / (mean + 1))) - 1
        return max(self.moment(start.date() + timedelta(wait)), start + timedelta(minutes=5))

    def add(self, name: str, at: datetime, detail: str = "") -> None:
        if at.date() <= self.last:
            self.story.events.append((name, at, detail))

    def person(self, number: int) -> dict[str, Any]:
        draw = self.draw
        decile = int(draw.integers(1, 11))
        born = date(int(draw.integers(1940, 2006)), int(draw.integers(1, 13)), int(draw.integers(1, 29)))
        return {
            "given_name": str(draw.choice(GIVEN)),
            "family_name": f"{draw.choice(FAMILY)}{number}",
            "birth_date": born,
            "sex": str(draw.choice(("female", "male", "other"), p=(0.64, 0.35, 0.01))),
            "ethnicity": str(draw.choice(list(LETTERS), p=LETTER_SHARES)),
            "imd_decile": decile,
            "language": str(draw.choice(("en", "pl", "ur"), p=(0.94, 0.04, 0.02))),
            "needs": ["large_print"] if self.chance(0.08) else [],
        }

    def care(self) -> None:
        one, clocks, shares = self.story, rates()["clocks"], rates()["shares"]
        triaged = self.after(one.received, clocks["triage"] / (3 if one.urgent else 1))
        if self.chance(shares["returned"]):
            self.add("returned", triaged, str(self.draw.choice(("inappropriate", "incomplete"))))
            return
        self.add("triaged", triaged)
        self.add("accepted", triaged)
        contacted = self.after(one.received, clocks["contact"])
        self.add("contact_attempted", contacted)
        self.add("contacted", contacted)
        self.add("offered", contacted)
        if self.chance(shares["chose_to_wait"]):
            self.add("wait_by_choice_from", contacted)
            self.add("wait_by_choice_to", contacted + timedelta(14))
            contacted += timedelta(14)
        seen = self.visit(contacted, "first", clocks["first_visit"] / (4 if one.urgent else 1))
        if seen is not None:
            self.treat(seen)

    def visit(self, booked: datetime, kind: str, mean: float) -> datetime | None:
        """Visits until one is kept, three at most; when that was."""
        chances = rates()["visits"]
        names = ("missed", "cancelled_by_patient", "cancelled_by_service")
        for _try in range(3):
            starts = self.after(booked, mean, least=2)
            if starts.date() > self.last:
                return None
            drawn, state = self.draw.random(), "attended"
            for name in names:
                if drawn < chances[name]:
                    state = name
                    break
                drawn -= chances[name]
            virtual = self.chance(chances["virtual"])
            mode = str(self.draw.choice(("video", "telephone"))) if virtual else "face_to_face"
            self.story.visits.append(Visit(booked, starts, kind, mode, state))
            if state == "attended":
                return starts
            booked = starts
        return None

    def treat(self, seen: datetime) -> None:
        one, clocks, shares = self.story, rates()["clocks"], rates()["shares"]
        start = self.after(seen, clocks["treatment"])
        self.add("treatment_started", start)
        if self.chance(shares["holistic_review"]):
            self.add("holistic_review", seen)
        if self.chance(shares["plan"]):
            self.add("plan_agreed", start)
            self.add("plan_issued", self.after(start, 2))
        if self.chance(shares["family"]):
            self.add("family_impact_found", seen)
            self.add("family_plan_agreed", self.after(start, 4))
        if one.cohort == "neuromodulation":
            self.add("registry_submitted", self.after(start, 20))
        if self.chance(shares["programme"]):
            self.add("programme_started", start)
            if self.chance(0.7):
                self.add("programme_completed", start + timedelta(42))
        self.opioids(seen)
        self.letter(seen)
        gone = self.follow(start)
        responses(one, self.draw, rates(), seen=seen, gone=gone, last=self.last)

    def opioids(self, seen: datetime) -> None:
        shares = rates()["shares"]
        if not self.chance(shares["opioids"]):
            return
        high = self.chance(shares["high_dose"])
        mg = int(self.draw.integers(100, 200) if high else self.draw.integers(5, 99))
        self.add("opioid_dose", seen, str(mg))
        if high:
            self.add("gp_opioid_notice", self.after(seen, 2))
        if self.chance(0.1):
            self.add("opioid_recommended", seen)

    def letter(self, at: datetime) -> None:
        name = f"clinic_letter:L{self.story.number}"
        self.add("notification_due", at, name)
        self.add("notification_sent", self.after(at, rates()["clocks"]["letter"]), name)

    def follow(self, start: datetime) -> datetime | None:
        """Follow-up visits to discharge; when that was, None while care goes on."""
        clocks, shares = rates()["clocks"], rates()["shares"]
        at: datetime | None = start
        for kind in ("follow_up", "review", "pifu")[: int(self.draw.integers(1, 4))]:
            at = self.visit(at, kind, clocks["care"] / 4) if at else None
        for name in ("complaint", "compliment"):
            if self.chance(shares[name]):
                self.add(name, self.after(start, 30))
        if at is None:
            return None
        if self.chance(0.1):
            self.add("moved_to_pifu", at)
        gone = self.after(at, 10)
        if gone.date() > self.last:
            return None
        reason = str(self.draw.choice(REASONS, p=REASON_SHARES))
        self.add("discharged", gone, reason)
        if self.chance(0.05):
            self.add("discharged_to_pifu", gone)
        self.add("summary_sent", self.after(gone, clocks["letter"]))
        return None if reason == "died" else gone
