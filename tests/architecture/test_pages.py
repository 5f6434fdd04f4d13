"""Every page: valid HTML, one h1, labelled fields, nothing inline, headers on."""

from __future__ import annotations

import re

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.education.programme_actions import join
from patientapp.education.programme_queries import course
from patientapp.episodes.models import Episode
from patientapp.plans.actions import begin
from patientapp.plans.keeping import keep_copy
from tests.appointments.world import make_slot, make_visit, patient_of
from tests.documents.test_actions import issued
from tests.education.test_programme import plan as plan_programme
from tests.factories import (
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
    "/staff/patients/{patient}/documents",
    "/staff/patients/{patient}/documents/{document}",
    "/staff/patients/{patient}/documents/{document}/print",
    "/staff/patients/{patient}/flare-up",
    "/staff/patients/{patient}/flare-up/section?section=people",
    "/staff/patients/{patient}/flare-up/print",
]


# The same for everybody, with nothing of anybody: the reader's own browser may keep them.
KEPT = ["/learn", "/learn?for=carer", "/learn/flare-ups", "/learn/opioids/print?large=1"]


@pytest.fixture
def facts(client: FlaskClient, session: Session) -> dict[str, str]:
    service = make_service(session)
    patient = make_patient(session, service)
    pack = make_pack(session, patient, ["eq5d5l", "pseq"])
    staff = make_staff(session, service, Role.CLINICIAN)
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
    session.commit()
    return {
        "copy": str(copy_id),
        "programme": str(programme),
        "session": str(course(clinician, programme).sessions[0].id),
        "document": str(plan.document.id),
        "visit": str(visit.id),
        "token": token,
        "task": str(tasks_of(session, pack)[0].id),
        "slug": service.slug,
        "patient": str(patient.id),
    }


@pytest.mark.parametrize("address", PATIENT + KEPT + STAFF)
def test_clin_11_io_02_every_page_is_sound(
    client: FlaskClient, facts: dict[str, str], address: str
) -> None:
    response = client.get(address.format(**facts))
    assert response.mimetype == "text/html"
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(response.text)
    assert [error for error in parser.errors if error[1] != "unexpected-null-character"] == []
    assert len(re.findall(r"<h1[ >]", response.text)) == 1 or "api/v1/docs" in address
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)", response.text)
    assert not re.search(r"<(h1|h2|label|legend|a)[^>]*>\s*</", response.text)
    _check_labels(response.text)
    _check_headers(response.headers, "private, max-age=300" if address in KEPT else "no-store")


def _check_labels(page: str) -> None:
    fields = re.findall(r"<(?:input|textarea|select)([^>]*)>", page)
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    for attributes in fields:
        if 'type="hidden"' in attributes:
            continue
        name = re.search(r'\bid="([^"]+)"', attributes)
        assert name, attributes
        assert name[1] in labelled, f"{name[1]} has no label"


def _check_headers(headers: object, keeping: str) -> None:
    policy = headers["Content-Security-Policy"]  # type: ignore[index]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"  # type: ignore[index]
    assert headers["X-Frame-Options"] == "DENY"  # type: ignore[index]
    assert headers["Cache-Control"] == keeping  # type: ignore[index]
    assert headers["Referrer-Policy"] == "no-referrer"  # type: ignore[index]
