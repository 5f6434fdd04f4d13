"""Rules of events: what must follow an entry, counts, opioid doses, data sets."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence

import numpy as np

from patientapp.kpi import days
from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, Why, cases
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Bools, Events, Floats, Ints

DISCHARGES = (
    "completed",
    "disengaged",
    "left_area",
    "no_longer_appropriate",
    "self_discharge",
    "died",
)
HEADLINE = ("disengaged", "left_area", "no_longer_appropriate")  # 002 section 5.1 asks these three
HIGH_DOSE = 100.0  # mg oral morphine equivalent in 24 hours, 002 appendix 5
MONTH = re.compile(r"(\d{4})-(\d{2})")


def _entered(ask: Ask) -> tuple[Ints, Ints]:
    """Who entered the service in the period, and when (readings `entry`)."""
    facts = ask.facts
    moments = {
        "first_attended": facts.attended(),
        "accepted": facts.first("accepted"),
        "received": facts.referrals.received,
        "discharged": facts.first("discharged"),
    }
    when = moments[ask.choices["entry"]]
    return np.flatnonzero(ask.period.has(when)), when


def _since(ask: Ask, act: str, referral: Ints, began: Ints) -> Ints:
    """The first such event of each on or after the day it could be (NEVER: none)."""
    events = ask.facts.events.of(act)
    start = np.full(len(ask.facts.referrals), np.iinfo(np.int64).max)
    start[referral] = began // DAY_SECONDS
    known = events.referral >= 0
    late = known & (events.at // DAY_SECONDS >= start[events.referral])
    return ask.facts.first_of(events.referral[late], events.at[late])[referral]


def done_since_entry(ask: Ask, *, act: str) -> Cases:
    """K27a, K27b, K28: recorded since, among all who entered in the period."""
    at, when = _entered(ask)
    began = when[at]
    leaving = ask.reads("entry", "discharged")
    ended = ask.facts.first(act)[at] if leaving else _since(ask, act, at, began)
    return cases(at, began=began, ended=ended, numerator=ended != NEVER)


def done_since_event(ask: Ask, *, event: str, act: str) -> Cases:
    """K27c: recorded since, among those to whom something happened in the period."""
    began = ask.facts.first(event)
    at = np.flatnonzero(ask.period.has(began))
    ended = _since(ask, act, at, began[at])
    return cases(at, began=began[at], ended=ended, numerator=ended != NEVER)


def completed(ask: Ask) -> Cases:
    """K20: programmes completed, among those entered (one cohort)."""
    began, ended = ask.facts.first("programme_started"), ask.facts.first("programme_completed")
    by_entry = ask.reads("k20_cohort", "entered_in_period")
    at = np.flatnonzero(ask.period.has(began if by_entry else ended))
    return cases(at, began=began[at], ended=ended[at], numerator=ended[at] != NEVER)


def _events(ask: Ask, events: Events) -> Cases:
    chosen = ask.period.has(events.at)
    size = int(chosen.sum())
    none = np.zeros(size, np.int64)
    return cases(events.referral[chosen], ended=events.at[chosen], numerator=none + 1, denominator=none)


def counted(ask: Ask, *, event: str, apart: Sequence[str] = ()) -> Cases:
    """K23, K25c, ONW: how many in the period, those of some details apart."""
    events = ask.facts.events.of(event)
    said = events.detail[ask.period.has(events.at)]
    return _events(ask, events).without(np.isin(said, list(apart)), Why.OTHER_REASON)


def discharges(ask: Ask, *, reasons: Sequence[str] = HEADLINE, headline: bool = False) -> Cases:
    """K22: discharges of some reasons in the period."""
    if headline and ask.reads("k22_headline", "all_reasons"):
        reasons = DISCHARGES
    gone = ask.facts.events.of("discharged")
    _one, first = np.unique(gone.referral, return_index=True)
    gone = gone.where(np.isin(np.arange(len(gone)), first))
    found = _events(ask, gone)
    said = gone.detail[ask.period.has(gone.at)]
    return found.without(~np.isin(said, list(reasons)), Why.OTHER_REASON)


def _doses(ask: Ask) -> tuple[Events, Floats]:
    """Opioid doses and their milligrams; what is no number is no dose."""
    events = ask.facts.events.of("opioid_dose")
    mg = np.array([_number(one) for one in events.detail], np.float64)
    return events.where(~np.isnan(mg)), mg[~np.isnan(mg)]


def _number(text: object) -> float:
    try:
        return float(str(text).removesuffix("mg").strip())
    except ValueError:
        return float("nan")


def high_doses_told(ask: Ask) -> Cases:
    """K25a: people at 100 mg or more in the period whose GP was told."""
    events, mg = _doses(ask)
    high = mg >= HIGH_DOSE if ask.reads("k25_threshold", "at_least_100") else mg > HIGH_DOSE
    high &= events.referral >= 0
    ever = ask.facts.first_of(events.referral[high], events.at[high])
    now = high & ask.period.has(events.at)
    at = np.unique(events.referral[now])
    told = _since(ask, "gp_opioid_notice", at, ever[at])
    return cases(at, began=ever[at], ended=told, numerator=told != NEVER)


def dose_pairs(ask: Ask) -> Cases:
    """K25b: people discharged in the period with a dose at entry and another later."""
    events, _mg = _doses(ask)
    first = ask.facts.first_of(events.referral, events.at)
    last = ask.facts.last_of(events.referral, events.at)
    at = np.flatnonzero(ask.period.has(ask.facts.first("discharged")))
    paired = (first[at] != NEVER) & (last[at] != first[at])
    none = np.zeros(len(at), np.int64)
    made = cases(at, began=first[at], ended=last[at], numerator=none + 1, denominator=none)
    return made.without(~paired, Why.NO_PAIR)


def data_sets_on_time(ask: Ask) -> Cases:
    """K24: monthly data sets that were due, and submitted by their day."""
    due = ask.facts.events.of("dataset_due")
    due = due.where(ask.period.has(due.at))
    sent = ask.facts.events.of("dataset_submitted")
    first: dict[str, int] = {}
    for detail, at in zip(sent.detail, sent.at, strict=True):
        first.setdefault(str(detail), int(at))
    ended = np.array([first.get(str(one), NEVER) for one in due.detail], np.int64)
    last_day = np.array(
        [_due_day(ask, str(one), int(at)) for one, at in zip(due.detail, due.at, strict=True)], np.int64
    )
    met: Bools = (ended != NEVER) & (ended // DAY_SECONDS <= last_day)
    return cases(due.referral, began=due.at, ended=ended, numerator=met)


def _due_day(ask: Ask, detail: str, at: int) -> int:
    """The day agreed; one inside its own month says only what is due: then as `k24_due` reads."""
    said, found = at // DAY_SECONDS, MONTH.match(detail)
    if not found or not 1 <= int(found[2]) <= 12:
        return said
    year, month = int(found[1]), int(found[2])
    end = days.number(days.EPOCH.replace(year=year, month=month, day=calendar.monthrange(year, month)[1]))
    if said > end:
        return said
    if ask.reads("k24_due", "month_end_after"):
        after = days.months_after(np.array([end + 1]), 1)
        return int(after[0]) - 1
    count = 10 if ask.reads("k24_due", "10th_working_day") else 5
    return int(days.deadline(np.array([end + 1]), count - 1)[0])
