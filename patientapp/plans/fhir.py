"""A flare-up plan as a FHIR R4 CarePlan: a pure shape, for whoever serves it."""

from __future__ import annotations

from typing import Any

from patientapp.plans.rules import Plan, PlanState

STATUS = {
    PlanState.DRAFT: "draft",
    PlanState.SHARED: "draft",
    PlanState.AGREED: "active",
    PlanState.WITHDRAWN: "revoked",
}


def care_plan(plan: Plan) -> dict[str, Any]:
    """CarePlan: one activity a section, in the person's words; no helper's name or number leaves."""
    made: dict[str, Any] = {
        "resourceType": "CarePlan",
        "id": str(plan.id),
        "meta": {"versionId": str(plan.version), "lastUpdated": plan.changed_at.isoformat()},
        "language": plan.language,
        "status": STATUS[plan.state],
        "intent": "plan",
        "title": "Flare-up plan",
        "subject": {"reference": f"Patient/{plan.patient_id}"},
        "created": plan.created_at.isoformat(),
        "activity": [
            {
                "detail": {
                    "status": "in-progress" if plan.state is PlanState.AGREED else "not-started",
                    "code": {"text": section.value},
                    "description": "\n".join(plan.content(section).lines),
                }
            }
            for section in plan.filled
            if plan.content(section).lines
        ],
    }
    if agreed := plan.agreement:
        made["period"] = {"start": agreed.at.date().isoformat()}
    return made
