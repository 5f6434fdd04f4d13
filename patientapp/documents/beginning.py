"""Gathers what the record knows for a new document, from the rooms below."""

from __future__ import annotations

from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.documents.kinds import kinds
from patientapp.documents.prefill import prefilled
from patientapp.episodes.queries import system_days, system_newest
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.i18n import gettext as _
from patientapp.plans.queries import plans_of
from patientapp.plans.rules import Section, in_use
from patientapp.services.queries import system_service
from patientapp.web.desk import day_words


def draft_for(viewer: Viewer, patient_id: UUID, episode_id: UUID, kind: str) -> dict[str, str]:
    """What a new document of this kind holds before anybody writes."""
    service = system_service(viewer.service_id)
    plan = in_use(plans_of(viewer, patient_id))
    return prefilled(
        kind_blocks=kinds()[kind].block_ids,
        days={event.value: day for event, day in system_days(episode_id).items()},
        author=viewer.name,
        contact=f"{service.name}: {service.phone}, {service.hours}",
        flare_steps=plan.content(Section.FIRST_DAY).lines if plan else [],
        dose=_dose(episode_id),
    )


def _dose(episode_id: UUID) -> str:
    newest = system_newest(episode_id, EpisodeEventKind.OPIOID_DOSE)
    if newest is None:
        return ""
    day = day_words(newest.on)
    return _("%(mg)s mg oral morphine equivalent in 24 hours on %(day)s", mg=newest.detail, day=day)
