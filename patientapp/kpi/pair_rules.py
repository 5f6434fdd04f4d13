"""Rules of outcomes: entry and discharge scores of one episode, and quality of life on the way.

The pairs of 001 and 002 (both answers there) and the first assessments of 004 (who did not come back
counts against) are two denominators and two rules, never mixed (requirements.md X13).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, Why, cases
from patientapp.kpi.days import months_after
from patientapp.kpi.facts import COHORTS, DAY_SECONDS, NEVER, Bools, Floats, Ints
from patientapp.scoring.change import NEAR, important_size
from patientapp.scoring.scale import Important

ENTRY_DAYS, EXIT_BEFORE, EXIT_AFTER = 14, 14, 42  # readings.md `windows`


@dataclass(frozen=True)
class Outcome:
    """One outcome measure: where its score is, which way is better, and how much matters."""

    instrument: str
    score: str
    sign: int
    important: Important
    reliable: float


@dataclass(frozen=True, eq=False)
class Pairs:
    """Each referral's entry and discharge score of one measure, and how they compare."""

    entry: Floats
    exit: Floats
    entry_at: Ints
    exit_at: Ints
    gain: Floats
    out_of_order: Bools

    @property
    def paired(self) -> Bools:
        """Who has both, in order."""
        return np.asarray(~np.isnan(self.gain))


def _picked(ask: Ask, of: Outcome, point: str, *, last: bool) -> tuple[Floats, Ints]:
    """One scorable answer of a time point of each referral (CLIN-06), and when it was given."""
    answers = ask.facts.of_instrument(of.instrument)
    values = answers.values.get(of.score, np.zeros(0))
    fits = (answers.point == point) & ~np.isnan(values) & (answers.referral >= 0)
    if ask.reads("proxy", "left_out"):
        fits &= ~answers.proxy
    if ask.reads("windows", "windowed"):
        fits &= _in_window(ask, answers.referral, answers.at // DAY_SECONDS, point)
    place = np.flatnonzero(fits)
    order = place if last else place[::-1]
    value = np.full(len(ask.facts.referrals), np.nan)
    at = np.full(len(ask.facts.referrals), NEVER)
    value[answers.referral[order]] = values[order]
    at[answers.referral[order]] = answers.at[order]
    return value, at


def _in_window(ask: Ask, referral: Ints, day: Ints, point: str) -> Bools:
    attended, gone = ask.facts.attended()[referral], ask.facts.first("discharged")[referral]
    if point == "T0":
        return np.asarray((attended != NEVER) & (day <= attended // DAY_SECONDS + ENTRY_DAYS))
    end = np.where(gone == NEVER, 0, gone // DAY_SECONDS)
    if point == "T6":
        return np.asarray((gone != NEVER) & (np.abs(day - months_after(end, 6)) <= EXIT_AFTER))
    return np.asarray((gone != NEVER) & (day >= end - EXIT_BEFORE) & (day <= end + EXIT_AFTER))


def pairs_of(ask: Ask, of: Outcome) -> Pairs:
    """Entry against discharge of every referral; NaN where there is no pair."""
    entry, entry_at = _picked(ask, of, "T0", last=ask.reads("t0_pick", "last_scorable"))
    leaving, exit_at = _picked(ask, of, "TD", last=ask.reads("td_pick", "last_scorable"))
    gain = (leaving - entry) * of.sign
    wrong = ~np.isnan(gain) & (entry_at > exit_at) & ask.reads("pair_order", "t0_before_td")
    return Pairs(entry, leaving, entry_at, exit_at, np.where(wrong, np.nan, gain), wrong)


def improved(found: Pairs, important: Important | None = None) -> Bools:
    """Who is better at all, or by as much as matters to people; met exactly, with a tolerance."""
    gain = np.nan_to_num(found.gain, nan=-np.inf)
    if important is None:
        return np.asarray(np.greater(gain, NEAR))
    return np.asarray(np.greater_equal(gain, important_size(important, found.entry) - NEAR))


def beyond_noise(found: Pairs, least: float) -> Bools:
    """Whose gain is larger than the noise of the measure."""
    return np.asarray(np.greater(np.nan_to_num(found.gain, nan=-np.inf), least + NEAR))


def _closed(ask: Ask, exit_at: Ints) -> Ints:
    """The referrals whose pair belongs to the period (readings `k1_period`)."""
    by_discharge = ask.reads("k1_period", "discharge_date")
    return np.flatnonzero(ask.period.has(ask.facts.first("discharged") if by_discharge else exit_at))


def better_pairs(ask: Ask, *, outcome: Outcome, important: bool = False) -> Cases:
    """K1, K3: people with a better score at discharge than at entry, among those with both."""
    found = pairs_of(ask, outcome)
    better = improved(found, outcome.important if important else None)
    return _paired(ask, found, better)


def _paired(ask: Ask, found: Pairs, better: Bools) -> Cases:
    at = _closed(ask, found.exit_at)
    made = cases(at, began=found.entry_at[at], ended=found.exit_at[at], numerator=better[at])
    made = made.without(found.out_of_order[at], Why.OUT_OF_ORDER)
    return made.without(~found.paired[at], Why.NO_PAIR)


def better_on_any(ask: Ask, *, outcomes: dict[str, Outcome]) -> Cases:
    """K1: better on at least one paired measure of the contract's pack."""
    rule = ask.choices["k1_rule"]
    names = ask.outcomes if rule in ("any_measure", "all_measures") else (rule,)
    every = [pairs_of(ask, outcomes[name]) for name in names if name in outcomes]
    if len(every) == 1:
        return _paired(ask, every[0], improved(every[0]))
    paired = np.array([one.paired for one in every])
    better = np.array([improved(one) for one in every])
    known: Bools = np.asarray(paired.any(axis=0))
    wins = (better | ~paired).all(axis=0) if rule == "all_measures" else better.any(axis=0)
    entry_at = _outermost([one.entry_at for one in every], paired, first=True)
    exit_at = _outermost([one.exit_at for one in every], paired, first=False)
    at = _closed(ask, exit_at)
    made = cases(at, began=entry_at[at], ended=exit_at[at], numerator=np.asarray(wins & known)[at])
    disordered = np.asarray(np.array([one.out_of_order for one in every]).any(axis=0) & ~known)
    made = made.without(disordered[at], Why.OUT_OF_ORDER)
    return made.without(~known[at], Why.NO_PAIR)


def _outermost(moments: list[Ints], paired: Bools, *, first: bool) -> Ints:
    fill = np.iinfo(np.int64).max if first else NEVER
    every = np.where(paired, np.array(moments), fill)
    found = every.min(axis=0) if first else every.max(axis=0)
    return np.where(found == fill, NEVER, found)


def better_since_first(ask: Ask, *, outcome: Outcome, cohort: str = "") -> Cases:
    """K1b, K1n: better at discharge, among all who answered at first assessment.

    A baseline answered after the discharge answers is no first assessment (readings `pair_order`).
    """
    found = pairs_of(ask, outcome)
    facts = ask.facts
    by_discharge = ask.reads("k1b_population", "discharged_in_period")
    when = facts.first("discharged") if by_discharge else facts.attended()
    chosen = ask.period.has(when)
    if cohort:
        chosen &= facts.referrals.cohort == COHORTS.index(cohort)
    at = np.flatnonzero(chosen)
    made = cases(at, began=found.entry_at[at], ended=found.exit_at[at], numerator=improved(found)[at])
    made = made.without(found.out_of_order[at], Why.OUT_OF_ORDER)
    return made.without(np.isnan(found.entry[at]), Why.NO_BASELINE)


def recorded(ask: Ask, *, outcome: Outcome, act: str, cohort: str = "") -> Cases:
    """K2, K2n: people with quality of life recorded, among those treated or registered."""
    facts = ask.facts
    events = facts.events.of(act)
    if act == "treatment_started" and ask.reads("k2_treated", "attended_in_period"):
        kept = facts.visits.are("attended")
        referral, at = facts.visits.referral[kept], facts.visits.starts[kept]
    else:
        referral, at = events.referral, events.at
    chosen = ask.period.has(at) & (referral >= 0)
    if cohort:
        chosen &= facts.referrals.cohort[referral] == COHORTS.index(cohort)
    referral, at = referral[chosen], at[chosen]
    _people, first = np.unique(facts.referrals.patient[referral], return_index=True)
    has = np.isin(facts.referrals.patient[referral[first]], _with_answers(ask, outcome))
    return cases(referral[first], began=at[first], numerator=has)


def _with_answers(ask: Ask, of: Outcome) -> Ints:
    """The people with a scorable answer by the end of the period (readings `k2_recorded`)."""
    answers = ask.facts.of_instrument(of.instrument)
    values = answers.values.get(of.score, np.zeros(0))
    fits = ~np.isnan(values) & (answers.referral >= 0)
    if ask.reads("proxy", "left_out"):
        fits &= ~answers.proxy
    if ask.reads("k2_recorded", "within_period"):
        fits &= ask.period.has(answers.at)
    if ask.reads("k2_recorded", "t0_only"):
        fits &= answers.point == "T0"
    if not ask.reads("k2_recorded", "any_ever"):
        fits &= answers.at // DAY_SECONDS <= ask.period.last
    return np.unique(ask.facts.referrals.patient[answers.referral[fits]])
