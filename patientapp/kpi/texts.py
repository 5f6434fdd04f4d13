"""Words about returns, for commissioners and staff."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from flask_babel import format_date

from patientapp.i18n import gettext as _
from patientapp.kpi.measures import Unit
from patientapp.kpi.published import Count, Published
from patientapp.kpi.spc import Cause


def dimension(name: str) -> str:
    """What a grouping is called."""
    words = {
        "age": _("Age"),
        "sex": _("Sex"),
        "ethnicity": _("Ethnicity"),
        "deprivation": _("Deprivation of the place of living (fifth 1: most deprived)"),
        "language": _("Language"),
        "needs": _("Communication needs"),
    }
    return words[name]


def span(days: tuple[date, date]) -> str:
    """A period in words: May 2025, or April 2025 to June 2025."""
    first, last = (str(format_date(day, "MMMM y")) for day in days)
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def number(unit: Unit, value: Fraction | None) -> str:
    """A figure: one decimal of a share, two of a ratio."""
    if value is None:
        return _("none")
    if unit is Unit.PERCENT:
        return f"{float(value):.1f}%"
    if unit is Unit.RATIO:
        return f"{float(value):.2f}"
    if unit is Unit.DAYS:
        return _("%(days)s days", days=f"{float(value):.1f}")
    return str(int(value))


def value(unit: Unit, count: Count) -> str:
    """A figure as shown, or that it is hidden."""
    return _("hidden") if count.is_hidden else number(unit, count.value)


def fraction(unit: Unit, count: Count) -> str:
    """Numerator over denominator, each hidden where it must be."""
    over = _("hidden") if count.numerator is None else str(count.numerator)
    if unit is Unit.COUNT:
        return over
    under = _("hidden") if count.denominator is None else str(count.denominator)
    return _("%(over)s of %(under)s", over=over, under=under)


def verdict(one: Published) -> str:
    """Whether a threshold is met, in a word."""
    if one.line.threshold is None:
        return _("no threshold")
    if one.met is None:
        return _("cannot be said")
    return _("met") if one.met else _("not met")


def headline(met: int, missed: int, unsaid: int) -> str:
    """The first sentence of a return."""
    wanted = met + missed + unsaid
    if not wanted:
        return _("This contract names no thresholds; the figures stand below.")
    if unsaid == wanted:
        return _("No threshold can be judged yet: nobody to count, or too few to show.")
    said = _("%(met)s of %(wanted)s thresholds are met.", met=met, wanted=wanted)
    if missed:
        said += " " + _("Not met: %(count)s.", count=missed)
    if unsaid:
        said += " " + _(
            "Cannot be said, with nobody to count or too few to show: %(count)s.", count=unsaid
        )
    return said


def cause(of: Cause) -> str:
    """A special cause of a chart over time."""
    words = {
        Cause.OUTSIDE: _("outside the limits"),
        Cause.SHIFT: _("seven or more in a row on one side of the mean"),
        Cause.TREND: _("seven or more in a row rising or falling"),
        Cause.NEAR_LIMIT: _("two of three close to a limit"),
    }
    return words[of]
