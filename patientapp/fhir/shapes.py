"""Rows of ours as FHIR R4 resources: an allow-list each, never a row dumped (SEC-07)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from patientapp.appointments.rules import CANCELLED, Visit, VisitState
from patientapp.episodes.models import Episode
from patientapp.episodes.rules import Urgency
from patientapp.fhir.rules import NHS_NUMBER
from patientapp.patients.models import Patient
from patientapp.questionnaires.fhir import BASE
from patientapp.questionnaires.fhir_codes import own

Resource = dict[str, Any]
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
BCP_47 = "urn:ietf:bcp:47"


def patient(person: Patient) -> Resource:
    """Who somebody is and how to reach them."""
    made: Resource = {
        "resourceType": "Patient",
        "id": str(person.id),
        "meta": {"lastUpdated": person.created_at.isoformat()},
        "active": person.died_on is None and person.merged_into_id is None,
        "name": [{"use": "official", "family": person.family_name, "given": person.given_name.split()}],
        "gender": person.sex.value,
        "birthDate": person.birth_date.isoformat(),
    }
    if person.nhs_number:
        made["identifier"] = [{"system": NHS_NUMBER, "value": person.nhs_number}]
    telecom = (("phone", person.mobile), ("email", person.email))
    if found := [{"system": system, "value": value} for system, value in telecom if value]:
        made["telecom"] = found
    if person.postcode:
        made["address"] = [{"postalCode": person.postcode}]
    if person.language:
        spoken = {"coding": [{"system": BCP_47, "code": person.language}]}
        made["communication"] = [{"language": spoken, "preferred": True}]
    if person.gp_code:
        made["generalPractitioner"] = [{"identifier": {"system": ODS, "value": person.gp_code}}]
    if person.died_on:
        made["deceasedDateTime"] = person.died_on.isoformat()
    if person.merged_into_id:
        other = {"reference": f"Patient/{person.merged_into_id}"}
        made["link"] = [{"other": other, "type": "replaced-by"}]
    return made


def service_request(episode: Episode, *, discharged: bool) -> Resource:
    """One referral."""
    made: Resource = {
        "resourceType": "ServiceRequest",
        "id": str(episode.id),
        "meta": {"lastUpdated": episode.created_at.isoformat()},
        "status": "completed" if discharged else "active",
        "intent": "order",
        "category": [{"coding": [own("cohorts", episode.cohort.value)]}],
        "priority": "urgent" if episode.urgency is Urgency.URGENT else "routine",
        "code": {"coding": [own("requests", "pain-service")], "text": "Pain service"},
        "subject": {"reference": f"Patient/{episode.patient_id}"},
        "authoredOn": episode.received_at.isoformat(),
        "reasonCode": [{"coding": [own("pain-sites", episode.pain_site.value)]}],
    }
    if episode.referral_key:
        system = f"{BASE}/Id/referral-key"
        made["identifier"] = [{"system": system, "value": episode.referral_key}]
    return made


STATUS = {
    VisitState.BOOKED: "booked",
    VisitState.MOVED: "booked",
    VisitState.CONFIRMED: "booked",
    VisitState.CANCELLED_BY_PATIENT: "cancelled",
    VisitState.CANCELLED_BY_SERVICE: "cancelled",
    VisitState.ATTENDED: "fulfilled",
    VisitState.MISSED: "noshow",
}
REASONS = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"


def appointment(visit: Visit) -> Resource:
    """One visit as it stands."""
    starts = visit.details.starts_at
    ends = starts + timedelta(minutes=visit.details.minutes)
    said = "accepted" if visit.state is VisitState.CONFIRMED else "needs-action"
    said = "declined" if visit.state is VisitState.CANCELLED_BY_PATIENT else said
    person = {"reference": f"Patient/{visit.patient_id}"}
    made: Resource = {
        "resourceType": "Appointment",
        "id": str(visit.id),
        "meta": {"lastUpdated": visit.at.isoformat()},
        "status": STATUS[visit.state],
        "serviceType": [{"coding": [own("visit-kinds", visit.kind.value)]}],
        "start": starts.isoformat(),
        "end": ends.isoformat(),
        "minutesDuration": visit.details.minutes,
        "basedOn": [{"reference": f"ServiceRequest/{visit.episode_id}"}],
        "participant": [{"actor": person, "status": said}],
        "extension": [
            {"url": f"{BASE}/StructureDefinition/visit-mode", "valueCode": visit.details.mode.value}
        ],
    }
    if visit.key:
        made["identifier"] = [{"system": f"{BASE}/Id/appointment-key", "value": visit.key}]
    if visit.state in CANCELLED:
        who = "pat" if visit.state is VisitState.CANCELLED_BY_PATIENT else "prov"
        made["cancelationReason"] = {"coding": [{"system": REASONS, "code": who}]}
    return made
