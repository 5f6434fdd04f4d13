"""What can happen in an episode."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from patientapp.workdays import FIRST_DAY, LAST_DAY

LONGEST_KIND = 60


class PainSite(StrEnum):
    """Where the pain is; STarT Back is for the back only (B33)."""

    BACK = "back"
    NECK = "neck"
    WIDESPREAD = "widespread"
    LIMB = "limb"
    HEAD = "head"
    OTHER = "other"


class Urgency(StrEnum):
    """How soon a referral asks to be seen; urgent ones have clocks of their own (C07)."""

    ROUTINE = "routine"
    URGENT = "urgent"


class ReferralSource(StrEnum):
    """Who referred."""

    GP = "gp"
    SECONDARY_CARE = "secondary_care"
    MSK = "msk"
    OTHER = "other"


class Cohort(StrEnum):
    """Which of a service's groups of patients: packs and content differ (N01, H08)."""

    PAIN = "pain"
    CFS = "cfs"  # chronic fatigue syndrome (ME)
    NEUROMODULATION = "neuromodulation"


class EpisodeEventKind(StrEnum):
    """What can happen in any service (contract.md section 6); a profile may name more."""

    RECEIVED = "received"
    FIRST_APPOINTMENT = "first_appointment"
    TRIAGED = "triaged"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CONTACT_ATTEMPTED = "contact_attempted"
    CONTACTED = "contacted"
    OFFERED = "offered"
    WAIT_BY_CHOICE_FROM = "wait_by_choice_from"
    WAIT_BY_CHOICE_TO = "wait_by_choice_to"
    TREATMENT_STARTED = "treatment_started"
    PROGRAMME_STARTED = "programme_started"
    PROGRAMME_SESSION = "programme_session"
    PROGRAMME_COMPLETED = "programme_completed"
    HOLISTIC_REVIEW = "holistic_review"
    PLAN_ISSUED = "plan_issued"
    PLAN_AGREED = "plan_agreed"
    FAMILY_IMPACT_FOUND = "family_impact_found"
    FAMILY_PLAN_AGREED = "family_plan_agreed"
    NOTIFICATION_DUE = "notification_due"
    NOTIFICATION_SENT = "notification_sent"
    DISCHARGED = "discharged"
    SUMMARY_SENT = "summary_sent"
    MOVED_TO_PIFU = "moved_to_pifu"
    DISCHARGED_TO_PIFU = "discharged_to_pifu"
    ASKED_TO_RETURN = "asked_to_return"  # a request under an agreement; opens the pack of re-entry
    OPIOID_DOSE = "opioid_dose"
    GP_OPIOID_NOTICE = "gp_opioid_notice"
    OPIOID_RECOMMENDED = "opioid_recommended"
    ONWARD_REFERRED = "onward_referred"
    REGISTRY_SUBMITTED = "registry_submitted"
    COMPLAINT = "complaint"
    COMPLAINT_ACKNOWLEDGED = "complaint_acknowledged"
    COMPLAINT_CLOSED = "complaint_closed"
    COMPLIMENT = "compliment"
    DATASET_DUE = "dataset_due"
    DATASET_SUBMITTED = "dataset_submitted"


K = EpisodeEventKind
WITHOUT_EPISODE = frozenset({K.DATASET_DUE, K.DATASET_SUBMITTED})  # never of one person
MAYBE_WITHOUT_EPISODE = WITHOUT_EPISODE | {
    K.COMPLAINT,
    K.COMPLAINT_ACKNOWLEDGED,
    K.COMPLAINT_CLOSED,
    K.COMPLIMENT,
}
ONCE = frozenset({K.RECEIVED, K.FIRST_APPOINTMENT, K.DISCHARGED})  # a later record corrects the former
BY_DAY = (K.RECEIVED, K.FIRST_APPOINTMENT, K.DISCHARGED)  # what packs hang on in every service


class ReturnReason(StrEnum):
    """Why a referral went back to who sent it (B27)."""

    INAPPROPRIATE = "inappropriate"
    INCOMPLETE = "incomplete"


class DischargeReason(StrEnum):
    """Why an episode ended (B48, D39)."""

    COMPLETED = "completed"
    DISENGAGED = "disengaged"
    LEFT_AREA = "left_area"
    NO_LONGER_APPROPRIATE = "no_longer_appropriate"
    SELF_DISCHARGE = "self_discharge"
    DIED = "died"


NUMBERS = {
    K.PROGRAMME_SESSION: (0.25, 24.0, "give the hours, such as 4 or 2.5"),
    K.OPIOID_DOSE: (0.0, 5000.0, "give mg of oral morphine equivalent in 24 hours, such as 120"),
}
REASONS: dict[str, type[ReturnReason] | type[DischargeReason]] = {
    K.RETURNED: ReturnReason,
    K.DISCHARGED: DischargeReason,
}
_NUMBER = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?\Z", re.A)


def detail_problem(kind: str, detail: str) -> str:
    """Why this cannot be the detail of such an event; empty when it can."""
    if detail and kind in REASONS and detail not in set(REASONS[kind]):
        return f"use one of {', '.join(REASONS[kind])}"
    if kind in NUMBERS:
        low, high, words = NUMBERS[EpisodeEventKind(kind)]
        if not _NUMBER.match(detail) or not low <= float(detail) <= high:
            return words
    return ""


def amount_of(kind: str, detail: str) -> float | None:
    """The number in a detail: hours or milligrams; none in other events."""
    return float(detail) if kind in NUMBERS else None


def day_problem(kind: str, on: date, days: Mapping[EpisodeEventKind, date]) -> str:
    """Why this event cannot have been on this day; empty when it can."""
    if not FIRST_DAY <= on <= LAST_DAY:
        return f"must be from {FIRST_DAY.isoformat()} to {LAST_DAY.isoformat()}"
    received = days.get(EpisodeEventKind.RECEIVED)
    if kind != EpisodeEventKind.RECEIVED and received is not None and on < received:
        return f"must not be before the referral was received ({received.isoformat()})"
    if kind == EpisodeEventKind.RECEIVED:
        later = [day for other, day in days.items() if other is not EpisodeEventKind.RECEIVED]
        if later and on > min(later):
            return f"must not be after the first thing recorded ({min(later).isoformat()})"
    return ""
