# ruff: noqa: E501, SIM102 - tables are easier to check in one line
"""An oracle of the KPIs, written apart from the engine: plain loops over rows of the import files.

It follows requirements.md 1.0 and 1.6, readings.md and contract.md sections 4 and 6, and imports
nothing of patientapp. Bank holidays come from the `holidays` package.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from typing import Any

import holidays

BANK = holidays.country_holidays("GB", subdiv="ENG", years=range(2023, 2030))
DAY = timedelta(days=1)
CLOSING = {"south_cheshire": time(17, 30), "mid_notts": time(18, 30)}
UK_2026 = {
    "mo": (0, 0.032, 0.058, 0.179, 0.279),
    "sc": (0, 0.038, 0.060, 0.162, 0.206),
    "ua": (0, 0.049, 0.086, 0.184, 0.212),
    "pd": (0, 0.056, 0.066, 0.371, 0.479),
    "ad": (0, 0.041, 0.126, 0.313, 0.391),
}
SEVERITY = ("worst", "least", "average", "now")
INTERFERENCE = ("general_activity", "mood", "walking", "work", "relations", "sleep", "enjoyment")
MIC = {"bpi_severity": 2.2, "bpi_interference": 1.0, "eq5d_index": 0.078, "pseq": 5.5}
REASONS = ("completed", "disengaged", "left_area", "no_longer_appropriate", "self_discharge", "died")

Answer = tuple[int, int | None]


def working(day: date) -> bool:
    return day.weekday() < 5 and day not in BANK


def waited(start: datetime, act: datetime, closing: time | None) -> int:
    """Working days from day 0 to the day of the act."""
    zero = start.date()
    if closing and start.time() > closing:
        zero += DAY
    while not working(zero):
        zero += DAY
    count, day = 0, zero
    while day < act.date():
        day += DAY
        count += working(day)
    return count


def plus_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def score(name: str, items: dict[str, int]) -> float | None:
    if name == "bpi_severity":
        return sum(items[i] for i in SEVERITY) / 4 if all(i in items for i in SEVERITY) else None
    if name == "bpi_interference":
        given = [items[i] for i in INTERFERENCE if i in items]
        return sum(given) / len(given) if len(given) >= 4 else None
    if name == "eq5d_index":
        return (
            1 - sum(UK_2026[d][items[d] - 1] for d in UK_2026)
            if all(d in items for d in UK_2026)
            else None
        )
    wanted = [f"q{n}" for n in range(1, 11)]
    return float(sum(items[i] for i in wanted)) if all(i in items for i in wanted) else None


INSTRUMENT = {
    "bpi_severity": "bpi_sf",
    "bpi_interference": "bpi_sf",
    "eq5d_index": "eq5d5l",
    "pseq": "pseq",
}


class Oracle:
    """The numbers of one service over one period."""

    def __init__(
        self, rows: dict[str, list[dict[str, str]]], service: str, first: date, last: date
    ) -> None:
        self.service, self.first, self.last = service, first, last
        self.closing = CLOSING.get(service)
        self.referrals = {r["referral_key"]: self._referral(r) for r in rows["referrals"]}
        self.loose: list[tuple[str, datetime, str]] = []
        for row in sorted(rows["events"], key=lambda r: r["at"]):
            entry = (row["event"], datetime.fromisoformat(row["at"]), row["detail"])
            if row["referral_key"]:
                self.referrals[row["referral_key"]]["events"].append(entry)
            else:
                self.loose.append(entry)
        for row in sorted(rows["appointments"], key=lambda r: r["starts_at"]):
            visit = row | {"at": datetime.fromisoformat(row["starts_at"])}
            self.referrals[row["referral_key"]]["visits"].append(visit)
        self._responses(rows["responses"])
        self.fft = rows["fft"]

    def _referral(self, row: dict[str, str]) -> dict[str, Any]:
        at = datetime.fromisoformat(row["received_at"])
        return row | {"received": at, "events": [], "visits": [], "answers": []}

    def _responses(self, rows: list[dict[str, str]]) -> None:
        kept: dict[str, dict[str, Any]] = {}
        for row in rows:
            one = kept.setdefault(row["response_key"], row | {"items": {}})
            one["items"][row["item"]] = int(row["value"])
        for one in sorted(kept.values(), key=lambda r: r["completed_at"]):
            one["at"] = datetime.fromisoformat(one["completed_at"])
            self.referrals[one["referral_key"]]["answers"].append(one)

    def inside(self, at: datetime | None) -> bool:
        return at is not None and self.first <= at.date() <= self.last

    def when(self, r: dict[str, Any], *names: str) -> datetime | None:
        return next((at for name, at, _detail in r["events"] if name in names), None)

    def attended(self, r: dict[str, Any]) -> list[dict[str, Any]]:
        return [v for v in r["visits"] if v["status"] == "attended"]

    def first_attended(self, r: dict[str, Any]) -> datetime | None:
        return next((v["at"] for v in self.attended(r)), None)

    # clocks ------------------------------------------------------------------------------------

    def _by_receipt(self, limit: int, acts: tuple[str, ...], keep: Any = None) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            if not self.inside(r["received"]) or (keep and not keep(r)):
                continue
            act = self.when(r, *acts)
            den += 1
            num += act is not None and waited(r["received"], act, self.closing) <= limit
        return num, den

    def k11(self) -> Answer:
        limit = {"bassetlaw": 3, "south_cheshire": 3, "mid_notts": 2}[self.service]
        routine = (lambda r: r["urgency"] == "routine") if self.service == "south_cheshire" else None
        return self._by_receipt(limit, ("triaged", "returned"), routine)

    def k11u(self) -> Answer:
        return self._by_receipt(1, ("triaged", "returned"), lambda r: r["urgency"] == "urgent")

    def k12(self) -> Answer:
        limit = 3 if self.service == "bassetlaw" else 2
        return self._by_receipt(limit, ("returned",), lambda r: self.when(r, "returned"))

    def k13(self) -> Answer:
        act = "offered" if self.service == "bassetlaw" else "contacted"
        return self._by_receipt(5, (act,), lambda r: not self.when(r, "returned"))

    def _chose(self, r: dict[str, Any], start: datetime, end: datetime) -> bool:
        wish = self.when(r, "wait_by_choice_from")
        until = [at for name, at, _d in r["events"] if name == "wait_by_choice_to"]
        if wish is None or wish.date() > end.date():
            return False
        return not until or until[-1].date() >= start.date()

    def k14(self, urgency: str = "routine") -> Answer:
        num = den = 0
        cheshire = self.service == "south_cheshire"
        for r in self.referrals.values():
            if cheshire and r["urgency"] != urgency:
                continue
            if cheshire:
                seen = [v["at"] for v in self.attended(r) if v["mode"] == "face_to_face"]
                start = self.when(r, "triaged")
            else:
                seen = [v["at"] for v in self.attended(r) if v["kind"] == "first"]
                start = r["received"]
            if not seen or not self.inside(seen[0]) or start is None or self._chose(r, start, seen[0]):
                continue
            den += 1
            num += waited(start, seen[0], self.closing) <= (5 if cheshire and urgency == "urgent" else 20)
        return num, den

    def k14u(self) -> Answer:
        return self.k14("urgent")

    def k15(self, act: str = "treatment_started", limit: int = 30) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            end = self.when(r, act)
            if not self.inside(end):
                continue
            if self.service == "bassetlaw" and self._chose(r, r["received"], end):
                continue
            den += 1
            num += waited(r["received"], end, self.closing) <= limit
        return num, den

    def k15p(self) -> Answer:
        return self.k15("programme_started", 20)

    def k18(self) -> Answer:
        num = den = 0
        months = 9 if self.service == "durham_tier3" else 6
        for r in self.referrals.values():
            if self.service == "bassetlaw":
                ends = ("discharged", "moved_to_pifu", "discharged_to_pifu")
                start, end = r["received"], self.when(r, *ends)
            else:
                start, end = (
                    self.when(r, "treatment_started", "programme_started"),
                    self.when(r, "discharged"),
                )
            if not self.inside(end) or start is None:
                continue
            den += 1
            num += end.date() <= plus_months(start.date(), months)
        return num, den

    def _summaries(self) -> Answer:
        num = den = 0
        limit = 3 if self.service == "durham_tier3" else 5
        for r in self.referrals.values():
            gone, sent = self.when(r, "discharged"), self.when(r, "summary_sent")
            if self.inside(gone):
                den += 1
                num += sent is not None and waited(gone, sent, self.closing) <= limit
        return num, den

    def k19n(self) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            for name, due, detail in r["events"]:
                if name != "notification_due" or not self.inside(due):
                    continue
                limit = {"durham_tier3": 3, "mid_notts": 3}.get(self.service, 5)
                if self.service == "mid_notts" and detail.startswith("clinic_letter"):
                    limit = 5
                sent = [at for n, at, d in r["events"] if n == "notification_sent" and d == detail]
                den += 1
                num += bool(sent) and waited(due, sent[0], self.closing) <= limit
        return num, den

    def k19(self) -> Answer:
        one = self._summaries()
        if self.service != "bassetlaw":
            return one
        other = self.k19n()
        return one[0] + other[0], one[1] + (other[1] or 0)

    def rtt18(self) -> Answer:
        ends = [(r["received"], self.when(r, "treatment_started")) for r in self.referrals.values()]
        waits = [(end.date() - start.date()).days for start, end in ends if end and self.inside(end)]
        return sum(w <= 126 for w in waits), len(waits)

    def k26(self, cancer: str) -> Answer:
        some = [r for r in self.referrals.values() if r["cancer"] == cancer]
        ends = [(r["received"], self.when(r, "treatment_started")) for r in some]
        waits = [(end.date() - start.date()).days for start, end in ends if end and self.inside(end)]
        return sum(waits), len(waits)

    # visits ------------------------------------------------------------------------------------

    def _visits(self) -> list[dict[str, Any]]:
        return [v for r in self.referrals.values() for v in r["visits"] if self.inside(v["at"])]

    def k16(self) -> Answer:
        some = [v for v in self._visits() if v["status"] == "attended"]
        return sum(v["mode"] != "face_to_face" for v in some), len(some)

    def k17a(self) -> Answer:
        some = [v for v in self._visits() if v["status"] == "attended"]
        return sum(v["kind"] == "pifu" for v in some), len(some)

    def k17b(self) -> Answer:
        moves = self._count("moved_to_pifu", "discharged_to_pifu")
        return moves, self.k16()[1]

    def k21(self) -> Answer:
        some = [v for v in self._visits() if v["status"] == "attended"]
        return sum(v["kind"] != "first" for v in some), sum(v["kind"] == "first" for v in some)

    def k29(self, status: str) -> Answer:
        some = self._visits()
        return sum(v["status"] == status for v in some), len(some)

    # outcomes ----------------------------------------------------------------------------------

    def _scored(self, r: dict[str, Any], name: str, point: str) -> list[tuple[datetime, float]]:
        found = []
        for a in r["answers"]:
            if a["instrument"] == INSTRUMENT[name] and a["time_point"] == point and a["mode"] != "proxy":
                value = score(name, a["items"])
                if value is not None:
                    found.append((a["at"], value))
        return found

    def _gain(self, r: dict[str, Any], name: str) -> float | None:
        entry, leaving = self._scored(r, name, "T0"), self._scored(r, name, "TD")
        if not entry or not leaving or entry[0][0] > leaving[-1][0]:
            return None
        gain = leaving[-1][1] - entry[0][1]
        return -gain if name.startswith("bpi") else gain

    def pairs(self, name: str, least: float | None = None) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            gain = self._gain(r, name)
            if not self.inside(self.when(r, "discharged")) or gain is None:
                continue
            den += 1
            if name == "bpi_severity" and least is not None:  # 2.2 points or 30% (instruments.md 9)
                base = self._scored(r, name, "T0")[0][1]
                num += gain >= (min(2.2, 0.3 * base) if base else 2.2) - 1e-9
                continue
            num += gain > 1e-9 if least is None else gain >= least - 1e-9
        return num, den

    def k1(self) -> Answer:
        names = ["bpi_severity", "bpi_interference", "eq5d_index"]
        names += ["pseq"] if self.service == "durham_tier3" else []
        num = den = 0
        for r in self.referrals.values():
            gains = [g for g in (self._gain(r, n) for n in names) if g is not None]
            if self.inside(self.when(r, "discharged")) and gains:
                den += 1
                num += any(g > 1e-9 for g in gains)
        return num, den

    def k1b(self, cohort: str = "") -> Answer:
        num = den = 0
        for r in self.referrals.values():
            if not self.inside(self.when(r, "discharged")) or not self._scored(r, "eq5d_index", "T0"):
                continue
            if not cohort or r["cohort"] == cohort:
                entry, leaving = self._scored(r, "eq5d_index", "T0"), self._scored(r, "eq5d_index", "TD")
                if leaving and entry[0][0] > leaving[-1][0]:  # no first assessment (`pair_order`)
                    continue
                gain = self._gain(r, "eq5d_index")
                den += 1
                num += gain is not None and gain > 1e-9
        return num, den

    def k2(self, act: str = "treatment_started", cohort: str = "") -> Answer:
        people, known = set(), set()
        for r in self.referrals.values():
            for name, at, _detail in r["events"]:
                if name == act and self.inside(at) and (not cohort or r["cohort"] == cohort):
                    people.add(r["patient_key"])
            for a in r["answers"]:
                if a["instrument"] == "eq5d5l" and a["mode"] != "proxy" and a["at"].date() <= self.last:
                    if score("eq5d_index", a["items"]) is not None:
                        known.add(r["patient_key"])
        return len(people & known), len(people)

    # surveys -----------------------------------------------------------------------------------

    def _surveys(self, *instruments: str) -> list[dict[str, Any]]:
        every = [a for r in self.referrals.values() for a in r["answers"]]
        return [a for a in every if a["instrument"] in instruments and self.inside(a["at"])]

    def k4(self) -> Answer:
        some = self._surveys("outcome_survey")
        return sum(
            any(a["items"].get(i) == 1 for i in ("physical", "psychological", "social")) for a in some
        ), len(some)

    def k5(self) -> Answer:
        some = [a for a in self._surveys("outcome_survey") if a["items"].get("no_medicines") != 1]
        return sum(
            a["items"].get("medicines_control") == 1 == a["items"].get("medicines_plan") for a in some
        ), len(some)

    def k6(self) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            mine = [a for a in r["answers"] if a["instrument"] == "functioning"]
            entry = [a["items"] for a in mine if a["time_point"] == "T0" and len(a["items"]) == 2]
            for a in mine:
                if a["time_point"] == "T6" and self.inside(a["at"]) and entry:
                    den += 1
                    num += all(a["items"].get(i, -1) > entry[0][i] for i in ("physical", "social"))
        return num, den

    def k8a(self) -> Answer:
        some = self._surveys("experience")
        return sum(a["items"].get("plan_received") == 1 for a in some), len(some)

    def k8b(self) -> Answer:
        some = self._surveys("experience", "experience_family")
        return sum(a["items"].get("information_helpful") == 1 for a in some), len(some)

    def k9(self) -> Answer:
        some = self._surveys("experience")
        return sum(a["items"].get("overall") in (1, 2) for a in some), len(some)

    def k10(self) -> Answer:
        some = [a for a in self._surveys("collaborate") if len(a["items"]) == 3 and a["mode"] != "proxy"]
        return sum(all(v == 9 for v in a["items"].values()) for a in some), len(some)

    def _fft(self, codes: str) -> int:
        inside = [f for f in self.fft if self.first <= date.fromisoformat(f["date"]) <= self.last]
        return sum(
            int(f["count"]) for f in inside if (f["response"] in codes if f["response"] else codes == "")
        )

    def k7(self) -> Answer:
        return self._fft("12"), self._fft("123456")

    def k7r(self) -> Answer:
        return self._fft("123456"), self._fft("")

    # events ------------------------------------------------------------------------------------

    def _count(self, *names: str) -> int:
        return sum(
            n in names and self.inside(at) for r in self.referrals.values() for n, at, _d in r["events"]
        )

    def onward(self) -> Answer:
        kept = 0
        for r in self.referrals.values():
            for name, at, detail in r["events"]:
                if name == "onward_referred" and self.inside(at):
                    kept += detail in ("", "secondary_pain", "tier3")
        return kept, None

    def k20(self) -> Answer:
        some = [r for r in self.referrals.values() if self.inside(self.when(r, "programme_started"))]
        return sum(self.when(r, "programme_completed") is not None for r in some), len(some)

    def k22(self, *reasons: str) -> Answer:
        gone = [e for r in self.referrals.values() for e in r["events"] if e[0] == "discharged"]
        return sum(self.inside(at) and detail in reasons for _n, at, detail in gone), None

    def k24(self) -> Answer:
        due = [
            (at, detail) for name, at, detail in self.loose if name == "dataset_due" and self.inside(at)
        ]
        num = 0
        for at, detail in due:
            sent = [s for n, s, d in self.loose if n == "dataset_submitted" and d == detail]
            num += bool(sent) and sent[0].date() <= at.date()
        return num, len(due)

    def k25a(self) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            high = [at for n, at, d in r["events"] if n == "opioid_dose" and float(d) >= 100]
            if any(self.inside(at) for at in high):
                den += 1
                told = [at for n, at, _d in r["events"] if n == "gp_opioid_notice"]
                num += any(at.date() >= high[0].date() for at in told)
        return num, den

    def k25b(self) -> Answer:
        num = 0
        for r in self.referrals.values():
            doses = {at for n, at, _d in r["events"] if n == "opioid_dose"}
            num += self.inside(self.when(r, "discharged")) and len(doses) > 1
        return num, None

    def _since(self, act: str, start: Any) -> Answer:
        num = den = 0
        for r in self.referrals.values():
            began = start(r)
            if self.inside(began):
                den += 1
                num += any(n == act and at.date() >= began.date() for n, at, _d in r["events"])
        return num, den

    def every(self) -> dict[str, Answer]:
        """Every number of the service's return."""
        one: dict[str, Any] = {
            "K1b": self.k1b, "K1n": lambda: self.k1b("neuromodulation"), "K2": self.k2,
            "K2n": lambda: self.k2("registry_submitted", "neuromodulation"),
            "K3": lambda: self.pairs("pseq"), "K1": self.k1, "K4": self.k4, "K5": self.k5, "K6": self.k6,
            "K7": self.k7, "K7r": self.k7r, "K8a": self.k8a, "K8b": self.k8b, "K9": self.k9, "K10": self.k10,
            "K11": self.k11, "K11u": self.k11u, "K12": self.k12, "K13": self.k13, "K14": self.k14,
            "K14u": self.k14u, "K15": self.k15, "K15p": self.k15p, "K16": self.k16, "K17a": self.k17a,
            "K17b": self.k17b, "K18": self.k18, "K19": self.k19, "K19n": self.k19n, "K20": self.k20,
            "K21": self.k21, "K22": lambda: self.k22("disengaged", "left_area", "no_longer_appropriate"),
            "K23a": lambda: (self._count("complaint"), None), "K23b": lambda: (self._count("compliment"), None),
            "K24": self.k24, "K25a": self.k25a, "K25b": self.k25b,
            "K25c": lambda: (self._count("opioid_recommended"), None),
            "K26a": lambda: self.k26("n"), "K26b": lambda: self.k26("y"),
            "K27a": lambda: self._since("plan_agreed", self.first_attended),
            "K27b": lambda: self._since("holistic_review", self.first_attended),
            "K27c": lambda: self._since("family_plan_agreed", lambda r: self.when(r, "family_impact_found")),
            "K28": lambda: self._since("plan_issued", self.first_attended),
            "K29a": lambda: self.k29("missed"), "K29b": lambda: self.k29("cancelled_by_patient"),
            "K29c": lambda: self.k29("cancelled_by_service"), "RTT18": self.rtt18, "ONW": self.onward,
        }  # fmt: skip
        for reason in REASONS:
            one[f"K22.{reason}"] = lambda reason=reason: self.k22(reason)
        for name, least in MIC.items():
            one[f"K1.{name}"] = lambda name=name: self.pairs(name)
            one[f"K1.{name}.mic"] = lambda name=name, least=least: self.pairs(name, least)
        return {name: one[name]() for name in one if name in KPIS[self.service] or self._part(name)}

    def _part(self, name: str) -> bool:
        if name.endswith((".pseq", ".pseq.mic")) and self.service != "durham_tier3":
            return False
        return "." in name and name.split(".")[0] in KPIS[self.service]


KPIS = {
    "bassetlaw": [
        "K11",
        "K12",
        "K13",
        "K14",
        "K15",
        "K16",
        "K17a",
        "K17b",
        "K18",
        "K19",
        "K21",
        "K22",
        "K29a",
        "K29b",
        "K29c",
        "ONW",
    ],
    "south_cheshire": [
        "K1",
        "K4",
        "K5",
        "K6",
        "K7",
        "K7r",
        "K11",
        "K11u",
        "K14",
        "K14u",
        "K15p",
        "K18",
        "K19",
        "K19n",
        "K23a",
        "K23b",
        "K3",
        "ONW",
    ],
    "durham_tier3": [
        "K1",
        "K3",
        "K9",
        "K18",
        "K19",
        "K19n",
        "K21",
        "K22",
        "K23a",
        "K23b",
        "K24",
        "K25a",
        "K25b",
        "K25c",
        "K28",
        "RTT18",
    ],
    "mid_notts": [
        "K7",
        "K7r",
        "K10",
        "K11",
        "K12",
        "K13",
        "K14",
        "K15",
        "K19",
        "K19n",
        "K25a",
        "K25b",
        "K25c",
        "K27a",
        "K27b",
        "K27c",
        "K29a",
        "K29b",
        "K29c",
        "ONW",
        "K23a",
        "K23b",
    ],
    "highly_specialist": ["K1b", "K1n", "K2", "K2n", "K8a", "K8b", "K20", "K26a", "K26b"],
}
