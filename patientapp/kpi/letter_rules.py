"""Rules of letters: a discharge and its summary, a letter that was due and the one that was sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, Why, cases, joined
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Events, Ints


def summaries_in_time(ask: Ask, *, days: int, with_events: bool = False) -> Cases:
    """K19: a summary follows a discharge in time; in 000 letters of significant events count too."""
    facts = ask.facts
    began = facts.first("discharged")
    at = np.flatnonzero(ask.period.has(began))
    sent = facts.first("summary_sent")[at]
    met = ask.in_time(began[at], sent, days, receipt=False)
    found = cases(at, began=began[at], ended=sent, numerator=met)
    found = ask.wait_for_missing(found, days, receipt=False)
    if ask.reads("k19_deaths", "left_out"):
        gone = facts.events.of("discharged")
        gone = gone.where(gone.detail == "died")
        found = found.without(np.isin(found.referral, gone.referral), Why.DIED)
    if with_events and ask.reads("k19_scope_000", "events_and_discharges"):
        return joined(found, letters_in_time(ask, days=days))
    return found


def letters_in_time(ask: Ask, *, days: int, kinds: Sequence[str] = (), kind_days: int = 0) -> Cases:
    """K19n: a letter that was due is sent within the working days of its type."""
    due, sent = ask.facts.events.of("notification_due"), ask.facts.events.of("notification_sent")
    which = np.flatnonzero(ask.period.has(due.at))
    ended = sent_for(due, sent)[which]
    referral, began = due.referral[which], due.at[which]
    named = np.array([type_and_letter(one)[0] in kinds for one in due.detail[which]], bool)
    short = ask.in_time(began, ended, days, receipt=False)
    met = np.where(named, ask.in_time(began, ended, kind_days, receipt=False), short)
    found = cases(referral, began=began, ended=ended, numerator=met)
    return ask.wait_for_missing(found, days, receipt=False)


def type_and_letter(detail: str) -> tuple[str, str]:
    """The document type and the letter's id; either may be missing."""
    kind, _colon, letter = str(detail).partition(":")
    return kind.strip(), letter.strip()


def sent_for(due: Events, sent: Events) -> Ints:
    """When the letter of each due one was sent: the one of its id, else the next of its type."""
    out = np.full(len(due), NEVER)
    by_letter: dict[tuple[int, str], int] = {}
    named: set[tuple[int, str]] = set()
    for referral, at, detail in zip(sent.referral, sent.at, sent.detail, strict=True):
        by_letter.setdefault((int(referral), type_and_letter(detail)[1]), int(at))
    for place, (referral, detail) in enumerate(zip(due.referral, due.detail, strict=True)):
        key = (int(referral), type_and_letter(detail)[1])
        if key[1] and key in by_letter:
            out[place] = by_letter[key]
            named.add(key)
    return _match_rest(due, sent, out, named)


def _match_rest(due: Events, sent: Events, out: Ints, named: set[tuple[int, str]]) -> Ints:
    """Letters without a common id: each due one takes the next unused one of its referral and type."""
    free: dict[int, list[int]] = defaultdict(list)
    for place, (referral, detail) in enumerate(zip(sent.referral, sent.detail, strict=True)):
        if (int(referral), type_and_letter(detail)[1]) not in named:
            free[int(referral)].append(place)
    for place in np.flatnonzero(out == NEVER).tolist():
        for other in free[int(due.referral[place])]:
            if sent.at[other] // DAY_SECONDS >= due.at[place] // DAY_SECONDS and _agree(
                str(due.detail[place]), str(sent.detail[other])
            ):
                out[place] = sent.at[other]
                free[int(due.referral[place])].remove(other)
                break
    return out


def _agree(one: str, other: str) -> bool:
    """What both say is the same; what one leaves out, the other may say."""
    pairs = zip(type_and_letter(one), type_and_letter(other), strict=True)
    return all(a == b or not a or not b for a, b in pairs)
