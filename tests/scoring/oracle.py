"""The published rules written a second time, in fractions and plain loops, apart from the code.

Each function takes one person's answers (None: not answered) and gives exact values; an answer out
of range counts as none. Nothing here is imported from the package.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Answers = Mapping[str, int | None]
    Result = dict[str, Fraction | str | None]

SEVERITY = ["worst", "least", "average", "now"]
INTERFERENCE = ["general_activity", "mood", "walking", "work", "relations", "sleep", "enjoyment"]
PSEQ = [f"q{i}" for i in range(1, 11)]
DIMENSIONS = ["mo", "sc", "ua", "pd", "ad"]
UK_2026 = {
    "mo": ["0", "0.032", "0.058", "0.179", "0.279"],
    "sc": ["0", "0.038", "0.060", "0.162", "0.206"],
    "ua": ["0", "0.049", "0.086", "0.184", "0.212"],
    "pd": ["0", "0.056", "0.066", "0.371", "0.479"],
    "ad": ["0", "0.041", "0.126", "0.313", "0.391"],
}
ENGLAND_2018 = {
    "mo": ["0", "0.058", "0.076", "0.207", "0.274"],
    "sc": ["0", "0.050", "0.080", "0.164", "0.203"],
    "ua": ["0", "0.050", "0.063", "0.162", "0.184"],
    "pd": ["0", "0.063", "0.084", "0.276", "0.335"],
    "ad": ["0", "0.078", "0.104", "0.285", "0.289"],
}


def good(answers: Answers, names: Sequence[str], low: int, high: int) -> list[int]:
    found = []
    for name in names:
        value = answers.get(name)
        if value is not None and low <= value <= high:
            found.append(value)
    return found


def mean(values: list[int]) -> Fraction:
    return Fraction(sum(values), len(values))


def bpi_sf(answers: Answers) -> Result:
    severity = good(answers, SEVERITY, 0, 10)
    interference = good(answers, INTERFERENCE, 0, 10)
    worst, average = (good(answers, [name], 0, 10) for name in ("worst", "average"))
    return {
        "severity_mean": mean(severity) if len(severity) == 4 else None,
        "interference_mean": mean(interference) if len(interference) >= 4 else None,
        "interference_n_answered": Fraction(len(interference)),
        "worst": Fraction(worst[0]) if worst else None,
        "average": Fraction(average[0]) if average else None,
        "worst_band": pain_band(worst[0]) if worst else None,
    }


def pain_band(worst: int) -> str:
    if worst == 0:
        return "none"
    return "mild" if worst <= 4 else "moderate" if worst <= 6 else "severe"


def impairment(total: int) -> str:
    if total > 40:
        return "minimal"
    return "severe" if total < 20 else "moderate" if total <= 30 else "mild"


def pseq(answers: Answers) -> Result:
    values, two = good(answers, PSEQ, 0, 6), good(answers, ["q5", "q9"], 0, 6)
    return {
        "total": Fraction(sum(values)) if len(values) == 10 else None,
        "total_prorated": 10 * mean(values) if len(values) in (8, 9) else None,
        "n_answered": Fraction(len(values)),
        "total_band": impairment(sum(values)) if len(values) == 10 else None,
        "pseq2": Fraction(sum(two)) if len(two) == 2 else None,
    }


def eq5d5l(answers: Answers) -> Result:
    levels = good(answers, DIMENSIONS, 1, 5)
    vas = good(answers, ["vas"], 0, 100)
    result: Result = {"vas": Fraction(vas[0]) if vas else None}
    if len(levels) < 5:
        names = ("profile", "level_sum", "level_freq", "index_uk_5l_2026", "index_england_5l_2018")
        return result | dict.fromkeys(names)
    return result | {
        "profile": "".join(map(str, levels)),
        "level_sum": Fraction(sum(levels)),
        "level_freq": "".join(str(levels.count(level)) for level in (1, 2, 3, 4, 5)),
        "index_uk_5l_2026": index(UK_2026, levels),
        "index_england_5l_2018": index(ENGLAND_2018, levels),
    }


def index(decrements: Mapping[str, Sequence[str]], levels: Sequence[int]) -> Fraction:
    lost = [Fraction(decrements[name][levels[i] - 1]) for i, name in enumerate(DIMENSIONS)]
    return 1 - sum(lost, Fraction())


def start_back(answers: Answers) -> Result:
    yes_no = good(answers, [f"q{i}" for i in range(1, 9)], 0, 1)
    bother, late = good(answers, ["q9"], 0, 4), good(answers, ["q5", "q6", "q7", "q8"], 0, 1)
    point = [1 if value >= 3 else 0 for value in bother]
    distress = sum(late) + sum(point) if len(late) == 4 and point else None
    if len(yes_no) < 8 or not point or distress is None:
        shown = Fraction(distress) if distress is not None else None
        return {"total": None, "distress": shown, "risk": None}
    total = sum(yes_no) + point[0]
    risk = "low" if total <= 3 else "medium" if distress <= 3 else "high"
    return {"total": Fraction(total), "distress": Fraction(distress), "risk": risk}


def start_msk(answers: Answers) -> Result:
    pain = good(answers, ["q1_pain_intensity"], 0, 10)
    rest = good(answers, [f"q{i}" for i in range(2, 11)], 0, 1)
    points = [0 if p <= 4 else 1 if p <= 6 else 2 if p <= 8 else 3 for p in pain]
    shown = Fraction(points[0]) if points else None
    if not points or len(rest) < 9:
        return {"pain_points": shown, "total": None, "risk": None}
    total = points[0] + sum(rest)
    risk = "low" if total <= 4 else "medium" if total <= 8 else "high"
    return {"pain_points": shown, "total": Fraction(total), "risk": risk}


def collaborate(answers: Answers) -> Result:
    top = answers.get("scale_max")
    top = 9 if top is None else top
    values = good(answers, ["q1", "q2", "q3"], 0, top) if top in (4, 9) else []
    if len(values) < 3:
        return {"mean": None, "top_score": None}
    return {"mean": mean(values), "top_score": Fraction(int(values == [top] * 3))}


def fft(answers: Answers) -> Result:
    found = good(answers, ["response"], 1, 6)
    classes = ["positive", "positive", "neutral", "negative", "negative", "dont_know"]
    return {"class": classes[found[0] - 1] if found else None, "counted": Fraction(len(found))}


def pam13(answers: Mapping[str, Fraction | int | None]) -> Result:
    score = answers.get("score")
    if score is None or not 0 <= score <= 100:
        return {"score": None, "level": None}
    tenths = Fraction(score) * 10
    level = 1 + (tenths >= 471) + (tenths >= 552) + (tenths >= 725)
    return {"score": Fraction(score), "level": str(level)}


def either_or(answers: Answers, names: Sequence[str], needed: int) -> str | None:
    """Yes and no of several questions, each of which must be answered."""
    found = good(answers, names, 0, 1)
    if len(found) < len(names):
        return None
    return "yes" if sum(found) >= needed else "no"


def as_given(answers: Answers, tops: Mapping[str, int]) -> Result:
    found = {name: good(answers, [name], 0, top) for name, top in tops.items()}
    return {name: Fraction(values[0]) if values else None for name, values in found.items()}


def outcome_survey(answers: Answers) -> Result:
    return {
        "positive": either_or(answers, ["physical", "psychological", "social"], 1),
        "medicines": either_or(answers, ["medicines_control", "medicines_plan"], 2),
    }


def experience(answers: Answers) -> Result:
    overall = fft({"response": answers["overall"]})["class"]
    yes_no = {name: either_or(answers, [name], 1) for name in ("plan_received", "information_helpful")}
    return {"overall_class": overall, **yes_no}


def experience_family(answers: Answers) -> Result:
    return {"information_helpful": either_or(answers, ["information_helpful"], 1)}


def work(answers: Answers) -> Result:
    status = good(answers, ["status"], 1, 5)
    in_work = ("yes" if status[0] <= 2 else "no") if status else None
    return {"in_work": in_work, **as_given(answers, {"days_lost": 28})}


def health_use(answers: Answers) -> Result:
    names = ["gp", "emergency", "hospital", "other"]
    counts = good(answers, names, 0, 99)
    whole = Fraction(sum(counts)) if len(counts) == 4 else None
    return {"contacts": whole, **as_given(answers, {"gp": 99, "emergency": 99})}


def medicine_use(answers: Answers) -> Result:
    eased = either_or(answers, ["less_than_before", "works_better"], 1)
    return {"less_or_better": eased, **as_given(answers, {"days_taken": 7})}


def children(answers: Answers) -> Result:
    yes_no = {name: either_or(answers, [name], 1) for name in ("touched", "wants_plan")}
    return {**yes_no, **as_given(answers, {"number": 20})}


def medicine_review(answers: Answers) -> Result:
    yes_no = {name: either_or(answers, [name], 1) for name in ("as_agreed", "questions")}
    return {**yes_no, **as_given(answers, {"relief": 10, "effects": 10, "activity": 10})}


ORACLES = {
    "bpi_sf": bpi_sf,
    "pseq": pseq,
    "eq5d5l": eq5d5l,
    "start_back": start_back,
    "start_msk": start_msk,
    "collaborate": collaborate,
    "fft": fft,
    "outcome_survey": outcome_survey,
    "functioning": lambda answers: as_given(answers, {"physical": 10, "social": 10}),
    "experience": experience,
    "experience_family": experience_family,
    "work": work,
    "health_use": health_use,
    "medicine_use": medicine_use,
    "carer": lambda answers: as_given(answers, {"strain": 10, "own_life": 10, "support": 10}),
    "children": children,
    "medicine_review": medicine_review,
    "satisfaction": lambda answers: as_given(
        answers, {"access": 10, "information": 10, "management": 10}
    ),
}
