# ruff: noqa: TID251 - tables are easier to check in one line
"""Made-up cohorts as rows of the six import files (contract.md section 6), out of one seed."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

Row = dict[str, str]
Cohort = dict[str, list[Row]]
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
EVENTS_AFTER = (
    ("wait_by_choice_from", 0.15, 0, 30),
    ("wait_by_choice_to", 0.1, 10, 60),
    ("treatment_started", 0.6, 10, 70),
    ("programme_started", 0.5, 5, 60),
    ("programme_completed", 0.3, 60, 120),
    ("holistic_review", 0.5, 5, 60),
    ("plan_issued", 0.5, 5, 60),
    ("plan_agreed", 0.5, 5, 60),
    ("family_impact_found", 0.3, 5, 40),
    ("family_plan_agreed", 0.3, 10, 60),
    ("moved_to_pifu", 0.15, 60, 200),
    ("discharged_to_pifu", 0.1, 60, 200),
    ("gp_opioid_notice", 0.2, 5, 100),
    ("opioid_recommended", 0.2, 5, 100),
    ("registry_submitted", 0.3, 5, 100),
    ("complaint", 0.1, 5, 100),
    ("compliment", 0.1, 5, 100),
    ("contact_attempted", 0.5, 0, 10),
    ("contacted", 0.7, 0, 12),
    ("offered", 0.7, 0, 12),
    ("accepted", 0.7, 0, 8),
)
REASONS = ("completed", "disengaged", "left_area", "no_longer_appropriate", "self_discharge", "died")
EDGE_TIMES = ((9, 0), (17, 29), (17, 30), (17, 31), (18, 30), (18, 31), (23, 59), (0, 0))


class Maker:
    """Makes one cohort; every draw comes from one generator."""

    def __init__(self, seed: int, size: int) -> None:
        self.draw = random.Random(seed)
        self.rows: Cohort = {
            kind: [] for kind in ("patients", "referrals", "events", "appointments", "responses", "fft")
        }
        for number in range(max(1, size // 2)):
            self.rows["patients"].append(self.patient(number))
        for number in range(size):
            self.referral(number)
        self.feedback()
        self.data_sets()

    def moment(self, day: date) -> str:
        hour, minute = self.draw.choice(EDGE_TIMES)
        return f"{day.isoformat()}T{hour:02d}:{minute:02d}"

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def patient(self, number: int) -> Row:
        return {
            "patient_key": f"P{number}",
            "given_name": "Sam",
            "family_name": f"Sample{number}",
            "birth_date": f"{self.draw.randint(1935, 2004)}-03-03",
            "sex": self.draw.choice(("male", "female", "other", "unknown")),
        }

    def referral(self, number: int) -> None:
        received = FIRST - timedelta(40) + timedelta(self.draw.randint(0, 380))
        key = f"R{number}"
        self.rows["referrals"].append(
            {
                "referral_key": key,
                "patient_key": self.draw.choice(self.rows["patients"])["patient_key"],
                "received_at": self.moment(received),
                "urgency": self.draw.choice(("routine", "routine", "urgent")),
                "source": "gp",
                "pain_site": "back",
                "cohort": self.draw.choice(("pain", "pain", "cfs", "neuromodulation")),
                "cancer": self.draw.choice("nny"),
            }
        )
        if self.chance(0.8):
            self.event(key, "triaged", received + timedelta(self.draw.randint(1, 7)))
        if self.chance(0.15):
            detail = self.draw.choice(("inappropriate", "incomplete"))
            self.event(key, "returned", received + timedelta(self.draw.randint(1, 7)), detail)
        for name, share, least, most in EVENTS_AFTER:
            if self.chance(share):
                self.event(key, name, received + timedelta(self.draw.randint(max(1, least), most)))
        for _dose in range(self.draw.randint(0, 2)):
            mg = self.draw.choice(("0", "99", "100", "101", "99.9"))
            self.event(key, "opioid_dose", received + timedelta(self.draw.randint(5, 150)), mg)
        apart = random.Random(f"onward {key}")  # a stream of its own: what else is drawn stays the same
        for _onward in range(apart.randint(0, 2)):
            to = apart.choice(("", "secondary_pain", "tier3", "mental_health", "other"))
            self.event(key, "onward_referred", received + timedelta(apart.randint(5, 150)), to)
        self.letters(key, received)
        gone = None
        if self.chance(0.6):
            gone = received + timedelta(self.draw.choice((60, 150, 181, 182, 184, 274, 276)))
            self.event(key, "discharged", gone, self.draw.choice(REASONS))
            if self.chance(0.8):
                self.event(key, "summary_sent", gone + timedelta(self.draw.randint(1, 10)))
        self.visits(key, received)
        self.answers(key, received, gone)

    def event(self, referral: str, name: str, day: date, detail: str = "") -> None:
        row = {"event_key": f"E{len(self.rows['events'])}", "referral_key": referral, "event": name}
        self.rows["events"].append(row | {"at": self.moment(day), "detail": detail})

    def letters(self, key: str, received: date) -> None:
        for number in range(self.draw.randint(0, 2)):
            name = self.draw.choice(("onward_referral", "clinic_letter"))
            detail = f"{name}:L{key}-{number}"
            due = received + timedelta(self.draw.randint(1, 60))
            self.event(key, "notification_due", due, detail)
            if self.chance(0.8):
                self.event(key, "notification_sent", due + timedelta(self.draw.randint(0, 10)), detail)

    def visits(self, key: str, received: date) -> None:
        for number in range(self.draw.randint(0, 4)):
            day = received + timedelta(
                self.draw.randint(5, 50) if number == 0 else self.draw.randint(20, 200)
            )
            self.rows["appointments"].append(
                {
                    "appointment_key": f"A{len(self.rows['appointments'])}",
                    "referral_key": key,
                    "booked_at": self.moment(received + timedelta(1)),
                    "starts_at": self.moment(day).replace("T00:00", "T10:00").replace("T23:59", "T11:00"),
                    "minutes": "30",
                    "kind": "first"
                    if number == 0
                    else self.draw.choice(("follow_up", "group", "pifu", "review")),
                    "mode": self.draw.choice(("face_to_face", "video", "telephone")),
                    "status": self.draw.choice(
                        (
                            "attended",
                            "attended",
                            "attended",
                            "missed",
                            "cancelled_by_patient",
                            "cancelled_by_service",
                        )
                    ),
                    "reminder_arm": self.draw.choice(("", "usual", "cost")),
                }
            )

    def answers(self, key: str, received: date, gone: date | None) -> None:
        for instrument, items, low, high in (
            (
                "bpi_sf",
                "worst least average now general_activity mood walking work relations sleep enjoyment",
                0,
                10,
            ),
            ("eq5d5l", "mo sc ua pd ad", 1, 5),
            ("pseq", " ".join(f"q{n}" for n in range(1, 11)), 0, 6),
            ("functioning", "physical social", 0, 10),
        ):
            for point in ("T0", "TD", "T6"):
                for _again in range(self.draw.choice((0, 1, 1, 2))):
                    day = received if point == "T0" else (gone or received + timedelta(100))
                    day += timedelta(self.draw.randint(1, 30) + (182 if point == "T6" else 0))
                    self.response(key, instrument, point, day, items, low, high)
        for instrument, items, low, high in (
            (
                "outcome_survey",
                "physical psychological social medicines_control medicines_plan no_medicines",
                0,
                1,
            ),
            ("experience", "overall plan_received information_helpful", 0, 1),
            ("experience_family", "information_helpful", 0, 1),
            ("collaborate", "q1 q2 q3", 8, 9),
        ):
            if self.chance(0.5):
                day = received + timedelta(self.draw.randint(30, 250))
                self.response(key, instrument, self.draw.choice(("TD", "review")), day, items, low, high)

    def response(
        self, key: str, instrument: str, point: str, day: date, items: str, low: int, high: int
    ) -> None:
        number = len(self.rows["responses"])
        mode = self.draw.choice(("self", "self", "paper", "phone", "proxy"))
        at = datetime.combine(day, datetime.min.time()) + timedelta(minutes=480 + number % 900)
        drop = self.chance(0.15)
        for item in items.split():
            if drop and self.chance(0.3):
                continue
            top = 6 if item == "overall" else high
            least = 1 if item == "overall" else low
            self.rows["responses"].append(
                {
                    "response_key": f"Q{number}",
                    "referral_key": key,
                    "instrument": instrument,
                    "time_point": point,
                    "completed_at": at.isoformat(timespec="minutes"),
                    "mode": mode,
                    "item": item,
                    "value": str(self.draw.randint(least, top)),
                }
            )

    def feedback(self) -> None:
        for number in range(24):
            day = FIRST + timedelta(self.draw.randint(0, 364))
            self.rows["fft"].append(
                {
                    "fft_key": f"F{number}",
                    "date": day.isoformat(),
                    "method": self.draw.choice(("sms", "paper")),
                    "response": self.draw.choice(("1", "2", "3", "4", "5", "6", "")),
                    "count": str(self.draw.randint(1, 30)),
                }
            )

    def data_sets(self) -> None:
        for month in range(1, 12):
            period, due = f"2025-{month:02d}", date(2025, month + 1, 14)
            self.event("", "dataset_due", due, period)
            if self.chance(0.8):
                self.event("", "dataset_submitted", due + timedelta(self.draw.choice((-2, 0, 1))), period)


def cohort(seed: int, size: int = 30) -> Cohort:
    """A cohort of so many referrals."""
    return Maker(seed, size).rows
