"""The public page: anybody may answer, and nothing leads back to them (OPS-07)."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.audit.models import AuditEntry
from patientapp.db import Base, transaction
from patientapp.feedback import tickets
from patientapp.feedback.models import FftComments, FftTally
from patientapp.feedback.queries import system_comments, system_tallies
from patientapp.feedback.rules import LONGEST_COMMENT, MOST_COMMENTS, month_of
from patientapp.services.models import Service
from patientapp.web.models import IdempotencyKey, RateCounter
from tests.factories import form_of, make_pack, make_patient, make_service, sign_in_patient

WORDS = "Kind people; the stairs were hard"


@pytest.fixture
def service(session: Session) -> Service:
    made = make_service(session)
    session.commit()
    return made


def give(client: FlaskClient, service: Service, **values: object) -> tuple[int, str]:
    address = f"/feedback/{service.slug}"
    page = client.get(address).text
    answer = client.post(address, data=form_of(page, **values))
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def all_rows(session: Session) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as text."""
    return {
        table.name: [tuple(str(cell) for cell in row) for row in session.execute(sa.select(table))]
        for table in Base.metadata.sorted_tables
    }


def test_the_question_is_marked_as_ours_and_asks_nothing_of_the_person(
    client: FlaskClient, service: Service
) -> None:
    page = client.get(f"/feedback/{service.slug}").text
    assert "Demonstration wording. Not the real questionnaire." in page
    assert re.findall(r'type="radio" value="(\d)"', page) == ["1", "2", "3", "4", "5", "6"]
    assert "checked" not in page
    assert "birth" not in page.lower()
    assert page.count("<h1") == 1
    assert service.phone in page


def test_an_answer_is_counted_and_thanked_for(
    client: FlaskClient, service: Service, session: Session, now: datetime
) -> None:
    """B09, C62: a comment at any time, with nobody signed in."""
    status, next_page = give(client, service, response="2", comment=f"  {WORDS}\r\n")
    assert (status, next_page) == (303, f"/feedback/{service.slug}/thank-you")
    month = month_of(now)
    assert system_tallies(service.id, first=month, last=month) == {"online": {2: 1}}
    assert system_comments(service.id, month) == [WORDS]
    give(client, service, response="2")
    assert system_tallies(service.id, first=month, last=month) == {"online": {2: 2}}
    thanks = client.get(next_page)
    assert "Thank you" in thanks.text
    assert not re.search(r"\bscore|\d+ %", thanks.text)


def test_ops_07_no_table_holds_person_address_or_time(
    client: FlaskClient, service: Service, session: Session, now: datetime
) -> None:
    """Also where the person is signed in: what is new in all tables is a count and the words."""
    pack = make_pack(session, make_patient(session, service))
    sign_in_patient(client, pack, now=now)
    session.commit()
    before = all_rows(session)
    assert give(client, service, response="1", comment=WORDS)[0] == 303
    after = all_rows(session)
    new = {name: set(after[name]) - set(before[name]) for name in after}
    changed = {name for name, rows in new.items() if rows}
    assert changed == {"fft_tallies", "fft_comments", "rate_counters"}
    month = month_of(now)
    [tally] = session.scalars(sa.select(FftTally))
    assert (tally.month, tally.method, tally.response, tally.count) == (month, "online", 1, 1)
    [comments] = session.scalars(sa.select(FftComments))
    assert (comments.month, comments.comments) == (month, [WORDS])
    for row in (*new["fft_tallies"], *new["fft_comments"]):
        said = " ".join(str(cell) for cell in row)
        assert not re.search(r"\d\d:\d\d|127\.0\.0\.1", said)
        assert str(pack.patient_id) not in said


def test_ops_07_the_rate_limit_keeps_no_address(
    client: FlaskClient, service: Service, session: Session
) -> None:
    address = f"/feedback/{service.slug}"
    form = form_of(client.get(address).text, response="3")
    client.post(address, data=form, environ_base={"REMOTE_ADDR": "203.0.113.77"})
    keys = list(session.scalars(sa.select(RateCounter.key)))
    assert keys
    assert not any("203.0.113" in key for key in keys)


def test_ops_07_the_order_of_comments_on_disk_is_not_the_order_in_which_they_came(
    client: FlaskClient, service: Service, session: Session
) -> None:
    for words in ["zebra", "lion", "ape"]:
        give(client, service, response="1", comment=words)
    [row] = session.scalars(sa.select(FftComments))
    assert row.comments == ["ape", "lion", "zebra"]


def test_ops_07_nothing_is_audited_or_remembered(
    client: FlaskClient, service: Service, session: Session
) -> None:
    give(client, service, response="1", comment=WORDS)
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(IdempotencyKey)) == 0


def test_ops_07_words_do_not_reach_the_log(
    client: FlaskClient, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    give(client, service, response="1", comment=WORDS)
    captured = capfd.readouterr()
    assert WORDS not in captured.out + captured.err


MISTAKES = [
    ("no answer", {"comment": WORDS}, "Choose an answer"),
    ("no such answer", {"response": "7", "comment": WORDS}, "Choose an answer"),
    ("not a code", {"response": "2 ", "comment": WORDS}, "Choose an answer"),
    ("too long", {"response": "2", "comment": "x" * (LONGEST_COMMENT + 1)}, "1000 characters or fewer"),
]


@pytest.mark.parametrize(("values", "said"), [c[1:] for c in MISTAKES], ids=[c[0] for c in MISTAKES])
def test_a_mistake_is_said_and_what_was_typed_is_kept(
    client: FlaskClient, service: Service, session: Session, values: dict[str, str], said: str
) -> None:
    status, page = give(client, service, **values)
    assert status == 422
    assert said in page
    assert "Error:" in page
    assert values["comment"] in page
    assert session.scalars(sa.select(FftTally)).all() == []


def test_sec_06_a_field_that_is_not_on_the_form_is_refused(
    client: FlaskClient, service: Service, session: Session
) -> None:
    assert give(client, service, response="1", patient_id="1")[0] == 422
    assert session.scalars(sa.select(FftTally)).all() == []


def test_sec_09_no_answer_without_the_form_s_token(client: FlaskClient, service: Service) -> None:
    assert client.post(f"/feedback/{service.slug}", data={"response": "1"}).status_code == 400


def test_sec_08_looking_changes_nothing(client: FlaskClient, service: Service, session: Session) -> None:
    before = all_rows(session)
    for path in ("", "/thank-you", "/thank-you?words=full"):
        assert client.get(f"/feedback/{service.slug}{path}").status_code == 200
    assert all_rows(session) == before


def test_a_full_month_counts_the_answer_and_says_that_the_words_were_not_kept(
    client: FlaskClient, service: Service, session: Session, now: datetime
) -> None:
    month = month_of(now)
    session.add(FftComments(service_id=service.id, month=month, comments=["a"] * MOST_COMMENTS))
    session.commit()
    status, next_page = give(client, service, response="1", comment=WORDS)
    assert status == 303
    assert "your own words were not kept" in client.get(next_page).text
    assert system_tallies(service.id, first=month, last=month) == {"online": {1: 1}}
    assert WORDS not in system_comments(service.id, month)


def test_io_08_a_machine_that_hammers_is_slowed_down(client: FlaskClient, service: Service) -> None:
    address = f"/feedback/{service.slug}"
    form = form_of(client.get(address).text, response="3")
    seen = {client.post(address, data=form).status_code for _each in range(61)}
    assert seen == {303, 429}


@pytest.mark.parametrize("path", ["/feedback/nowhere", "/feedback/nowhere/thank-you"])
def test_an_unknown_service_is_not_found(client: FlaskClient, session: Session, path: str) -> None:
    assert client.get(path).status_code == 404


def test_months_are_added_up(session: Session, service: Service) -> None:
    for month, count in ((date(2026, 7, 1), 2), (date(2026, 8, 1), 3), (date(2026, 9, 1), 5)):
        session.add(
            FftTally(service_id=service.id, month=month, method="online", response=1, count=count)
        )
    session.commit()
    found = system_tallies(service.id, first=date(2026, 7, 1), last=date(2026, 8, 31))
    assert found == {"online": {1: 5}}


def test_ops_07_a_second_click_counts_once_and_sees_the_same_thanks(
    client: FlaskClient, service: Service, session: Session, now: datetime
) -> None:
    address = f"/feedback/{service.slug}"
    form = form_of(client.get(address).text, response="2", comment=WORDS)
    answers = [client.post(address, data=form) for _click in range(3)]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {
        (303, f"{address}/thank-you")
    }
    month = month_of(now)
    assert system_tallies(service.id, first=month, last=month) == {"online": {2: 1}}
    assert system_comments(service.id, month) == [WORDS]


def test_ops_07_a_used_form_is_known_by_a_hash_and_a_day_alone(
    client: FlaskClient, service: Service, session: Session
) -> None:
    address = f"/feedback/{service.slug}"
    form = form_of(client.get(address).text, response="2")
    client.post(address, data=form)
    [row] = session.scalars(sa.select(RateCounter).where(RateCounter.key.startswith("fft:")))
    assert form["idempotency_key"] not in row.key
    assert (row.hits, row.expires_at.time()) == (1, time())


@pytest.mark.parametrize("ticket", ["", "x" * 22, "20260922-" + "a" * 32 + ".AAAA"])
def test_a_form_that_is_not_ours_or_too_old_comes_back_with_what_was_typed(
    client: FlaskClient,
    service: Service,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    ticket: str,
) -> None:
    address = f"/feedback/{service.slug}"
    fresh = form_of(client.get(address).text, response="2", comment=WORDS)
    refused = client.post(address, data=fresh | {"idempotency_key": ticket})
    assert (refused.status_code, session.scalars(sa.select(FftTally)).all()) == (422, [])
    assert "send it again" in refused.text
    assert WORDS in refused.text
    assert client.post(address, data=form_of(refused.text, response="2")).status_code == 303
    monkeypatch.setattr("patientapp.clock.now", lambda: now + timedelta(days=4))
    assert client.post(address, data=fresh).status_code == 422


@pytest.mark.slow
def test_ops_07_many_clicks_at_once_count_once(app: Flask, now: datetime) -> None:
    """Real commits from several threads: the number's own key decides who is first."""
    ticket = tickets.new_ticket(key="k", now=now)

    def click(_each: int) -> bool:
        with app.app_context(), transaction():
            return tickets.use(ticket, now=now)

    try:
        with ThreadPoolExecutor(4) as clicks:
            assert sorted(clicks.map(click, range(8))) == [False] * 7 + [True]
    finally:
        with app.app_context(), transaction() as cleaning:
            cleaning.execute(sa.delete(RateCounter).where(RateCounter.key.startswith("fft:")))
