"""Whether an instrument may be offered, and in which words: the licence gate, and nothing else.

In production only our own words, and licensed words within their licence, are shown to anybody.
Elsewhere demonstration wording may stand in. What was begun under a licence may be finished.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from patientapp.questionnaires.words import Wording, WordingStatus, in_language

if TYPE_CHECKING:
    from datetime import date

    from patientapp.questionnaires.definition import Instrument


class Withheld(StrEnum):
    """Why an instrument is offered to nobody."""

    NOT_INSTALLED = "not_installed"
    DEMONSTRATION = "demonstration"
    EXPIRED = "expired"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Offer:
    """The words to show, or why there are none."""

    wording: Wording | None
    why: Withheld | None = None


def offer(
    instrument: Instrument,
    language: str,
    *,
    today: date,
    production: bool,
    begun_on: date | None = None,
) -> Offer:
    """What may be shown today; `begun_on` is the day on which its pack was begun, if it was."""
    licensed = in_language(instrument.installed, language)
    shipped = in_language(instrument.wordings, language)
    if licensed and licensed.registered and licensed.registered.covers(begun_on or today):
        return Offer(licensed)
    if shipped and (shipped.status == WordingStatus.OWN or not production):
        return Offer(shipped)
    return Offer(None, _why(instrument, language, licensed=licensed, shipped=shipped))


def _why(
    instrument: Instrument, language: str, *, licensed: Wording | None, shipped: Wording | None
) -> Withheld:
    if language in instrument.broken:
        return Withheld.BROKEN
    if licensed:
        return Withheld.EXPIRED
    return Withheld.DEMONSTRATION if shipped else Withheld.NOT_INSTALLED
