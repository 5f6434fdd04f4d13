"""The fixed periods of returns: one partition of time for each figure, and only what has ended.

Days of one's own choice would give small counts away: the difference of two nearly equal periods is
the people of one day (SEC-05). So the pages know months, quarters, halves and years of the NHS year.
"""

from __future__ import annotations

from datetime import date, timedelta

from patientapp.kpi.asked import Period
from patientapp.kpi.days import number
from patientapp.kpi.measures import Span
from patientapp.workdays import add_months

MONTHS = {Span.MONTH: 1, Span.QUARTER: 3, Span.HALF_YEAR: 6, Span.YEAR: 12}
APRIL = 4  # the NHS year begins here
DAY = timedelta(days=1)


def ended(span: Span, month: date) -> tuple[date, date]:
    """The newest period of this length that has ended with this month (given by its first day)."""
    length = MONTHS[span]
    after = add_months(month.replace(day=1), 1)
    beyond = ((after.month - APRIL) % 12) % length  # months of a period that has not ended
    last_after = add_months(after, -beyond)
    return add_months(last_after, -length), last_after - DAY


def before(span: Span, month: date, count: int) -> list[tuple[date, date]]:
    """So many periods up to and with the newest that has ended, oldest first."""
    first, _last = ended(span, month)
    starts = [add_months(first, -MONTHS[span] * back) for back in reversed(range(count))]
    return [(start, add_months(start, MONTHS[span]) - DAY) for start in starts]


def last_month(today: date) -> date:
    """The first day of the newest month that has ended."""
    return add_months(today.replace(day=1), -1)


def period(days: tuple[date, date]) -> Period:
    """Two days as the engine wants them."""
    return Period(number(days[0]), number(days[1]))
