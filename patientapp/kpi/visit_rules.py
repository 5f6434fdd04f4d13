"""Rules of visits: shares of what was attended or booked, and new to review."""

from __future__ import annotations

import numpy as np

from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, cases, joined
from patientapp.kpi.days import months_after
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Bools, Ints


def _in_period(ask: Ask, chosen: Bools) -> Ints:
    return np.flatnonzero(chosen & ask.period.has(ask.facts.visits.starts))


def _share(ask: Ask, of: Bools, which: Bools) -> Cases:
    visits, at = ask.facts.visits, _in_period(ask, of)
    return cases(visits.referral[at], ended=visits.starts[at], numerator=which[at])


def virtual_share(ask: Ask) -> Cases:
    """K16: video and telephone visits among all attended."""
    visits = ask.facts.visits
    virtual = visits.are("video")
    if ask.reads("k16_virtual", "video_and_telephone"):
        virtual = virtual | visits.are("telephone")
    return _share(ask, visits.are("attended"), virtual)


def pifu_share(ask: Ask) -> Cases:
    """K17a: visits of the patient-initiated kind among all attended."""
    visits = ask.facts.visits
    counted = visits.are("attended")
    if ask.reads("k17_appointments", "booked_in_period"):
        counted = np.ones(len(visits), bool)
    return _share(ask, counted, visits.are("pifu"))


def pifu_moves(ask: Ask) -> Cases:
    """K17b: moves and discharges to patient-initiated follow-up, to all attended visits."""
    moves = ask.facts.events.of("moved_to_pifu", "discharged_to_pifu")
    moves = moves.where(ask.period.has(moves.at))
    referral, at = moves.referral, moves.at
    if ask.reads("k17_moves", "referrals"):
        referral, first = np.unique(referral, return_index=True)
        at = at[first]
    attended = _share(ask, ask.facts.visits.are("attended"), np.zeros(len(ask.facts.visits), bool))
    none = np.zeros(len(referral), np.int64)
    return joined(cases(referral, ended=at, numerator=none + 1, denominator=none), attended)


def kept_share(ask: Ask, *, state: str) -> Cases:
    """K29: visits that were missed or cancelled among those booked."""
    visits = ask.facts.visits
    of = np.ones(len(visits), bool)
    if ask.reads("k29_booked", "attended_plus_missed"):
        of = visits.are("attended") | visits.are("missed")
    return _share(ask, of, visits.are(state))


def reviews_to_new(ask: Ask, *, twelve_months: bool = False) -> Cases:
    """K21: attended reviews to attended first visits."""
    visits = ask.facts.visits
    attended = visits.are("attended")
    new = attended & visits.are("first")
    reviews = attended & ~visits.are("first")
    if ask.reads("k21_reviews", "follow_up_and_review"):
        reviews = attended & (visits.are("follow_up") | visits.are("review"))
    if (twelve_months or ask.reads("k21_twelve_months", "all")) and not ask.reads(
        "k21_twelve_months", "none"
    ):
        soon = new & _soon_after_another(ask)
        new, reviews = new & ~soon, reviews | soon
    at = _in_period(ask, new | reviews)
    return cases(
        visits.referral[at],
        ended=visits.starts[at],
        numerator=reviews[at],
        denominator=new[at].astype(np.int64),
    )


def _soon_after_another(ask: Ask) -> Bools:
    """Attended visits within 12 months of the person's attended one before (C30)."""
    visits = ask.facts.visits
    out = np.zeros(len(visits), bool)
    at = np.flatnonzero(visits.are("attended"))
    people = ask.facts.referrals.patient[visits.referral[at]]
    order = np.lexsort((visits.starts[at], people))
    at, people = at[order], people[order]
    days = visits.starts[at] // DAY_SECONDS
    if len(at):
        before = np.concatenate(([NEVER], days[:-1]))
        same = np.concatenate(([False], people[1:] == people[:-1]))
        out[at] = same & (days <= months_after(np.where(same, before, days), 12))
    return out
