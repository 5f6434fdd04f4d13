"""Words of the staff's forms about episodes."""

from __future__ import annotations

from patientapp.episodes.rules import EpisodeEventKind, PainSite
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


def events() -> list[tuple[str, str]]:
    """What can happen in an episode, to choose from."""
    return [
        (EpisodeEventKind.FIRST_APPOINTMENT, _("First appointment")),
        (EpisodeEventKind.DISCHARGED, _("Discharge")),
        (EpisodeEventKind.RECEIVED, _("Referral received (to put the date right)")),
    ]
