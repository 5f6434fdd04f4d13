"""Words of the staff's forms about episodes."""

from __future__ import annotations

from patientapp.episodes.rules import DischargeReason, PainSite, ReturnReason
from patientapp.episodes.rules import EpisodeEventKind as K
from patientapp.i18n import gettext as _


def pain_sites() -> list[tuple[str, str]]:
    """Where the pain is, to choose from."""
    return [
        (PainSite.BACK, _("Back")),
        (PainSite.NECK, _("Neck")),
        (PainSite.WIDESPREAD, _("Widespread")),
        (PainSite.LIMB, _("Arm or leg")),
        (PainSite.HEAD, _("Head")),
        (PainSite.OTHER, _("Other")),
    ]


def events() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a person at a desk records, in groups; what other rooms record themselves is left out."""
    return [(_("Referral"), _referral()), (_("Visits and care"), _care()), (_("Ending"), _ending())]


def _referral() -> list[tuple[str, str]]:
    return [
        (K.TRIAGED, _("Triaged")),
        (K.ACCEPTED, _("Referral accepted")),
        (K.RETURNED, _("Referral returned")),
        (K.CONTACT_ATTEMPTED, _("Contact tried, not reached")),
        (K.CONTACTED, _("Patient contacted")),
        (K.OFFERED, _("Appointment offered")),
        (K.WAIT_BY_CHOICE_FROM, _("Patient chose to wait: first day")),
        (K.WAIT_BY_CHOICE_TO, _("Patient chose to wait: last day")),
        (K.RECEIVED, _("Referral received (to put the date right)")),
    ]


def _care() -> list[tuple[str, str]]:
    return [
        (K.FIRST_APPOINTMENT, _("First appointment")),
        (K.TREATMENT_STARTED, _("Treatment started")),
        (K.PROGRAMME_STARTED, _("Programme started")),
        (K.PROGRAMME_COMPLETED, _("Programme completed")),
        (K.HOLISTIC_REVIEW, _("Holistic review")),
        (K.PLAN_ISSUED, _("Plan given to the patient")),
        (K.PLAN_AGREED, _("Plan agreed")),
        (K.FAMILY_IMPACT_FOUND, _("Impact on the family found")),
        (K.FAMILY_PLAN_AGREED, _("Plan for the family agreed")),
        (K.ONWARD_REFERRED, _("Referred on")),
        (K.REGISTRY_SUBMITTED, _("Sent to a registry")),
    ]


def _ending() -> list[tuple[str, str]]:
    return [
        (K.DISCHARGED, _("Discharge")),
        (K.SUMMARY_SENT, _("Summary sent to the GP")),
    ]


def reasons() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The kinds that ask for a reason: the kind, the question and the answers."""
    return [
        (
            K.RETURNED,
            _("If the referral was returned: why?"),
            [
                (ReturnReason.INAPPROPRIATE, _("Not right for this service")),
                (ReturnReason.INCOMPLETE, _("Something was missing in it")),
            ],
        ),
        (
            K.DISCHARGED,
            _("If it is a discharge: why?"),
            [
                (DischargeReason.COMPLETED, _("Treatment completed")),
                (DischargeReason.DISENGAGED, _("No contact any more")),
                (DischargeReason.LEFT_AREA, _("Moved away")),
                (DischargeReason.NO_LONGER_APPROPRIATE, _("No longer right for this service")),
                (DischargeReason.SELF_DISCHARGE, _("The patient chose to end")),
                (DischargeReason.DIED, _("Died")),
            ],
        ),
    ]
