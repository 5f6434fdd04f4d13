"""The figures about our texts as lines for the shell, columns apart by tabs."""

from __future__ import annotations

from collections.abc import Iterator

from patientapp.reminders import results_texts as texts
from patientapp.reminders.results import Results
from patientapp.reminders.results_rules import Rate

HEADS = (
    "group",
    "line",
    "booked",
    "missed",
    "cancelled_by_patient",
    "cancelled_by_service",
    "not_marked",
    "missed_percent",
    "low",
    "high",
)


def report_lines(found: Results) -> Iterator[str]:
    """A head, a line for each group, the reach, and what all this cannot say."""
    yield "\t".join(HEADS)
    yield _line("all", found.everyone)
    for group, rows in found.groups.items():
        for one in rows:
            yield _line(group.value, one)
    reach = found.reach
    yield f"# people {reach.people}"
    yield f"# with_mobile {reach.with_mobile} ({texts.share(reach.percent_with_mobile)})"
    yield f"# may_text {reach.may_text} ({texts.share(reach.percent_may_text)})"
    for words in texts.caution():
        yield f"# {words}"


def _line(group: str, one: Rate) -> str:
    percent = "" if one.percent is None else f"{one.percent:.2f}"
    counts = (one.booked, one.missed, one.by_patient, one.by_service, one.not_marked)
    return "\t".join([group, one.label, *map(str, counts), percent, f"{one.low:.2f}", f"{one.high:.2f}"])
