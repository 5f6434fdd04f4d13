"""In production nobody is asked a questionnaire without licensed wording; what was begun may end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp import clock, doctor
from patientapp.assessments.left import system_minutes
from patientapp.assessments.models import Pack, Response
from patientapp.assessments.offering import withheld
from patientapp.assessments.queries import system_pack_is_done
from patientapp.config import Environment, Settings
from patientapp.questionnaires import library as shelf
from patientapp.questionnaires.library import Library, data_folder, wording_folder
from patientapp.questionnaires.offering import Withheld, offer
from patientapp.questionnaires.wording_file import write
from patientapp.questionnaires.wording_import import Grant, read_source, take
from patientapp.reminders.packs import system_still_to_do
from patientapp.reminders.queries import system_planned
from patientapp.web.current import SETTINGS
from patientapp.worklist.models import WorkItem
from tests.factories import (
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    sign_in_patient,
    sign_in_staff,
    tasks_of,
)
from tests.questionnaires.licensed import toml

LIBRARY = Library.load(data_folder())
LAST_DAY = date(2026, 9, 23)


def install(name: str, expires: date | None = LAST_DAY) -> None:
    grant = Grant(reference="L-1", expires=expires, by="Robin Sample", now=NOW)
    instrument, [words] = take(read_source(toml(name).encode(), "owner.toml"), LIBRARY, grant=grant)
    write(wording_folder(), instrument, words)
    shelf.SHELF.look()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATIENTAPP_DATA_DIR", str(tmp_path))
    shelf.SHELF.look()
    yield
    shelf.SHELF.look()


@pytest.fixture
def production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same app with real patients."""
    settings = replace(app.extensions[SETTINGS], env=Environment.PRODUCTION)
    monkeypatch.setitem(app.extensions, SETTINGS, settings)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Let the app's clock stand at another moment."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


DAY = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("name", "expires", "production", "begun_on", "expected"),
    [
        ("pseq", None, False, None, "demonstration"),
        ("pseq", None, True, None, Withheld.DEMONSTRATION),
        ("pseq", None, True, DAY, Withheld.DEMONSTRATION),
        ("pam13", None, True, None, Withheld.NOT_INSTALLED),
        ("pam13", None, False, None, Withheld.NOT_INSTALLED),
        ("fft", None, True, None, Withheld.DEMONSTRATION),
        ("work", None, True, None, "own"),
        ("pseq", DAY, True, None, "licensed"),
        ("pseq", DAY, False, None, "licensed"),
        ("pseq", DAY - timedelta(days=1), True, None, Withheld.EXPIRED),
        ("pseq", DAY - timedelta(days=1), False, None, "demonstration"),
        ("pseq", DAY - timedelta(days=1), True, DAY - timedelta(days=1), "licensed"),
        ("pseq", DAY - timedelta(days=1), True, DAY, Withheld.EXPIRED),
    ],
)
def test_what_is_offered(
    name: str, expires: date | None, begun_on: date | None, expected: str, *, production: bool
) -> None:
    """The rule: own words always, licensed words within their licence, demonstration never for real.

    N58, N65: PAM has a slot and is off until licensed.
    """
    if expires:
        install(name, expires)
    instrument = LIBRARY.with_installed(wording_folder()).get(name)
    found = offer(instrument, "en", today=DAY, production=production, begun_on=begun_on)
    assert (found.why or (found.wording and found.wording.status)) == expected
    assert (found.wording is None) == (found.why is not None)


def test_a_broken_file_is_why() -> None:
    install("pam13")
    path = wording_folder() / "pam13/v1/text.en.toml"
    path.write_text(path.read_text().replace("Asked q1?", "Asked?"))
    instrument = LIBRARY.with_installed(wording_folder()).get("pam13")
    assert offer(instrument, "en", today=DAY, production=True).why is Withheld.BROKEN


def open_pack(session: Session, client: FlaskClient, *instruments: str) -> Pack:
    pack = make_pack(session, make_patient(session, make_service(session)), instruments)
    sign_in_patient(client, pack)
    return pack


def answer(client: FlaskClient, pack: Pack, task: Any, value: str, number: int = 1) -> Any:
    address = f"/tasks/{task.id}/questions/{number}"
    page = client.get("/tasks").text
    item = LIBRARY.get(task.instrument).items[number - 1].code
    return client.post(address, data=form_of(page, version="0", act="answer", **{item: value}))


@pytest.mark.usefixtures("production", "now")
def test_demonstration_wording_is_refused_everywhere(client: FlaskClient, session: Session) -> None:
    pack = open_pack(session, client, "pseq", "work")
    pseq, work = tasks_of(session, pack)
    assert withheld(today=DAY)[("pseq", 1)] is Withheld.DEMONSTRATION
    page = client.get("/tasks").text
    assert ("Confidence" in page, str(pseq.id) in page, str(work.id) in page) == (False, False, True)
    assert "Demonstration" not in client.get(f"/tasks/{work.id}/questions/1").text
    for address in (f"/tasks/{pseq.id}/questions/1", f"/tasks/{pseq.id}/check"):
        refused = client.get(address)
        assert (refused.status_code, "cannot be asked" in refused.text) == (409, True), address
    assert answer(client, pack, pseq, "3").status_code == 409
    listed = client.get("/api/v1/tasks").get_json()
    assert [one["instrument"] for one in listed] == ["work"]
    assert client.get(f"/api/v1/tasks/{pseq.id}").status_code == 409
    token = client.get("/api/v1/me").get_json()["csrf_token"]
    sent = client.post(
        f"/api/v1/packs/{pack.id}/responses",
        json={"responses": {"work": {"status": 1}, "pseq": {"q1": 3}}},
        headers={"X-CSRFToken": token, "Idempotency-Key": "a" * 22},
    )
    assert (sent.status_code, sent.content_type) == (409, "application/problem+json")
    assert session.query(Response).count() == 0, "all of a pack or none"


@pytest.mark.usefixtures("production", "now")
def test_own_and_licensed_words_are_asked_and_kept_on_the_response(
    client: FlaskClient, session: Session
) -> None:
    install("pseq")
    pack = open_pack(session, client, "pseq", "work")
    pseq, work = tasks_of(session, pack)
    assert "Asked q1?" in client.get(f"/tasks/{pseq.id}/questions/1").text
    for task, value in ((pseq, "3"), (work, "1")):
        assert answer(client, pack, task, value).status_code == 303
        page = client.get(f"/tasks/{task.id}/check").text
        assert client.post(f"/tasks/{task.id}/send", data=form_of(page)).status_code == 303
    kept = {row.instrument: (row.wording, row.language) for row in session.query(Response)}
    assert kept == {"pseq": ("licensed", "en"), "work": ("own", "en")}


@pytest.mark.usefixtures("production", "now")
@pytest.mark.parametrize("begin", ["pseq", "work", None])
def test_what_was_begun_may_be_finished(
    begin: str | None, client: FlaskClient, session: Session, at: Callable[[datetime], None]
) -> None:
    """A pack begun on the last day of the licence may be finished after it; no other may begin."""
    install("pseq")
    pack = open_pack(session, client, "pseq", "work")
    by_name = {task.instrument: task for task in tasks_of(session, pack)}
    at(NOW + timedelta(days=1))
    sign_in_patient(client, pack, now=NOW + timedelta(days=1))
    if begin:
        assert answer(client, pack, by_name[begin], "1").status_code == 303
    at(NOW + timedelta(days=2))
    sign_in_patient(client, pack, now=NOW + timedelta(days=2))
    pseq = by_name["pseq"]
    if not begin:
        # what is begun after the end does not open the set to what has ended
        assert answer(client, pack, by_name["work"], "1").status_code == 303
    expected = 303 if begin else 409
    assert answer(client, pack, pseq, "2", number=2).status_code == expected
    shown = client.get(f"/tasks/{pseq.id}/questions/3").status_code
    assert shown == (200 if begin else 409)
    assert (str(pseq.id) in client.get("/tasks").text) == bool(begin)


@pytest.mark.usefixtures("production", "now")
def test_p6_a_cry_for_help_is_heard_even_where_it_is_not_asked(
    client: FlaskClient, session: Session
) -> None:
    """An old page may still be open on a phone when the licence ends."""
    pack = open_pack(session, client, "eq5d5l")
    task = tasks_of(session, pack)[0]
    said = answer(client, pack, task, "5", number=5)
    assert (said.status_code, "/advice/urgent" in said.location) == (303, True)
    assert session.query(WorkItem).count() == 1


@pytest.mark.usefixtures("production", "now")
def test_a_set_that_is_not_offered_is_not_waited_for(client: FlaskClient, session: Session) -> None:
    """Reminders and "done" go by what can be answered; staff read why a set is not asked."""
    pack = open_pack(session, client, "pseq", "work")
    only = make_pack(session, make_patient(session, make_service(session)), ("pseq",))
    session.flush()
    people = system_planned([pack.patient_id, only.patient_id], now=NOW)
    done = [people[one.patient_id].courses[0].done for one in (pack, only)]
    assert done == [False, True], "nothing to remind of in the second"
    assert (system_still_to_do(only.id, today=DAY), system_minutes(pack.id, today=DAY)) == (False, 1)
    assert system_pack_is_done(pack.id, today=DAY) is False
    work = tasks_of(session, pack)[1]
    answer(client, pack, work, "1")
    page = client.get(f"/tasks/{work.id}/check").text
    client.post(f"/tasks/{work.id}/send", data=form_of(page))
    assert system_pack_is_done(pack.id, today=DAY) is True
    install("pseq")
    assert system_pack_is_done(pack.id, today=DAY) is False, "installed, it is asked after all"


@pytest.mark.usefixtures("production", "now")
@pytest.mark.parametrize(
    ("expires", "told"),
    [
        (None, "only demonstration wording is here; the licensed one is needed"),
        (date(2026, 9, 21), "its licence has expired"),
    ],
)
def test_staff_read_why(
    expires: date | None, told: str, app: Flask, client: FlaskClient, session: Session
) -> None:
    if expires:
        install("pseq", expires)
    service = make_service(session)
    patient = make_patient(session, service)
    make_pack(session, patient, ("pseq", "work"))
    sign_in_staff(client, service, make_staff(session, service))
    page = client.get(f"/staff/patients/{patient.id}").text
    assert f"not asked: {told}" in page
    assert page.count("not asked") == 1


@pytest.mark.usefixtures("production", "now")
def test_the_friends_and_family_test_needs_its_official_wording(
    client: FlaskClient, session: Session
) -> None:
    slug = make_service(session).slug
    session.commit()
    for answered in (client.get(f"/feedback/{slug}"), client.get(f"/feedback/{slug}?lang=cy")):
        assert (answered.status_code, "cannot be asked" in answered.text) == (409, True)
    install("fft", None)
    page = client.get(f"/feedback/{slug}").text
    assert ("Asked response?" in page, "Demonstration" in page) == (True, False)
    sent = client.post(f"/feedback/{slug}", data=form_of(page, response="1") | {"comment": ""})
    assert sent.status_code == 303


@pytest.mark.usefixtures("production", "now")
def test_what_is_withheld_follows_the_day_and_the_folder(session: Session) -> None:
    assert ("pseq", 1) in withheld(today=DAY)
    install("pseq")
    assert ("pseq", 1) not in withheld(today=DAY)
    assert withheld(today=LAST_DAY + timedelta(days=1))[("pseq", 1)] is Withheld.EXPIRED
    assert ("pseq", 1) not in withheld(today=LAST_DAY)


def test_the_doctor_says_what_cannot_be_asked(tmp_path: Path) -> None:
    strict = Settings(env=Environment.PRODUCTION)
    found = doctor._wording(strict)
    assert (found.is_well, "pseq (withheld: demonstration wording only" in found.detail) == (False, True)
    assert "wording import" in found.detail
    assert doctor._wording(Settings()).is_well
    for name in ("pseq", "bpi_sf", "eq5d5l", "start_back", "collaborate", "fft"):
        install(name, date(2099, 1, 1))
    assert doctor._wording(strict).is_well
