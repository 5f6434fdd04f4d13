"""OPS-07: the whole database and the web log in hand, who said what of the Friends and Family Test?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp import clock
from patientapp.db import Base
from patientapp.feedback.queries import system_comments, system_tallies
from tests.desk import forget_form_token
from tests.factories import NOW, form_of, make_service

PEOPLE = 60
CODES = [1 + (7 * n * n + n) % 6 for n in range(PEOPLE)]  # no order that the order of coming gives


def tables(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Everything, in the order in which the disk gives it, with the hidden numbers of rows."""
    found = {}
    hidden = "ctid::text, xmin::text" if session.get_bind().dialect.name == "postgresql" else "rowid"
    for table in Base.metadata.sorted_tables:
        bare = table.dialect_options["sqlite"]["with_rowid"] is False and hidden == "rowid"
        names = "*" if bare else f"{hidden}, *"
        rows = (
            session.connection()
            .exec_driver_sql(
                f'SELECT {names} FROM "{table.name}"'  # noqa: S608 - our own tables' names
            )
            .mappings()
        )
        found[table.name] = [dict(row) for row in rows]
    return found


@pytest.mark.slow
def test_ops_07_with_database_and_web_log_linking_is_no_better_than_chance(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-07, N59: order, row numbers, times and sizes. The log is the attacker's: who came when, in
    what order, from where, and how long each request and answer was."""
    service = make_service(session)
    session.commit()
    before = tables(session)
    log: list[dict[str, Any]] = []
    for n, code in enumerate(CODES):
        now = NOW + timedelta(minutes=7 * n)
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        client, page = app.test_client(), f"/feedback/{service.slug}"
        forget_form_token()
        form = form_of(client.get(page).text, response=str(code))
        answer = client.post(page, data=form, environ_base={"REMOTE_ADDR": f"203.0.113.{n}"})
        assert answer.status_code == 303
        log.append({"who": n, "at": now, "to": answer.headers["Location"], "size": len(answer.data)})
    after = tables(session)
    new = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    left = {name: rows for name, rows in new.items() if rows}
    assert left.keys() <= {"fft_tallies", "rate_counters", "idempotency_keys"}
    assert {line["to"] for line in log} == {log[0]["to"]}  # the same page for everybody
    assert len({line["size"] for line in log}) == 1
    tallies = left["fft_tallies"]
    assert len(tallies) == len(set(CODES))  # a count an answer, and no row a person
    best = _best_guess([str(row) for rows in left.values() for row in rows], log)
    most_common = max(CODES.count(code) for code in CODES)
    assert best <= most_common  # guessing the most frequent answer for everybody is as good


def _best_guess(rows: list[str], log: list[dict[str, Any]]) -> int:
    """How many answers are known from a row that holds one person's address or minute and an answer."""
    known = 0
    for line in log:
        address, minute = f"203.0.113.{line['who']}", line["at"].strftime("%H:%M")
        telling = [row for row in rows if address in row or (minute in row and "response" in row)]
        known += sum("'response'" in row for row in telling)
    return known


@pytest.mark.slow
def test_ops_07_one_copy_is_the_same_for_every_order_of_the_answers(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OPS-07: the same answers in another order leave the same rows: nothing to learn of who was when."""
    services = [make_service(session), make_service(session)]
    session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    for service, codes in zip(services, (CODES, sorted(CODES)), strict=True):
        for n, code in enumerate(codes):
            client, page = app.test_client(), f"/feedback/{service.slug}"
            forget_form_token()
            form = form_of(client.get(page).text, response=str(code), comment=f"Words {code}")
            came_from = {"REMOTE_ADDR": f"198.51.100.{n}"}
            assert client.post(page, data=form, environ_base=came_from).status_code == 303
    month = NOW.date().replace(day=1)
    kept = [
        (system_tallies(one.id, first=month, last=month), system_comments(one.id, month))
        for one in services
    ]
    assert kept[0] == kept[1]
    assert sum(kept[0][0]["online"].values()) == PEOPLE
