"""Words of the lists, for staff."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.lists.queries import Line
from patientapp.lists.rules import Act, Which
from patientapp.progress import texts as progress_texts
from patientapp.progress.rules import Outcome, ScaleRow, outcome, step_to


def title(of: Which) -> str:
    """What a list is called."""
    words = {
        Which.NO_ANSWER: _("No answer"),
        Which.MISSED: _("Visits missed"),
        Which.NO_PROGRESS: _("No progress, for the team meeting"),
        Which.GAP: _("Nothing planned"),
    }
    return words[of]


def empty(of: Which) -> str:
    """What an empty list says."""
    words = {
        Which.NO_ANSWER: _("Nobody is past the day to answer."),
        Which.MISSED: _("Nobody missed a visit lately."),
        Which.NO_PROGRESS: _("Nobody who answered lately is without progress."),
        Which.GAP: _("Everybody has something planned, or was heard of lately."),
    }
    return words[of]


def since(of: Which) -> str:
    """What the day of a line is."""
    words = {
        Which.NO_ANSWER: _("Was due"),
        Which.MISSED: _("Last missed"),
        Which.NO_PROGRESS: _("Answered"),
        Which.GAP: _("Referred"),
    }
    return words[of]


def act(of: Act) -> str:
    """What the policy says is next."""
    words = {
        Act.CALL: _("Call, ask what got in the way, offer a new time"),
        Act.OTHER_WAY: _("Offer another way: phone, video, another place or time, help with travel"),
        Act.DECIDE: _("A clinician decides with the patient and tells the GP; no rule discharges"),
    }
    return words[of]


def why(which: Which, line: Line, *, next_act: Act) -> str:
    """Why somebody stands on the list, and what is next."""
    match which:
        case Which.NO_ANSWER:
            assert line.time_point is not None
            return progress_texts.time_point(line.time_point)
        case Which.MISSED:
            return _("Missed: %(count)s. Next: %(act)s", count=line.missed, act=act(next_act))
        case Which.NO_PROGRESS:
            return ". ".join(_still(row) for row in line.rows)
    return _("No visit to come, and neither visit nor answer for weeks")


def _still(row: ScaleRow) -> str:
    newest = list(row.points.values())[-1]
    step = step_to(row, newest)
    said = _("worse") if outcome(row) is Outcome.WORSE else _("same")
    size = progress_texts.signed(step.change.difference, row.scale) if step else ""
    return f"{row.instrument.title()}, {row.scale.title}: {said} ({size})"
