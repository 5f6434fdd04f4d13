"""Language belongs to the person (patient-experience.md A2, sections 4 and 10)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments.models import Pack, Response, Task
from patientapp.audit.models import AuditEntry
from patientapp.patients.models import Patient
from patientapp.signin.rules import PATIENT_IDLE
from patientapp.worklist.models import WorkItem
from tests.factories import (
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_token,
    sign_in_patient,
    tasks_of,
)

pytestmark = pytest.mark.usefixtures("now")
BORN = {"day": "3", "month": "3", "year": "1975"}


def pack_of(session: Session, **over: object) -> Pack:
    return make_pack(session, make_patient(session, make_service(session), **over))


def record_of(session: Session) -> str:
    session.expire_all()
    return session.scalars(sa.select(Patient.language)).one()


def lang(page: str) -> str:
    found = re.search(r'<html lang="([\w-]+)"', page)
    assert found
    return found[1]


def reasons(session: Session) -> list[str]:
    return list(session.scalars(sa.select(WorkItem.reason)))


def test_a1_the_first_page_speaks_the_language_of_the_record(
    client: FlaskClient, session: Session
) -> None:
    _link, token = make_token(pack_of(session, language="pl"))
    session.commit()
    page = client.get(f"/q/{token}", headers={"Accept-Language": "ar"}).text
    assert lang(page) == "pl"
    assert set(re.findall(r'hreflang="(\w+)"', page)) == {"en", "ar", "pa", "ro", "ur"}


def test_a2_a_choice_is_kept_on_the_record_once_we_know_whose_it_is(
    client: FlaskClient, session: Session
) -> None:
    _link, token = make_token(pack_of(session))
    session.commit()
    page = client.get(f"/q/{token}?lang=ur").text
    chosen = re.search(r'name="language" value="(\w+)"', page)
    assert chosen
    client.post(f"/q/{token}/begin", data=form_of(page, language=chosen[1]))
    asked = client.get("/date-of-birth").text
    assert lang(asked) == "ur"
    assert record_of(session) == "en"  # nobody knows yet whose phone this is
    client.post("/date-of-birth", data=form_of(asked, day="4", month="3", year="1975"))
    assert record_of(session) == "en"
    client.post("/date-of-birth", data=form_of(asked, **BORN))
    assert record_of(session) == "ur"
    assert lang(client.get("/who").text) == "ur"
    did = list(session.scalars(sa.select(AuditEntry.action)))
    assert did.count("chose a language") == 1


def test_a2_the_person_stays_on_the_same_step(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    pack = pack_of(session)
    sign_in_patient(client, pack, now=now)
    at = f"/tasks/{tasks_of(session, pack)[0].id}/check?from=x&lang=pl"
    offered = re.search(r'href="(/language\?step=[^"]+)"', client.get(at).text)
    assert offered
    page = client.get(offered[1].replace("&amp;", "&")).text
    step = re.search(r'name="step" value="([^"]+)"', page)
    assert step
    kept = client.post("/language", data=form_of(page, language="ar", step=step[1]))
    assert kept.headers["Location"] == at.removesuffix("&lang=pl")
    assert record_of(session) == "ar"


def test_a2_while_locked_a_choice_changes_no_record(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    """Somebody else may have picked the phone up; the choice counts after the date of birth."""
    sign_in_patient(client, pack_of(session), now=now)
    later = now + PATIENT_IDLE + timedelta(minutes=1)
    monkeypatch.setattr("patientapp.clock.now", lambda: later)
    client.post("/language", data=form_of(client.get("/language").text, language="ro"))
    assert record_of(session) == "en"
    client.post("/date-of-birth", data=form_of(client.get("/date-of-birth").text, **BORN))
    assert record_of(session) == "ro"


@pytest.mark.parametrize("step", ["//evil.example", "https://evil.example", "/\\evil.example", "", "x"])
def test_io_02_the_choice_leads_nowhere_else(
    client: FlaskClient, session: Session, now: datetime, step: str
) -> None:
    sign_in_patient(client, pack_of(session), now=now)
    form = form_of(client.get("/language").text, language="pl", step=step)
    assert client.post("/language", data=form).headers["Location"] == "/my-page"


def test_an_unknown_language_is_asked_again(client: FlaskClient, session: Session, now: datetime) -> None:
    sign_in_patient(client, pack_of(session), now=now)
    for given in ({"language": "tlh"}, {}):
        refused = client.post("/language", data=form_of(client.get("/language").text, **given))
        assert refused.status_code == 422
        assert "Choose a language" in refused.text
    assert record_of(session) == "en"


def test_my_language_is_not_here_is_a_call_with_an_interpreter(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    pack = pack_of(session)
    sign_in_patient(client, pack, now=now)
    for _twice in range(2):
        form = form_of(client.get("/language?step=/tasks").text, language="other", step="/tasks")
        answered = client.post("/language", data=form)
    assert reasons(session) == ["interpreter_wanted"]
    assert 'href="/tasks"' in client.get(answered.headers["Location"]).text


@pytest.mark.parametrize("token", [None, "a" * 26])
def test_link_03_the_first_page_asks_for_an_interpreter_and_says_nothing_of_anybody(
    client: FlaskClient, session: Session, token: str | None
) -> None:
    _link, made = make_token(pack_of(session))
    session.commit()
    form = form_of(client.get(f"/q/{made}").text)
    said = client.post(f"/q/{token or made}/interpreter", data=form)
    assert said.status_code == 200
    assert "with an interpreter" in said.text
    assert reasons(session) == ([] if token else ["interpreter_wanted"])


def test_section_4_no_wording_in_the_language_is_never_english_unasked(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    pack = pack_of(session, language="ar")
    sign_in_patient(client, pack, now=now)
    task = tasks_of(session, pack)[0].id
    asked = f"/tasks/{task}/language"
    assert client.get(f"/tasks/{task}").headers["Location"] == asked
    assert client.get(f"/tasks/{task}/questions/1").headers["Location"] == asked
    page = client.get(asked).text
    assert client.post(asked, data=form_of(page)).status_code == 422
    for way, reason in (("call", "no_wording_call"), ("paper", "no_wording_paper")):
        told = client.post(asked, data=form_of(client.get(asked).text, way=way))
        assert client.get(told.headers["Location"]).status_code == 200
        assert reason in reasons(session)
    client.post(asked, data=form_of(client.get(asked).text, way="english"))
    session.expire_all()
    assert session.get_one(Task, task).language == "en"
    question = client.get(f"/tasks/{task}/questions/1").text
    assert lang(question) == "ar"
    assert '<span lang="en" dir="ltr">' in question


def test_section_4_a_questionnaire_stays_in_the_language_it_was_begun_in(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    pack = pack_of(session)
    sign_in_patient(client, pack, now=now)
    task = tasks_of(session, pack)[0].id
    at = f"/tasks/{task}/questions/1"
    client.post(at, data=form_of(client.get(at).text, q1="3", act="answer", version="0"))
    client.post("/language", data=form_of(client.get("/language").text, language="ur"))
    assert client.get(f"/tasks/{task}/questions/2").status_code == 200  # no choice in the middle
    client.post(f"/tasks/{task}/send", data=form_of(client.get(f"/tasks/{task}/check").text))
    assert session.scalars(sa.select(Response.language)).all() == ["en"]


def test_sec_02_another_s_questionnaire_has_no_language(
    client: FlaskClient, session: Session, now: datetime
) -> None:
    theirs = tasks_of(session, pack_of(session, language="ar"))[0].id
    sign_in_patient(client, make_pack(session, make_patient(session, make_service(session))), now=now)
    form = form_of(client.get("/language").text, way="call")
    assert client.get(f"/tasks/{theirs}/language").status_code == 404
    assert client.get(f"/tasks/{theirs}/language/told").status_code == 404
    assert client.post(f"/tasks/{theirs}/language", data=form).status_code == 404
    assert reasons(session) == []
