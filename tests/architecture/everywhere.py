"""Every page that somebody can reach, and a world in which each of them has something to show."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.education.programme_actions import join
from patientapp.education.programme_queries import course
from patientapp.episodes.models import Episode
from patientapp.feedback.told_actions import tell
from patientapp.links.tokens import token_of
from patientapp.pifu.sending import send
from patientapp.plans.actions import begin
from patientapp.plans.keeping import keep_copy
from tests.appointments.world import make_slot, make_visit, patient_of
from tests.carers.world import link_of, make_carer, sign_in_carer
from tests.documents.test_actions import issued
from tests.education.test_programme import plan as plan_programme
from tests.factories import (
    LINK_KEY,
    NOW,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    make_token,
    sign_in_patient,
    sign_in_staff,
    staff_viewer,
    tasks_of,
)
from tests.pifu.world import fill_in, make_agreement
from tests.plans.world import make_agreed

PATIENT = [
    "/",
    "/q/{token}",
    "/q/aaaaaaaaaaaaaaaaaaaaaaaaaa",
    "/date-of-birth",
    "/who",
    "/for-someone-else",
    "/before-you-begin",
    "/tasks",
    "/tasks/{task}/questions/1",
    "/tasks/{task}/check",
    "/tasks/{task}/language",
    "/tasks/{task}/language/told",
    "/tasks/{task}/language/told?way=paper",
    "/language",
    "/language/interpreter",
    "/tasks/{task}/advice/emergency",
    "/tasks/{task}/advice/urgent",
    "/scores",
    "/programme",
    "/letters",
    "/letters/{document}",
    "/flare-up",
    "/flare-up/plan",
    "/flare-up/plan/first_day",
    "/flare-up/plan/people",
    "/flare-up/print",
    "/flare-up/print?size=large",
    "/flare-up/keep",
    "/flare-up/kept",
    "/flare-up/copies/{copy}/page",
    "/my-page",
    "/private",
    "/private/thanks",
    "/come-back",
    "/come-back/signs",
    "/come-back/advice/yes",
    "/come-back/advice/not_sure",
    "/come-back/about",
    "/come-back/ask/who",
    "/come-back/ask/changed",
    "/come-back/ask/tried",
    "/come-back/ask/help",
    "/come-back/ask/reach",
    "/come-back/for-someone-else",
    "/come-back/check",
    "/come-back/requests",
    "/come-back/requests/{request}/take-back",
    "/visits",
    "/visits/{visit}/cancel",
    "/visits/{visit}/change",
    "/visits/{visit}/asked",
    "/phone-locked",
    "/feedback/{slug}",
    "/my-learning",
    "/services/{slug}",
    "/services/{slug}/local-help",
    "/learn/search?q=slepe",
    "/learn/sleep/thanks",
    "/my-page/carers",
    "/tell-us",
    "/tell-us/{told}",
    "/services/{slug}/you-said",
    "/caring/code",
    "/caring",
    "/caring/plan",
    "/caring/visits",
    "/caring/questions",
    "/caring/questions/thank-you",
    "/caring/come-back",
    "/caring/come-back/advice/yes",
    "/caring/come-back/sent",
    "/caring/locked",
    "/q/{carer_token}",
    "/no-such-page",
    "/api/v1/docs",
    "/problems/conflict",
]
STAFF = [
    "/staff",
    "/staff/sign-in",
    "/staff/patients",
    "/staff/patients/new",
    "/staff/patients/{patient}",
    "/staff/patients/{patient}/contact",
    "/staff/patients/{patient}/contact/choices",
    "/staff/patients/{patient}/contact/death",
    "/staff/texts",
    "/staff/reminders",
    "/staff/reading",
    "/staff/patients/{patient}/reading",
]
STAFF += [
    "/staff/visits",
    "/staff/visits?day=2026-10-02",
    "/staff/visits/{visit}",
    "/staff/patients/{patient}/visits",
    "/staff/patients/{patient}/visits/new",
    "/staff/free-times",
    "/staff/patients/{patient}/replies",
    "/staff/replies",
    "/staff/programmes",
    "/staff/programmes/{programme}",
    "/staff/programmes/{programme}/sessions/{session}",
    "/staff/patients/{patient}/learning",
    "/staff/documents",
    "/staff/patients/{patient}/opioids",
    "/staff/patients/{patient}/findings",
    "/staff/patients/{patient}/findings/family_review",
    "/staff/patients/{patient}/findings/physical_tests",
    "/staff/reviews",
    "/staff/triage",
    "/staff/questions",
    "/staff/findings",
    "/staff/patients/{patient}/private",
    "/staff/incidents",
    "/staff/missing",
    "/staff/downtime",
    "/staff/questionnaires",
    "/staff/complaints/report",
    "/staff/patients/{patient}/carers",
    "/staff/complaints",
    "/staff/complaints/{told}",
    "/staff/participation",
    "/staff/you-said",
    "/staff/patients/{patient}/documents",
    "/staff/patients/{patient}/documents/{document}",
    "/staff/patients/{patient}/documents/{document}/print",
    "/staff/patients/{patient}/flare-up",
    "/staff/patients/{patient}/flare-up/section?section=people",
    "/staff/patients/{patient}/flare-up/print",
]


# The same for everybody, with nothing of anybody: the reader's own browser may keep them.
KEPT = ["/learn", "/learn?for=carer", "/learn/flare-ups", "/learn/opioids/print?large=1"]


def world(client: FlaskClient, session: Session, *, language: str = "en") -> dict[str, str]:
    """What the addresses name; this client is the patient, who reads this language, and a clinician."""
    service = make_service(session)
    patient = make_patient(session, service, language=language)
    pack = make_pack(session, patient, ["eq5d5l", "pseq"])
    for task in tasks_of(session, pack):
        task.language = "en"  # chosen by somebody whose language has no official words
    staff = make_staff(session, service, Role.CLINICIAN, Role.SERVICE_ADMIN)
    sign_in_patient(client, pack)
    sign_in_staff(client, service, staff)
    _link, token = make_token(pack)
    sign_in_patient(client, pack)
    _link, token = make_token(make_pack(session, patient))
    visit = make_visit(session, patient, episode=session.get_one(Episode, pack.episode_id))
    make_slot(session, service)
    make_agreed(session, patient)
    me = patient_of(patient)
    clinician = staff_viewer(service, Role.CLINICIAN, staff_id=staff.id)
    plan = issued(clinician, session.get_one(Episode, pack.episode_id), "care_plan")
    programme = plan_programme(clinician)
    join(clinician, programme, pack.episode_id, now=NOW)
    copy_id = keep_copy(me, patient.id, now=NOW)
    begin(me, patient.id, now=NOW)
    make_agreement(session, patient, clinician)
    fill_in(me)
    asked = send(me, now=NOW)
    fill_in(me)
    told = tell(me, "complaint", "Words", now=NOW)
    carer = make_carer(patient, name=patient.family_name)
    sign_in_carer(client, session, carer)
    session.commit()
    return {
        "copy": str(copy_id),
        "programme": str(programme),
        "session": str(course(clinician, programme).sessions[0].id),
        "request": str(asked.request.id),
        "document": str(plan.document.id),
        "visit": str(visit.id),
        "token": token,
        "told": str(told.told.id),
        "carer_token": token_of(link_of(session, carer).id, key=LINK_KEY),
        "task": str(tasks_of(session, pack)[0].id),
        "slug": service.slug,
        "patient": str(patient.id),
    }
