"""Words of a text that are kept as codes, and said in its reader's language: days, times, places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time

from babel.dates import format_date, format_time

from patientapp.messaging.visit_texts import PLACES, REASONS

DAY = "d MMM"  # 24 Sept, never "tomorrow": a text that arrives late still says the right day
WEEKDAY = "EEE d MMM"  # Wed 24 Sept
# 10:30am; elsewhere as the language writes a short time, but where its word for "pm" is too long
CLOCK = {"en": "h:mma", "pa": "H:mm"}


class CannotFill(ValueError):
    """A text has no such template, or its words are not the ones the template needs."""


def _say_date(given: str, spoken: str) -> str:
    return format_date(date.fromisoformat(given), DAY, locale=spoken)


def _say_day(given: str, spoken: str) -> str:
    return format_date(date.fromisoformat(given), WEEKDAY, locale=spoken)


def _say_time(given: str, spoken: str) -> str:
    wanted = CLOCK.get(spoken.split("_")[0], "short")
    return format_time(time.fromisoformat(given), wanted, locale=spoken)


def _say_place(given: str, _spoken: str) -> str:
    return PLACES[given]() if given.startswith("@") else given


def _say_why(given: str, _spoken: str) -> str:
    return REASONS[given]()


# Words that are kept as codes, and said in the reader's language; what cannot be read is refused.
SAY: Mapping[str, Callable[[str, str], str]] = {
    "date": _say_date,
    "day": _say_day,
    "time": _say_time,
    "place": _say_place,
    "why": _say_why,
}
READ: Mapping[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "place": lambda given: not given.startswith("@") or _known(given, PLACES),
    "why": lambda given: _known(given, REASONS),
}


def _known(code: str, codes: Mapping[str, object]) -> bool:
    if code not in codes:
        raise CannotFill(f"no words for {code!r}")
    return True
