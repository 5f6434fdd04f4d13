"""What a patient reads about their own scores (patient-experience.md section 5)."""

from __future__ import annotations

from flask_babel import format_date

from patientapp.i18n import gettext as _
from patientapp.progress.rules import Outcome, ScaleRow
from patientapp.workdays import london_day

MEASURES = (
    ("bpi_sf", "severity_mean"),
    ("bpi_sf", "interference_mean"),
    ("pseq", "total"),
    ("eq5d5l", "vas"),
)


def measure(row: ScaleRow) -> str:
    """What a patient reads as the name of a measure."""
    words = {
        "severity_mean": _("Your pain"),
        "interference_mean": _("How much pain gets in your way"),
        "total": _("How sure you feel doing things with pain"),
        "vas": _("Your rating of your health"),
    }
    return words.get(row.scale.code, row.scale.title)


def sentence(row: ScaleRow, of: Outcome) -> str:
    """What a patient reads about a measure, first of all."""
    if of is Outcome.FIRST:
        return _("This is your first set, so there is nothing to compare yet.")
    if of is Outcome.NO_EARLIER_SCORE:
        return _("We cannot compare this with your earlier answers. This is the number for now.")
    if of is Outcome.NOT_SCORED:
        return _("Some answers were skipped, so we cannot give a number. That is fine.")
    when = _month_of(row)
    if of is Outcome.SAME:
        return _(
            "About the same as in %(month)s. Many people's scores stay level for a while.", month=when
        )
    return _changed(row.scale.code, of, when)


def _changed(code: str, of: Outcome, when: str) -> str:
    is_better = of is Outcome.BETTER
    words = {
        "severity_mean": (
            _("Your answers suggest your pain is less than in %(month)s.", month=when),
            _("Your answers suggest your pain is more than in %(month)s.", month=when),
        ),
        "interference_mean": (
            _("Your answers suggest pain gets in your way less than in %(month)s.", month=when),
            _("Your answers suggest pain gets in your way more than in %(month)s.", month=when),
        ),
        "total": (
            _("Your answers suggest you feel more sure than in %(month)s.", month=when),
            _("Your answers suggest you feel less sure than in %(month)s.", month=when),
        ),
        "vas": (
            _("You rated your health higher than in %(month)s.", month=when),
            _("You rated your health lower than in %(month)s.", month=when),
        ),
    }
    said = words[code][0 if is_better else 1]
    if is_better:
        return said
    return f"{said} " + _("This can happen for many reasons. Your team can see this.")


def _month_of(row: ScaleRow) -> str:
    """The month of the baseline, with its year unless the newest answers are of the same one."""
    assert row.baseline is not None
    base = london_day(row.baseline.given.answered_at)
    newest = london_day(list(row.points.values())[-1].given.answered_at)
    return str(format_date(base, "MMMM" if base.year == newest.year else "MMMM y"))
