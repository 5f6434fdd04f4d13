"""Whether a questionnaire may be seen and answered now: one rule for its pages and its answers."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date

from patientapp.assessments.queries import OwnTask
from patientapp.assessments.rules import PackDays, may_answer
from patientapp.errors import Conflict
from patientapp.i18n import gettext as _
from patientapp.workdays import london_day


class NotOpen(Conflict):
    """These questions are not open now: too early, or closed."""

    title = "These questions are not open now"

    def __init__(self, days: PackDays, *, too_early: bool) -> None:
        super().__init__(f"They are open from {days.opens_on} to {days.closes_on}.")
        self._days, self._too_early = days, too_early

    def words(self) -> tuple[str, str]:
        """The day, and whom to call."""
        if self._too_early:
            day = format_date(self._days.opens_on, "EEEE d MMMM y")
            step = _("We will text you then. If you need us sooner, call us: our number is below.")
            return _("These questions open on %(day)s.", day=day), step
        day = format_date(self._days.closes_on, "EEEE d MMMM y")
        step = _("If you still want to tell us how you are, call us: our number is below.")
        return _("These questions closed on %(day)s.", day=day), step


def is_open(task: OwnTask, *, now: datetime) -> bool:
    """Whether its questions may be seen and answered."""
    return may_answer(task.days, begun_at=task.begun_at, now=now)


def check_open(task: OwnTask, *, now: datetime) -> None:
    """Raise NotOpen, which says when it closed or opens and whom to call, unless it is open."""
    if not is_open(task, now=now):
        raise NotOpen(task.days, too_early=london_day(now) < task.days.opens_on)
