"""Rules of surveys: what was said among what was returned, and the Friends and Family Test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, Why, cases, joined
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Answers, Bools, Floats

POSITIVE = (1, 2)  # very good and good (instruments.md section 7)
DONT_KNOW = 6


def _value(answers: Answers, name: str) -> Floats:
    return answers.values.get(name, np.full(len(answers), np.nan))


def _returned(ask: Ask, answers: Answers, met: Bools) -> Cases:
    at = np.flatnonzero(ask.period.has(answers.at))
    return cases(answers.referral[at], ended=answers.at[at], numerator=met[at])


def any_yes(ask: Ask, *, instrument: str, items: Sequence[str]) -> Cases:
    """K4: surveys with a yes to any of these, among those returned."""
    answers = ask.facts.of_instrument(instrument)
    yes = np.any([_value(answers, item) == 1 for item in items], axis=0)
    return _returned(ask, answers, yes)


def all_yes(ask: Ask, *, instrument: str, items: Sequence[str], unless: str = "") -> Cases:
    """K5, K8a: surveys with a yes to all of these, among those returned by people it concerns."""
    answers = ask.facts.of_instrument(instrument)
    found = _returned(ask, answers, np.all([_value(answers, item) == 1 for item in items], axis=0))
    if not unless or ask.reads("k5_no_medicines", "counted"):
        return found
    takes_none = _value(answers, unless)[np.flatnonzero(ask.period.has(answers.at))] == 1
    return found.without(takes_none, Why.NO_MEDICINES)


def yes_with_family(ask: Ask, *, instrument: str, family: str, item: str) -> Cases:
    """K8b: yes among surveys returned, the family's version counted in."""
    return joined(
        all_yes(ask, instrument=instrument, items=(item,)),
        all_yes(ask, instrument=family, items=(item,)),
    )


def positive(ask: Ask, *, instrument: str, item: str) -> Cases:
    """K9: a good or very good experience among surveys returned."""
    answers = ask.facts.of_instrument(instrument)
    return _returned(ask, answers, np.isin(_value(answers, item), POSITIVE))


def both_increased(ask: Ask, *, instrument: str, items: Sequence[str]) -> Cases:
    """K6: all of these higher than at entry, among the six-month surveys returned."""
    facts, answers = ask.facts, ask.facts.of_instrument(instrument)
    values = np.array([_value(answers, item) for item in items])
    scorable = ~np.isnan(values).any(axis=0) & (answers.referral >= 0)
    entries = np.flatnonzero(scorable & (answers.point == "T0"))
    if ask.reads("t0_pick", "first_scorable"):
        entries = entries[::-1]
    at_entry = np.full((len(items), len(facts.referrals)), np.nan)
    at_entry[:, answers.referral[entries]] = values[:, entries]
    came = np.full(len(facts.referrals), NEVER)
    came[answers.referral[entries]] = answers.at[entries]
    late = np.flatnonzero((answers.point == "T6") & ask.period.has(answers.at))
    referral = answers.referral[late]
    with np.errstate(invalid="ignore"):
        rose = (values[:, late] > at_entry[:, referral]).all(axis=0)
    found = cases(referral, began=came[referral], ended=answers.at[late], numerator=np.asarray(rose))
    if ask.reads("k6_no_baseline", "counted_against"):
        return found
    return found.without(np.isnan(at_entry[0, referral]), Why.NO_BASELINE)


def top_scores(ask: Ask, *, instrument: str, items: Sequence[str], highest: int) -> Cases:
    """K10: encounters with every rating at its maximum, among those with all of them answered."""
    answers = ask.facts.of_instrument(instrument)
    values = np.array([_value(answers, item) for item in items])
    maximum = np.nan_to_num(_value(answers, "scale_max"), nan=9)
    found = _returned(ask, answers, (values == maximum).all(axis=0))
    at = np.flatnonzero(ask.period.has(answers.at))
    found = found.without(maximum[at] != highest, Why.OTHER_VERSION)
    found = found.without(np.isnan(values[:, at]).any(axis=0), Why.INCOMPLETE)
    if ask.reads("proxy", "counted"):
        return found
    return found.without(answers.proxy[at], Why.PROXY_ONLY)


def _counts(ask: Ask, chosen: Bools, *, positive: Bools | None = None) -> Cases:
    feedback = ask.facts.feedback
    at = np.flatnonzero(chosen & (feedback.day >= ask.period.first) & (feedback.day <= ask.period.last))
    said = np.ones(len(feedback.day), bool) if positive is None else positive
    return cases(
        np.full(len(at), -1),
        ended=feedback.day[at] * DAY_SECONDS,
        numerator=np.where(said[at], feedback.count[at], 0),
        denominator=feedback.count[at],
    )


def fft_positive(ask: Ask) -> Cases:
    """K7: very good and good among all answers, do not know included."""
    feedback = ask.facts.feedback
    found = _counts(ask, feedback.response > 0, positive=np.isin(feedback.response, POSITIVE))
    if ask.reads("fft_dont_know", "in_denominator"):
        return found
    chosen = (feedback.response > 0) & (feedback.day >= ask.period.first)
    kinds = feedback.response[chosen & (feedback.day <= ask.period.last)]
    return found.without(kinds == DONT_KNOW, Why.DONT_KNOW)


def fft_returned(ask: Ask) -> Cases:
    """K7r: answers received to how many were offered the question."""
    received = _counts(ask, ask.facts.feedback.response > 0)
    offered = _counts(ask, ask.facts.feedback.response == 0)
    none = np.zeros(len(received), np.int64)
    asked = np.zeros(len(offered), np.int64)
    return joined(
        cases(received.referral, ended=received.ended, numerator=received.numerator, denominator=none),
        cases(offered.referral, ended=offered.ended, numerator=asked, denominator=offered.denominator),
    )
