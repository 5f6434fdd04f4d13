"""A carer's own way in, listed acts only, an end that bites, and a patient who sees each act (SEC-11)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import clock
from patientapp.access.guard import POLICY, PUBLIC
from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.carers.actions import end_carer
from patientapp.carers.rules import code_of
from patientapp.links.tokens import token_of
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.carer_models import Carer, CarerAnswer
from patientapp.patients.models import Patient
from patientapp.pifu.models import PifuDraft, PifuPress, PifuRequest
from patientapp.services.models import Service
from patientapp.signin.queries import system_viewer
from patientapp.worklist.models import WorkItem
from tests.appointments.world import make_visit
from tests.carers.world import link_of, make_carer, phone_of
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    LINK_KEY,
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
)
from tests.pifu.world import clinician_of, fill_in, make_agreement, patient_of
from tests.plans.world import make_agreed

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def service(session: Session) -> Service:
    return make_service(session)


@pytest.fixture
def person(session: Session, service: Service) -> Patient:
    return make_patient(session, service)


def post(phone: FlaskClient, page: str, to: str = "", **values: object):  # type: ignore[no-untyped-def]
    """Send a form of a page, by the token of its first one."""
    forget_form_token()
    shown = phone.get(page).text
    return phone.post(to or page, data=form_of(shown, **values))


def reasons(session: Session) -> set[str]:
    return set(session.scalars(sa.select(WorkItem.reason)))


NEW = {"name": "Alex", "mobile": "07700 900901", "day": "31", "month": "12", "year": "2026"}


def test_c02_d09_a_patient_names_a_carer_and_the_link_goes_to_the_carers_phone(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    """C02, D09, SEC-11: own link to own phone; the code is on the patient's page and in no text."""
    sign_in_patient(client, make_pack(session, person))
    said = post(client, "/my-page/carers", acts=["plan", "texts"], **NEW)
    assert said.status_code == 303
    carer = session.query(Carer).one()
    text = session.query(OutboxMessage).filter_by(template="carer-link").one()
    assert (text.to_number, text.carer_id) == ("+447700900901", carer.id)
    assert text.words == {}
    assert code_of(carer.id, key=LINK_KEY) in client.get("/my-page/carers").text
    stored = session.connection().exec_driver_sql("SELECT * FROM carers").all()
    assert code_of(carer.id, key=LINK_KEY) not in str(stored)


def test_sec_11_what_cannot_stand_is_named_and_kept(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    sign_in_patient(client, make_pack(session, person))
    said = post(client, "/my-page/carers", **(NEW | {"mobile": person.mobile, "name": "Kept Name"}))
    assert said.status_code == 422
    assert "must not be the patient" in said.text
    assert "Kept Name" in said.text
    assert post(client, "/my-page/carers", role="clinician", **NEW).status_code == 422
    assert not session.query(Carer).count()


def test_sec_11_one_phone_is_one_carer_for_patient_and_staff(
    app: Flask, session: Session, client: FlaskClient, service: Service, person: Patient
) -> None:
    """Ending one of two alike would leave the other standing; who has ended may be named again."""
    sign_in_patient(client, make_pack(session, person))
    mine, acts = "/my-page/carers", ["plan"]
    assert post(client, mine, acts=acts, **NEW).status_code == 303
    again = post(client, mine, acts=acts, **(NEW | {"mobile": "+44 7700 900 901"}))
    assert (again.status_code, "is there already" in again.text) == (422, True)
    desk, page = desk_of(app, session, service, Role.CLINICIAN), f"/staff/patients/{person.id}/carers"
    typed = {"patient_id": str(person.id), "acts": acts, "consent": "Said so today, alone"} | NEW
    assert post(desk, page, **typed).status_code == 422
    carer = session.query(Carer).one()
    end_carer(patient_of(person), person.id, carer.id, now=NOW)
    session.commit()
    assert post(desk, page, **typed).status_code == 303


def test_sec_11_the_way_in_is_the_carers_own_code_and_never_a_birth_date(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    carer = make_carer(person)
    token = token_of(link_of(session, carer).id, key=LINK_KEY)
    session.commit()
    page = client.get(f"/q/{token}").text
    assert person.family_name not in page
    assert carer.name not in page
    client.post(f"/q/{token}/begin", data=form_of(page))
    assert client.get("/caring").headers["Location"] == "/caring/code"
    assert client.get("/date-of-birth").status_code in {303, 401}
    for given in ("03031975", "3 3 1975", "000000x"):
        assert post(client, "/caring/code", code=given).status_code == 422
    right = code_of(carer.id, key=LINK_KEY)
    assert post(client, "/caring/code", code=right).headers["Location"] == "/caring"
    assert client.get("/caring").status_code == 200
    assert client.get("/my-page").status_code in {303, 401}


def test_sec_11_five_wrong_codes_lock_the_carer_for_a_day_and_never_the_patient(
    app: Flask, session: Session, person: Patient
) -> None:
    carer = make_carer(person)
    phone = phone_of(app, session, carer, confirmed=False)
    for _each in range(5):
        said = post(phone, "/caring/code", code="999999x")
    assert said.status_code == 403
    assert phone.get("/caring/code").status_code == 403
    assert "carer_locked" in reasons(session)
    mine = app.test_client()
    sign_in_patient(mine, make_pack(session, person))
    assert mine.get("/my-page").status_code == 200


PAGES = {
    "plan": "/caring/plan",
    "visits": "/caring/visits",
    "return": "/caring/come-back",
}


@pytest.mark.parametrize("act", PAGES)
def test_sec_11_listed_acts_and_no_others(
    app: Flask, session: Session, person: Patient, act: str
) -> None:
    phone = phone_of(app, session, make_carer(person, acts=(act,)))
    for other, page in PAGES.items():
        assert phone.get(page).status_code == (200 if other == act else 403), other
    assert phone.get("/caring").status_code == 200


@pytest.mark.slow
def test_p4_sec_11_over_every_route_a_carer_meets_no_byte_that_is_not_listed(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    """SEC-11, P4: every address with every method; foreign bytes 0, the patient's own pages shut."""
    other = make_patient(session, service, family_name="Foreignname")
    make_pack(session, person)
    visit, foreign = make_visit(session, person), make_visit(session, other)
    make_carer(other, name="Foreign Carer", mobile="07700 900902")
    phone = phone_of(app, session, make_carer(person))
    session.commit()
    ids = {"patient_id": other.id, "visit_id": foreign.id, "carer_id": uuid4()}
    secrets = (other.family_name, other.given_name, str(other.nhs_number), "Foreign Carer")
    own = (person.family_name, str(person.nhs_number), person.mobile)
    told = 0
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.rule.startswith(("/static/", "/q/", "/dev/")) or rule.rule in {
            "/caring/stop",
            "/caring/lock",
        }:
            continue
        values = {
            name: ids.get(name) or (uuid4() if "UUID" in type(part).__name__ else _some(part))
            for name, part in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        policy = getattr(app.view_functions[rule.endpoint], POLICY, "")
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            forget_form_token()
            said = phone.open(path, method=method, headers={"Idempotency-Key": uuid4().hex})
            assert not [word for word in (*secrets, *own) if word in said.text], (method, path)
            if policy != PUBLIC and not path.startswith("/caring"):
                assert said.status_code in {303, 400, 401, 403, 404}, (method, path, said.status_code)
            told += 1
    assert told > 150
    page = phone.get("/caring/visits").text
    assert f"/caring/visits/{visit.id}/confirm" in page
    assert post(phone, "/caring", f"/caring/visits/{foreign.id}/confirm").status_code == 404


def _some(part: object) -> object:
    items = getattr(part, "items", None)
    return min(items) if items else 1 if "Integer" in type(part).__name__ else "none"


@pytest.mark.parametrize("how", ["ended", "past", "died"])
def test_sec_11_the_end_bites_at_the_next_request_on_every_worker(
    app: Flask, session: Session, person: Patient, how: str
) -> None:
    """SEC-11: nothing is remembered between requests, so one second is more than is needed."""
    carer = make_carer(person)
    phone = phone_of(app, session, carer)
    assert phone.get("/caring/plan").status_code == 200
    token = token_of(link_of(session, carer).id, key=LINK_KEY)
    if how == "ended":
        end_carer(patient_of(person), person.id, carer.id, now=NOW)
    elif how == "past":
        carer.ends_on = date(2026, 9, 21)
    else:
        person.died_on = date(2026, 9, 21)
    session.commit()
    assert phone.get("/caring/plan").status_code == 401
    if how == "ended":
        assert phone.get(f"/q/{token}").status_code == 404
        waiting = session.query(OutboxMessage).filter_by(carer_id=carer.id, state="due")
        assert not waiting.count()


def test_sec_11_the_audit_names_both_and_the_patient_reads_each_act(
    app: Flask, session: Session, client: FlaskClient, person: Patient
) -> None:
    make_agreed(session, person)
    visit = make_visit(session, person)
    carer = make_carer(person)
    phone = phone_of(app, session, carer)
    assert "Sit by the window" in phone.get("/caring/plan").text
    said = post(phone, "/caring/visits", f"/caring/visits/{visit.id}/confirm", seen=visit.seq)
    assert said.status_code == 303
    entries = session.query(AuditEntry).filter_by(actor=f"carer:{carer.id}").all()
    assert {one.chain for one in entries} == {f"patient:{person.id}"}
    sign_in_patient(client, make_pack(session, person))
    mine = client.get("/my-page/carers").text
    assert "Looked at your flare-up plan" in mine
    assert "Said that you are coming to a visit" in mine
    assert carer.name in mine


def test_sec_11_a_carers_request_is_stored_and_leaves_the_patients_draft_alone(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    make_agreement(session, person, clinician_of(session, service))
    fill_in(patient_of(person))
    phone = phone_of(app, session, make_carer(person))
    words = {"signs": "no", "changed": ["pain"], "words": "She cannot sleep"}
    assert post(phone, "/caring/come-back", **words).headers["Location"] == "/caring/come-back/sent"
    assert session.query(PifuRequest).one().patient_id == person.id
    press = session.query(PifuPress).one()
    assert (press.answers["who"], press.answers["carer"]) == ("carer", "Alex Trusted")
    assert session.query(PifuDraft).one().answers["words"] == "I wake at 3 every night"
    assert "I wake at 3" not in phone.get("/caring/come-back/sent").text


@pytest.mark.parametrize("said", ["yes", "not_sure"])
def test_clin_02_a_carers_yes_to_signs_is_advice_first_and_an_alert_even_outside_the_window(
    app: Flask, session: Session, person: Patient, said: str
) -> None:
    phone = phone_of(app, session, make_carer(person))
    answer = post(phone, "/caring/come-back", signs=said, changed=["pain"])
    assert answer.headers["Location"] == f"/caring/come-back/advice/{said}"
    page = phone.get(answer.headers["Location"]).text
    assert re.search(r"<h1[^>]*>Call (999|111) now", page)
    assert {"pifu_signs", "pifu_signs_not_sure"} & reasons(session)


def test_clin_03_a_carers_words_are_heard_kept_or_refused(
    app: Flask, session: Session, person: Patient
) -> None:
    phone = phone_of(app, session, make_carer(person))
    post(phone, "/caring/come-back", signs="no", words="she wants to kill herself, I want to die")
    assert "risk_in_lost_words" in reasons(session)
    post(phone, "/caring/come-back", signs="no", changed=["mood"], words="I want to kill myself")
    assert "risk_in_words" in reasons(session)


def test_b08_a_carer_is_asked_about_themselves_and_staff_act_on_it(
    app: Flask, session: Session, service: Service, client: FlaskClient, person: Patient
) -> None:
    """B08: kept apart from the patient's measures, read by staff, never by the patient."""
    phone = phone_of(app, session, make_carer(person))
    assert "/caring/questions" in phone.get("/caring").text
    assert post(phone, "/caring/questions", strain="11").status_code == 422
    given = {"strain": "9", "support": "2", "child_helps": "yes"}
    assert post(phone, "/caring/questions", **given).status_code == 303
    kept = session.query(CarerAnswer).one().answers
    assert kept == {"ratings": {"strain": 9, "own_life": None, "support": 2}, "yes": ["child_helps"]}
    assert {"young_carer", "carer_strained"} <= reasons(session)
    assert "/caring/questions" not in phone.get("/caring").text
    desk = desk_of(app, session, service, Role.CLINICIAN)
    assert "How much did caring weigh on you?" in desk.get(f"/staff/patients/{person.id}/carers").text
    sign_in_patient(client, make_pack(session, person))
    assert "weigh on you" not in client.get("/my-page/carers").text


def test_sec_11_staff_need_the_consent_and_the_right_patient(
    app: Flask, session: Session, service: Service, person: Patient
) -> None:
    desk = desk_of(app, session, service, Role.SERVICE_ADMIN)
    page = f"/staff/patients/{person.id}/carers"
    named = {"patient_id": str(person.id), "acts": ["visits"], **NEW}
    assert post(desk, page, **named).status_code == 422
    assert post(desk, page, **(named | {"patient_id": str(uuid4())}), consent="x").status_code == 409
    assert (
        post(desk, page, consent="Said so on 22 September, alone in the room", **named).status_code == 303
    )
    carer = session.query(Carer).one()
    elsewhere = desk_of(app, session, make_service(session), Role.CLINICIAN)
    assert elsewhere.get(page).status_code == 404
    other = make_patient(session, service)
    away = f"/staff/patients/{other.id}/carers/{carer.id}/end"
    assert post(desk, page, away, patient_id=str(other.id)).status_code == 404
    assert post(desk, page, f"{page}/{carer.id}/end", patient_id=str(person.id)).status_code == 303
    session.expire_all()
    assert carer.ended_at is not None


def test_three_seven_i_cannot_talk_safely_leaves_nothing_on_the_screen(
    session: Session, client: FlaskClient, person: Patient
) -> None:
    """One press; a calm page, a task for staff, the phone locked, nothing said anywhere."""
    sign_in_patient(client, make_pack(session, person))
    assert "I cannot talk safely" in client.get("/who").text
    said = post(client, "/my-page", "/breathing-space")
    assert said.headers["Location"] == "/learn/breathing"
    assert "cannot_talk_safely" in reasons(session)
    calm = client.get("/learn/breathing").text
    assert "talk safely" not in calm
    assert not re.search(r"we know|told us|safeguard", calm, re.I)
    assert client.get("/my-page").status_code in {303, 401}
    assert not session.query(OutboxMessage).count()


def test_sms_07_a_carers_texts_have_a_ceiling_of_their_own(session: Session, person: Patient) -> None:
    """SMS-06, SMS-07: own number, own ceiling; none to a carer whose access ended."""
    from patientapp.messaging.claims import claim
    from tests.messaging.world import queue_text

    carer = make_carer(person)
    for _each in range(3):
        queue_text(
            session,
            person,
            now=NOW - timedelta(minutes=5),
            link_id=None,
            template="carer-visit",
            words={"day": "2026-10-01", "time": "10:00"},
            to_number=carer.mobile,
            carer_id=carer.id,
        )
    sent = 0
    for text in session.query(OutboxMessage).filter_by(template="carer-link"):
        text.state = "delivered"
    while claimed := claim(now=NOW, batch=10).claimed:
        assert {one.to_number for one in claimed} == {carer.mobile}
        sent += len(claimed)
        for one in claimed:
            session.execute(
                sa.update(OutboxMessage)
                .where(OutboxMessage.id == one.id)
                .values(state="delivered", sent_at=NOW)
            )
    assert sent == 2
    carer.mobile = "+447700900999"
    session.flush()
    assert not claim(now=NOW + timedelta(days=1), batch=10).claimed


def test_sec_02_a_carers_cookie_makes_no_patient(session: Session, person: Patient) -> None:
    from patientapp.signin.actions import open_session
    from patientapp.signin.cookies import Credential, Kind

    carer = make_carer(person)
    secret = open_session(
        service_id=carer.service_id,
        link_id=link_of(session, carer).id,
        now=NOW,
        life=timedelta(hours=2),
        birth_date_confirmed_at=NOW,
    )
    now = clock.now()
    assert system_viewer(Credential(Kind.PATIENT, secret, now), now=now) is None
    found = system_viewer(Credential(Kind.CARER, secret, now), now=now)
    assert found is not None
    assert not found[0].is_patient
