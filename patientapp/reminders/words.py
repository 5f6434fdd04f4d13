"""What the templates of reminders are filled with; codes and dates, never anything personal."""

from __future__ import annotations

from collections.abc import Mapping

from patientapp.messaging.texts import TEMPLATES
from patientapp.reminders.decision import Text
from patientapp.workdays import LONDON


def words_of(template: str, text: Text, *, minutes: int, page: str) -> dict[str, str]:
    """The words that this template needs, out of what this text is about."""
    known = _of_visit(text) | {"mins": str(minutes), "page": page}
    if text.course is not None:
        known["date"] = text.course.closes_on.isoformat()
    return _picked(known, TEMPLATES[template].needs)


def _picked(known: Mapping[str, str], needs: frozenset[str]) -> dict[str, str]:
    return {name: known[name] for name in needs}


def _of_visit(text: Text) -> dict[str, str]:
    if text.visit is None:
        return {}
    local = text.visit.starts_at.astimezone(LONDON)
    return {
        "day": local.date().isoformat(),
        "time": local.strftime("%H:%M"),
        "place": text.visit.place,
    }
