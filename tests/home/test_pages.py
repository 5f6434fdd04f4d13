"""My page leads to what there is, and leaves out what there is not (patient-experience.md 3.3)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.patients.models import Patient
from patientapp.pifu import sending
from tests.appointments.world import make_visit
from tests.factories import NOW, make_pack, make_patient, make_service, sign_in_patient
from tests.pifu.world import clinician_of, fill_in, make_agreement, patient_of

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session))


def test_with_nothing_but_a_plan_to_make_only_that_is_shown(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    sign_in_patient(client, make_pack(session, person, []))
    page = client.get("/my-page").text
    assert "Make a plan for a flare-up" in page
    for absent in ("Things to do", "Your next visit", "Coming back to us", "My scores"):
        assert f"{absent}</h2>" not in page


def test_b14_everything_there_is_is_one_tap_away(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    """B14, B44, N09: the plan, coming back in the window, visits and scores from one page."""
    sign_in_patient(client, make_pack(session, person))
    make_visit(session, person)
    make_agreement(session, person, clinician_of(session, service_of(session, person)))
    fill_in(patient_of(person))
    sending.send(patient_of(person), now=NOW)
    session.commit()
    page = client.get("/my-page").text
    for address in ("/visits", "/come-back", "/come-back/requests", "/tasks"):
        assert f'href="{address}"' in page
    assert "Friday 2 October 2026" in page


def test_link_04_my_page_needs_the_date_of_birth(client: FlaskClient) -> None:
    assert client.get("/my-page").status_code in {303, 401}


def service_of(session: Session, person: Patient):  # type: ignore[no-untyped-def]
    from patientapp.services.models import Service

    return session.get_one(Service, person.service_id)


@pytest.mark.parametrize(("lang", "said"), [("pl", True), ("ar", True), ("en", False)])
def test_n47_words_that_nobody_checked_say_so_on_every_screen(
    client: FlaskClient, lang: str, said: bool
) -> None:
    """N47: a machine's translation is never passed off as a person's."""
    page = client.get(f"/come-back?lang={lang}").text
    assert ("No person has checked them" in page) is said


def test_n09_visits_and_reading_stay_one_tap_away_when_there_is_no_visit(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    """N09: a cancelled visit can still be undone from here, and the library is found."""
    sign_in_patient(client, make_pack(session, person, []))
    page = client.get("/my-page").text
    assert 'href="/visits"' in page
    assert 'href="/my-learning"' in page
