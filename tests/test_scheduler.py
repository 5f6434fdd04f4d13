"""The clock process: it ticks, it survives a bad tick, it stops cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from patientapp import cli, jobs, scheduler
from patientapp.config import Environment, Settings, SettingsError
from patientapp.messaging.gateway import Refused
from patientapp.messaging.models import DispatcherBeat, OutboxMessage
from patientapp.messaging.phone import LocalPhone
from patientapp.messaging.rules import MessageState, Trouble
from patientapp.outgoing import wiring
from patientapp.web.models import IdempotencyKey
from patientapp.worklist.models import WorkItem
from tests.factories import make_pack, make_patient, make_service
from tests.messaging.fakes import FakeClock, FakeGateway
from tests.messaging.races import committed
from tests.messaging.world import queue_text, text


@pytest.fixture
def gateway(app: Flask) -> Iterator[FakeGateway]:
    """A carrier in place of the app's own."""
    made = FakeGateway()
    app.extensions[wiring.GATEWAY] = made
    yield made
    app.extensions[wiring.GATEWAY] = None


def test_io_10_the_local_phone_is_never_in_production(settings: Settings) -> None:
    assert isinstance(wiring.gateway_of(settings), LocalPhone)
    with pytest.raises(SettingsError, match="GATEWAY"):
        wiring.gateway_of(replace(settings, env=Environment.PRODUCTION))


def test_clin_12_a_refused_text_is_one_task(
    app: Flask, session: Session, now: datetime, gateway: FakeGateway
) -> None:
    patient = make_patient(session, make_service(session))
    key = queue_text(session, patient, now=now)
    gateway._faults.append(Refused(reason="21211", permanent=True))
    jobs.dispatch_once(app)
    jobs.dispatch_once(app)
    [item] = session.scalars(sa.select(WorkItem))
    assert (item.patient_id, item.reason) == (patient.id, "text_not_delivered")
    assert item.source == f"{text(session, key).id}:not_delivered"


def test_p6_a_duty_text_that_failed_has_no_patient_to_make_a_task_of(
    session: Session, now: datetime
) -> None:
    wiring.tell_staff(
        Trouble(
            message_id=uuid4(),
            service_id=uuid4(),
            patient_id=None,
            template="duty-alert",
            to_number="+447700900999",
            state=MessageState.REFUSED,
            reason="x",
            at=now,
        )
    )
    assert session.scalars(sa.select(WorkItem)).all() == []


def test_link_06_texts_carry_the_configured_address(
    app: Flask, session: Session, now: datetime, gateway: FakeGateway
) -> None:
    make_pack(session, make_patient(session, make_service(session)))
    session.commit()
    assert jobs.plan_once(app) == 1
    assert jobs.dispatch_once(app) == 1
    [body] = gateway.bodies
    assert " http://localhost/q/" in body


def test_ops_04_each_look_leaves_a_heartbeat(app: Flask, session: Session, now: datetime) -> None:
    jobs.dispatch_once(app)
    [beat] = session.scalars(sa.select(DispatcherBeat))
    assert (beat.name, beat.at) == (wiring.own_name(), now)


def test_tidying_forgets_what_is_past_its_time(app: Flask, session: Session, now: datetime) -> None:
    for key, month in (("old-key-1", 7), ("new-key-1", 9)):
        session.add(
            IdempotencyKey(
                scope="x", key=key, request_hash=b"", status=204, created_at=now.replace(month=month)
            )
        )
    session.commit()
    assert jobs.tidy_once(app) == 1
    assert list(session.scalars(sa.select(IdempotencyKey.key))) == ["new-key-1"]


def test_a_bad_tick_is_logged_by_type_and_the_next_one_comes() -> None:
    def fail() -> int:
        raise LookupError("+447700900001 has a number in its message")

    with capture_logs() as said:
        scheduler._safely("plan", fail)()
    [line] = said
    assert line == {
        "event": "a tick failed",
        "job": "plan",
        "error": "LookupError",
        "log_level": "error",
    }


def test_ticking_in_the_background_plans_and_sends_and_stops(app: Flask, gateway: FakeGateway) -> None:
    arrived = threading.Event()
    gateway._after = lambda _key: arrived.set()
    with committed(app) as session:
        from patientapp import clock

        moment = clock.now().replace(hour=12)
        key = queue_text(session, make_patient(session, make_service(session)), now=moment)
        session.execute(sa.update(OutboxMessage).values(patient_id=None, due_at=moment.replace(hour=0)))
        session.execute(
            sa.update(OutboxMessage).values(useful_until=moment.replace(year=moment.year + 1))
        )
        session.commit()
        ticker = scheduler.Ticker(app, jobs=("dispatch",))
        try:
            assert arrived.wait(20)
        finally:
            ticker.stop()
        session.rollback()
        assert text(session, key).state is MessageState.ACCEPTED


def test_rel_08_stopping_finishes_the_call_and_gives_the_rest_back(
    app: Flask, session: Session, now: datetime
) -> None:
    from tests.messaging.world import dispatcher

    service = make_service(session)
    for _each in range(3):
        queue_text(session, make_patient(session, service), now=now)
    asked: list[str] = []
    carrier = FakeGateway(after=asked.append)
    post = dispatcher(carrier, FakeClock(now), stopping=lambda: bool(asked))
    assert post.run() == 1
    assert carrier.calls == 1
    left = session.scalars(sa.select(OutboxMessage.state).execution_options(populate_existing=True))
    assert sorted(left) == ["accepted", "due", "due"]


@pytest.mark.parametrize(
    "words",
    [["reminders", "--help"], ["reminders", "plan", "--help"], ["dispatch", "--help"]],
    ids=" ".join,
)
def test_each_command_explains_itself_with_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(cli.root, words)
    assert result.exit_code == 0
    assert "Example:" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [(["reminders", "plan"], "1 texts queued."), (["dispatch", "--once"], "0 texts sent.")],
)
def test_the_same_work_from_a_shell(
    app: Flask,
    session: Session,
    now: datetime,
    words: list[str],
    said: str,
) -> None:
    make_pack(session, make_patient(session, make_service(session)))
    session.commit()
    result = CliRunner().invoke(cli.root, words, obj=lambda: app)
    assert result.exit_code == 0, result.output
    assert said in result.output


@pytest.mark.slow
def test_rel_08_sigterm_stops_the_process_cleanly(app: Flask, settings: Settings) -> None:
    names = ("env", "database_url", "data_dir", "public_url", "secret_key", "link_key", "data_key")
    environment = os.environ | {f"PATIENTAPP_{n.upper()}": str(getattr(settings, n)) for n in names}
    process = subprocess.Popen(
        [sys.executable, "-c", "from patientapp.cli import main; main()", "scheduler"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = b""
    while b"ticking" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGTERM)
    rest = process.communicate(timeout=30)[0]
    assert process.returncode == 0, said + rest
    assert b"Traceback" not in said + rest


def test_b34_planning_looks_again_when_wording_is_installed(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People whose questionnaires were withheld have nothing that says when to look at them again."""
    looked: list[datetime] = []
    monkeypatch.setattr(jobs, "find_forgotten", lambda *, now: looked.append(now) or 0)
    monkeypatch.delitem(app.extensions, jobs.WITHHELD, raising=False)
    for missing in ({("bpi_sf", 1): "why"}, {("bpi_sf", 1): "why"}, {}, {}):
        monkeypatch.setattr(jobs, "withheld", lambda *, today, missing=missing: missing)
        jobs.plan_once(app)
    assert len(looked) == 2  # as it starts, and as the words came
