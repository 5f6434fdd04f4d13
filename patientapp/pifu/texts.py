"""Words about coming back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import format_date

from patientapp.i18n import gettext as _
from patientapp.pifu.form_rules import Step
from patientapp.pifu.rules import Signs, Stage
from patientapp.worklist.texts import action

Options = list[tuple[str, str]]


def day(of: date) -> str:
    """A day with its weekday: Thursday 25 September 2026."""
    return str(format_date(of, "EEEE d MMMM y"))


def question(step: Step) -> str:
    """What a page asks; its heading."""
    words = {
        Step.SIGNS: _("Do you have any of these signs?"),
        Step.WHO: _("Who is asking?"),
        Step.CHANGED: _("What has changed?"),
        Step.TRIED: _("What have you tried?"),
        Step.HELP: _("What would help you most?"),
        Step.REACH: _("How can we reach you?"),
    }
    return words[step]


def options(name: str) -> Options:
    """The answers of one field, in their order."""
    found: dict[str, Options] = {
        "signs": [
            (Signs.YES, _("Yes")),
            (Signs.NO, _("No")),
            (Signs.NOT_SURE, _("I am not sure")),
        ],
        "who": [
            ("self", _("Me")),
            ("helped", _("Me, with someone helping")),
            ("proxy", _("Someone else, for me")),
        ],
        "changed": [
            ("pain", _("My pain")),
            ("sleep", _("My sleep")),
            ("mood", _("My mood")),
            ("moving", _("Moving about")),
            ("work", _("Work or caring for others")),
            ("medicines", _("My medicines")),
            ("new_problem", _("A new problem")),
            ("cannot_cope", _("I cannot cope at home")),
            ("advice", _("I only need advice")),
        ],
        "tried": [
            ("pacing", _("Doing things in smaller steps")),
            ("moving", _("Gentle moving")),
            ("relaxing", _("Resting, breathing or relaxing")),
            ("heat", _("Heat or cold")),
            ("medicines", _("Medicines as agreed")),
            ("talking", _("Talking to somebody")),
            ("my_plan", _("The steps of my plan")),
            ("nothing", _("Nothing yet")),
        ],
        "help": [
            ("call", _("A call")),
            ("visit", _("A visit")),
            ("video", _("A video visit")),
            ("medicines", _("A look at my medicines")),
            ("group", _("A group")),
            ("not_sure", _("I am not sure")),
        ],
        "by": [("phone", _("Call me")), ("text", _("Text me"))],
        "when": [
            ("morning", _("Mornings")),
            ("afternoon", _("Afternoons")),
            ("any", _("Any time")),
        ],
        "with": [
            ("none", _("No, thank you")),
            ("interpreter", _("An interpreter for my language")),
            ("bsl", _("British Sign Language")),
        ],
    }
    return found[name]


FIELD_STEPS = {
    "signs": Step.SIGNS,
    "who": Step.WHO,
    "changed": Step.CHANGED,
    "words": Step.CHANGED,
    "tried": Step.TRIED,
    "help": Step.HELP,
    "by": Step.REACH,
    "when": Step.REACH,
    "with": Step.REACH,
    "answered_by": Step.REACH,
}


def label(name: str) -> str:
    """What one field asks, beside its answer."""
    words = {
        "words": _("In your own words"),
        "by": _("Call or text"),
        "when": _("Best time"),
        "with": _("Interpreter"),
        "answered_by": _("Who else may answer"),
    }
    return words.get(name) or question(FIELD_STEPS[name])


def said(name: str, answers: Mapping[str, object]) -> str:
    """One answer in words; empty when nothing was said."""
    value = answers.get(name) or ""
    if name in {"words", "answered_by"}:
        return str(value)
    if value == "carer":
        return _("A carer or trusted person: %(name)s", name=answers.get("carer", ""))
    words = dict(options(name))
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(words.get(str(one), str(one)) for one in chosen if one)


def lines(answers: Mapping[str, object]) -> list[tuple[Step, str, str]]:
    """Everything that was said, as (page, question, answer)."""
    return [(step, label(name), said(name, answers)) for name, step in FIELD_STEPS.items()]


def stage(of: Stage) -> str:
    """How far a request is."""
    words = {
        Stage.SENT: _("Sent"),
        Stage.READ: _("Read"),
        Stage.ANSWERED: _("Answered"),
        Stage.WITHDRAWN: _("Taken back by you"),
    }
    return words[of]


def staff_stage(of: Stage) -> str:
    """The same, on staff's pages."""
    words = {
        Stage.SENT: _("New"),
        Stage.READ: _("Being read"),
        Stage.ANSWERED: _("Closed"),
        Stage.WITHDRAWN: _("Taken back"),
    }
    return words[of]


def outcome(kept: str) -> str:
    """What was done about a request, in staff's words."""
    return action(kept) if kept else ""


def end_reasons() -> Options:
    """Why an agreement ends, to choose from."""
    return [
        ("discharged", _("Decided together: no more support is needed")),
        ("patient_wish", _("The patient does not want it any more")),
        ("other_care", _("Other care has begun")),
        ("other", _("Another reason")),
    ]


def moves() -> Options:
    """What the agreement does to the episode, to choose from."""
    return [
        ("", _("Nothing changes now")),
        ("moved_to_pifu", _("Moved to coming back by themselves: no more booked visits")),
        ("discharged_to_pifu", _("Discharged, and may come back by themselves")),
    ]


def end_reason(code: str) -> str:
    """A kept reason in words."""
    return dict(end_reasons()).get(code) or (_("A newer agreement") if code == "replaced" else code)


def mistake(code: str) -> str:
    """What to do about a field."""
    words = {
        "choose": _("Choose an answer"),
        "too_long": _("Use 4,000 characters or fewer"),
        "no_day": _("Give a day, like 27 3 2027"),
        "before_start": _("The last day must not be before the first"),
        "beyond_contract": _("The contract ends this earlier: choose a nearer last day"),
        "referrer_only": _("Under this contract only a referrer sends somebody back"),
        "no_words": _("Write what was agreed"),
        "months": _("Use a whole number of months from 0 to 12"),
    }
    return words[code]


def nothing() -> str:
    """What stands where nothing was said."""
    return _("Nothing")


def change() -> str:
    """The link beside an answer."""
    return _("Change")
