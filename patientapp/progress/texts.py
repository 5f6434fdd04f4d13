"""Words about scores and change, for staff."""

from __future__ import annotations

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.rules import (
    PackState,
    TimePoint,
)
from patientapp.episodes.clock_rules import ClockState
from patientapp.episodes.rules import EpisodeEventKind, PainSite
from patientapp.i18n import gettext as _
from patientapp.progress.rules import Point
from patientapp.questionnaires.comparison import SpreadUsed
from patientapp.questionnaires.offering import Withheld
from patientapp.scoring.change import Direction, ImportantChange, ReliableChange
from patientapp.scoring.scale import Method, Reason, Scale


def time_point(of: TimePoint) -> str:
    """What staff call a time point."""
    words = {
        TimePoint.T0: _("Entry"),
        TimePoint.TPS: _("Programme start"),
        TimePoint.TPE: _("Programme end"),
        TimePoint.TD: _("Discharge"),
        TimePoint.T3: _("3 months after"),
        TimePoint.T6: _("6 months after"),
        TimePoint.TPIFU: _("Return to care"),
        TimePoint.REVIEW: _("Review"),
    }
    return words[of]


def pack_state(of: PackState) -> tuple[str, str]:
    """Where a pack stands, and the kind of tag that says it."""
    words = {
        PackState.NOT_OPEN: (_("Not open yet"), "plain"),
        PackState.OPEN: (_("Due"), "waiting"),
        PackState.OVERDUE: (_("Overdue"), "urgent"),
        PackState.CLOSED: (_("Closed, not finished"), "plain"),
        PackState.DONE: (_("Done"), "done"),
    }
    return words[of]


def event(of: EpisodeEventKind) -> str:
    """Something that happens in an episode."""
    words = {
        EpisodeEventKind.RECEIVED: _("Referral received"),
        EpisodeEventKind.FIRST_APPOINTMENT: _("First appointment"),
        EpisodeEventKind.DISCHARGED: _("Discharged"),
    }
    return words[of]


def clock_state(of: ClockState) -> tuple[str, str]:
    """Where a clock of the contract stands, and the kind of tag that says it."""
    words = {
        ClockState.NOT_STARTED: (_("Not started"), "plain"),
        ClockState.RUNNING: (_("Running"), "waiting"),
        ClockState.OVERDUE: (_("Overdue"), "urgent"),
        ClockState.IN_TIME: (_("Done in time"), "done"),
        ClockState.LATE: (_("Done late"), "plain"),
        ClockState.NOT_TIMED: (_("Done, not timed: its start is not recorded"), "plain"),
        ClockState.NOT_DONE: (_("Not done"), "plain"),
        ClockState.BY_CHOICE: (_("The patient chose to wait"), "plain"),
    }
    return words[of]


def pain_site(of: PainSite) -> str:
    """Where the pain is."""
    words = {
        PainSite.BACK: _("Back"),
        PainSite.NECK: _("Neck"),
        PainSite.WIDESPREAD: _("Widespread"),
        PainSite.LIMB: _("Arm or leg"),
        PainSite.HEAD: _("Head"),
        PainSite.OTHER: _("Other"),
    }
    return words[of]


def answered_by(of: AnsweredBy) -> str:
    """Who gave the answers, and how."""
    words = {
        AnsweredBy.SELF: _("Patient alone"),
        AnsweredBy.HELPED: _("Patient, with help"),
        AnsweredBy.PROXY: _("Somebody else for the patient"),
    }
    return words[of]


def number(value: float, scale: Scale) -> str:
    """A score as it is shown: means to 1 place, an index to 3, counts and totals whole."""
    if scale.method is Method.VALUE_SET:
        return f"{value:.3f}"
    if scale.method is Method.MEAN or not float(value).is_integer():
        return f"{value:.1f}"
    return f"{value:.0f}"


def signed(value: float, scale: Scale) -> str:
    """A change with its sign; what rounds to nothing has none."""
    shown = number(value, scale)
    return f"+{shown}" if value > 0 and float(shown) else shown.replace("-", "\u2212")


def score(of: Point | None, scale: Scale) -> str:
    """A score in a cell; a missing one says why, and is never 0 (CLIN-05)."""
    if of is None:
        return "-"
    if of.value is not None:
        return number(of.value, scale)
    return of.text if of.text is not None else reason(of.reason or "")


def reason(code: str) -> str:
    """Why there is no score."""
    words = {
        Reason.INCOMPLETE: _("not scored: answers missing"),
        Reason.OUT_OF_RANGE: _("not scored: an answer out of range"),
        Reason.NO_VALUE_SET_INPUTS: _("not scored: age or sex missing"),
    }
    known = {key.value: text for key, text in words.items()}
    return known.get(code, _("not scored"))


def better(scale: Scale) -> str:
    """Which way is better."""
    if scale.better is None:
        return ""
    return _("lower") if scale.better.value == "lower" else _("higher")


def direction(of: Direction) -> str:
    """Which way a score went, however little."""
    words = {
        Direction.BETTER: _("better"),
        Direction.SAME: _("same"),
        Direction.WORSE: _("worse"),
    }
    return words[of]


def important(of: ImportantChange | None) -> str:
    """Whether a change is one that matters to people."""
    if of is None:
        return _("no threshold known")
    words = {
        ImportantChange.IMPROVED: _("better by an amount that matters"),
        ImportantChange.UNCHANGED: _("less than an amount that matters"),
        ImportantChange.DETERIORATED: _("worse by an amount that matters"),
    }
    return words[of]


def reliable(of: ReliableChange | None) -> str:
    """Whether a change is beyond the noise of the measure."""
    if of is None:
        return _("noise not known")
    words = {
        ReliableChange.IMPROVEMENT: _("better, beyond noise"),
        ReliableChange.NONE: _("within noise"),
        ReliableChange.DETERIORATION: _("worse, beyond noise"),
    }
    return words[of]


def spread(of: SpreadUsed | None) -> str:
    """Which SD was used: the service's own, with how many people, or a published one."""
    if of is None:
        return _("noise not known")
    if of.people is not None:
        return _(
            "SD %(sd)s of this service at baseline: %(people)s people, as of %(day)s",
            sd=f"{of.sd:.3g}",
            people=of.people,
            day=of.version,
        )
    return _(
        "SD %(sd)s: %(source)s (version %(version)s)",
        sd=f"{of.sd:.3g}",
        source=of.source,
        version=of.version,
    )


def withheld(why: Withheld) -> str:
    """Why a questionnaire is asked of nobody, and what would help."""
    words = {
        Withheld.NOT_INSTALLED: _("its licensed wording is not installed"),
        Withheld.DEMONSTRATION: _("only demonstration wording is here; the licensed one is needed"),
        Withheld.EXPIRED: _("its licence has expired"),
        Withheld.BROKEN: _("its installed wording was changed or damaged"),
    }
    return words[why]
