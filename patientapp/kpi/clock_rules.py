"""Rules of clocks: acts on referrals, first visits, starts of treatment, whole pathways."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from patientapp.kpi import days
from patientapp.kpi.asked import Ask
from patientapp.kpi.cases import Cases, Why, cases
from patientapp.kpi.facts import DAY_SECONDS, NEVER, Bools, Ints, earliest

WEEK = 7


def _received(ask: Ask, *, urgency: str = "") -> Ints:
    """The referrals received in the period, of one urgency if said."""
    referrals = ask.facts.referrals
    chosen = ask.period.has(referrals.received)
    if urgency:
        chosen &= referrals.urgent == (urgency == "urgent")
    return np.flatnonzero(chosen)


def _act(ask: Ask, who: Ints, acts: Ints, limit: int) -> Cases:
    began, ended = ask.facts.referrals.received[who], acts[who]
    met = ask.in_time(began, ended, limit)
    return ask.wait_for_missing(cases(who, began=began, ended=ended, numerator=met), limit)


def assessed_in_time(ask: Ask, *, days: int, urgency: str = "") -> Cases:
    """K11: a referral is triaged, or sent back, within so many working days of its receipt."""
    if ask.reads("k11_urgent", "together"):
        urgency = ""
    acts = ask.facts.first("triaged")
    if ask.reads("k11_returned", "a_return_is_an_assessment"):
        acts = earliest(acts, ask.facts.first("returned"))
    return _act(ask, _received(ask, urgency=urgency), acts, days)


def returned_in_time(ask: Ask, *, days: int) -> Cases:
    """K12: a referral that is sent back is sent back within so many working days."""
    returns = ask.facts.events.of("returned")
    if ask.reads("k12_scope", "inappropriate_only"):
        returns = returns.where(returns.detail == "inappropriate")
    acts = ask.facts.first_of(returns.referral, returns.at)
    who = np.flatnonzero(acts != NEVER)
    when = acts if ask.reads("k12_period", "returned") else ask.facts.referrals.received
    return _act(ask, who[ask.period.has(when[who])], acts, days)


def approached_in_time(ask: Ask, *, days: int, act: str) -> Cases:
    """K13: an appointment is offered, or the person contacted, within so many working days."""
    acts = ask.facts.first(act)
    if act == "contacted" and ask.reads("k13_contact", "attempted_or_contacted"):
        acts = ask.facts.first("contacted", "contact_attempted")
    found = _act(ask, _received(ask), acts, days)
    if ask.reads("k13_returned", "counted"):
        return found
    sent_back = ask.facts.first("returned")[found.referral] != NEVER
    return found.without(sent_back, Why.SENT_BACK)


def _without_choice(ask: Ask, found: Cases, *, chooses: bool, missed: bool = False) -> Cases:
    """Leave out waits that the person wished for (readings `patient_choice`)."""
    if not chooses or ask.reads("patient_choice", "ignored"):
        return found
    chose = ask.chose_to_wait(found.referral, found.began, found.ended)
    if missed and ask.reads("choice_evidence", "also_patient_cancelled_or_missed_first"):
        chose |= _failed_first(ask)[found.referral]
    if ask.reads("patient_choice", "left_out_if_late"):
        chose &= found.numerator == 0
    return found.without(chose, Why.PATIENT_CHOICE)


def _failed_first(ask: Ask) -> Bools:
    visits = ask.facts.visits
    failed = visits.are("first") & (visits.are("missed") | visits.are("cancelled_by_patient"))
    out = np.zeros(len(ask.facts.referrals), bool)
    out[visits.referral[failed]] = True
    return out


def _start(
    ask: Ask, began: Ints, ended: Ints, met: Callable[[Ints, Ints], Bools], who: Bools | None = None
) -> Cases:
    """Starts that took place in the period (readings `wait_period`), each with its clock."""
    happened = ended != NEVER
    by_end = ask.reads("wait_period", "by_the_ending_event")
    when = ended if by_end else ask.facts.referrals.received
    chosen = happened & ask.period.has(when)
    at = np.flatnonzero(chosen if who is None else chosen & who)
    found = cases(at, began=began[at], ended=ended[at], numerator=met(began[at], ended[at]))
    return found.without(found.began == NEVER, Why.NO_START)


def seen_in_time(
    ask: Ask,
    *,
    days: int,
    clock: str = "received",
    urgency: str = "",
    visit: str = "first",
    choice: bool = False,
) -> Cases:
    """K14: the first attended visit is within so many working days; chosen waits are left out."""
    facts = ask.facts
    by_reading = {"kind_first_any_mode": "first", "kind_first_face_to_face": "first face_to_face"}
    visit = by_reading.get(ask.choices["k14_first"], visit)
    fits = np.ones(len(facts.visits), bool)
    for name in visit.split():
        fits &= facts.visits.are(name)
    began = facts.referrals.received if clock == "received" else facts.first(clock)
    is_receipt = clock == "received"
    which = None if not urgency else facts.referrals.urgent == (urgency == "urgent")
    found = _start(
        ask,
        began,
        facts.attended(only=fits),
        lambda start, end: ask.in_time(start, end, days, receipt=is_receipt),
        which,
    )
    chooses = choice or ask.reads("k14_choice_services", "all")
    return _without_choice(ask, found, chooses=chooses, missed=True)


def started_in_time(ask: Ask, *, days: int, act: str, choice: bool = False) -> Cases:
    """K15: treatment, or the programme, starts within so many working days of the referral."""
    found = _start(
        ask,
        ask.facts.referrals.received,
        ask.facts.first(act),
        lambda start, end: ask.in_time(start, end, days),
    )
    return _without_choice(ask, found, chooses=choice or ask.reads("k15_choice_services", "all"))


def _end_of_wait(ask: Ask) -> Ints:
    if ask.reads("k26_end", "first_attended"):
        return ask.facts.attended()
    return ask.facts.first("treatment_started")


def treated_within_weeks(ask: Ask, *, weeks: int) -> Cases:
    """RTT18: treatment starts within so many weeks of the referral; calendar days, no pauses."""

    def met(start: Ints, end: Ints) -> Bools:
        return np.asarray(np.less_equal(end // DAY_SECONDS - start // DAY_SECONDS, weeks * WEEK))

    return _start(ask, ask.facts.referrals.received, _end_of_wait(ask), met)


def mean_wait(ask: Ask, *, cancer: bool) -> Cases:
    """K26: days from referral to treatment, summed, over the people treated."""
    referrals = ask.facts.referrals
    found = _start(
        ask,
        referrals.received,
        _end_of_wait(ask),
        lambda start, end: end // DAY_SECONDS - start // DAY_SECONDS >= 0,
        referrals.cancer == cancer,
    )
    waited = found.ended // DAY_SECONDS - found.began // DAY_SECONDS
    return cases(found.referral, began=found.began, ended=found.ended, numerator=waited)


def closed_within(ask: Ask, *, months: int, start: str, pifu_ends: bool = False) -> Cases:
    """K18: a pathway that closed did so within so many months of its start."""
    facts = ask.facts
    ended = facts.first("discharged")
    if pifu_ends and ask.reads("k18_end", "discharge_or_pifu"):
        ended = earliest(ended, facts.first("moved_to_pifu", "discharged_to_pifu"))
    starts = {
        "treatment": earliest(facts.first("treatment_started"), facts.first("programme_started")),
        "first_attended": facts.attended(),
        "accepted": facts.first("accepted"),
        "received": facts.referrals.received,
    }
    chosen = start if start == "received" else ask.choices["k18_start"]
    at = np.flatnonzero(ask.period.has(ended))
    found = cases(at, began=starts[chosen][at], ended=ended[at], numerator=np.zeros(len(at), bool))
    found = found.without(found.began == NEVER, Why.NO_START)
    met = np.zeros(len(at), bool)
    ran = found.began != NEVER
    clamped = ask.reads("month_end", "clamped")
    limit = days.months_after(found.began[ran] // DAY_SECONDS, months, clamped=clamped)
    met[ran] = found.ended[ran] // DAY_SECONDS <= limit
    return found.counting(met)
