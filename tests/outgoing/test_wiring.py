"""How texts leave this installation: wiring, commands, figures and alarms."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from patientapp import cli, doctor
from patientapp.config import Settings
from patientapp.db import transaction
from patientapp.messaging import heartbeats, switch
from patientapp.messaging.gateway import OutcomeUnknown, Refused
from patientapp.messaging.models import DispatcherBeat, SendingSwitch
from patientapp.messaging.rules import MessageState, SendingMode
from patientapp.messaging.twilio import Twilio
from patientapp.outgoing import metrics, wiring
from patientapp.worklist import taking
from patientapp.worklist.actions import raise_item
from patientapp.worklist.limits import in_force
from patientapp.worklist.models import WorkItem
from patientapp.worklist.rules import ItemKind
from tests.carrier.faults import Fault, Kind, in_turn
from tests.carrier.server import Carrier
from tests.factories import make_patient, make_service, make_staff, staff_viewer
from tests.messaging.fakes import FakeGateway
from tests.messaging.world import queue_text, somebody, text
from tests.outgoing.world import run, with_carrier


def mode(session: Session) -> SendingMode:
    asked = sa.select(SendingSwitch.mode).execution_options(populate_existing=True)
    return session.scalars(asked).one()


def test_the_carrier_is_wired_by_settings_and_made_once(wired: Flask) -> None:
    made = wiring.gateway_for(wired)
    assert isinstance(made, Twilio)
    assert wiring.gateway_for(wired) is made


def test_from_a_lost_answer_to_delivered_through_the_real_wiring(
    wired: Flask, session: Session, now: datetime, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.plan = in_turn([Fault(kind=Kind.RESET_AFTER)])
    key = queue_text(session, somebody(session), now=now)
    moment = [now]
    assert wiring.dispatcher_of(wired, now_fn=lambda: moment[0]).run() == 0
    assert text(session, key).state is MessageState.UNKNOWN
    moment[0] += timedelta(seconds=20)
    assert wiring.settle_once(wired, now_fn=lambda: moment[0]) == 1
    assert text(session, key).state is MessageState.DELIVERED
    [taken] = carrier.ledger.texts.values()
    assert taken.callback == f"http://localhost/webhooks/twilio/status?attempt={text(session, key).id}-1"


def test_a_gateway_that_keeps_no_list_settles_nothing(app: Flask, session: Session) -> None:
    assert wiring.settle_once(app) == 0


def test_pause_and_resume_from_a_shell(app: Flask, session: Session, now: datetime) -> None:
    assert run(app, "messaging", "pause") == (
        0,
        "Nothing is sent until: patientapp messaging resume\n",
    )
    assert mode(session) is SendingMode.PAUSED
    assert run(app, "messaging", "resume") == (0, "Texts are being sent.\n")
    assert mode(session) is SendingMode.SENDING


def test_sms_11_only_a_check_ends_checking(wired: Flask, session: Session, now: datetime) -> None:
    with transaction():
        switch.begin_checking(check_from=now - timedelta(hours=1), now=now)
    code, said = run(wired, "messaging", "resume")
    assert code == 2
    assert "messaging check" in said
    code, said = run(wired, "messaging", "check")
    assert code == 0, said
    assert "0 texts at the carrier since the backup" in said
    assert mode(session) is SendingMode.SENDING
    assert run(wired, "messaging", "check") == (0, "There is nothing to check.\n")
    code, said = run(wired, "messaging", "check", "--since", "2026-09-22T04:15:00")
    assert code == 0, said


def test_sms_11_a_mute_carrier_keeps_us_checking(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    with transaction():
        switch.begin_checking(check_from=now, now=now)
    carrier.is_down = True
    code, said = run(wired, "messaging", "check")
    assert code == 1
    assert "cannot be asked" in said
    assert mode(session) is SendingMode.CHECKING


def test_ops_04_status_and_figures_say_how_sending_stands(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(session)
    monkeypatch.setitem(
        app.extensions,
        wiring.GATEWAY,
        FakeGateway([OutcomeUnknown(), Refused(reason="x", permanent=True)]),
    )
    for _each in range(2):
        queue_text(session, make_patient(session, service), now=now)
    wiring.dispatcher_of(app).run()
    patient = make_patient(session, service)
    queue_text(session, patient, now=now, due_at=now - timedelta(minutes=7))
    with transaction():
        raise_item(
            ItemKind.ALERT,
            service_id=service.id,
            patient_id=patient.id,
            reason="x",
            source="x",
            now=now - timedelta(hours=3),
        )
    code, said = run(app, "messaging", "status")
    assert code == 0
    assert "oldest due text waits    3:00:00" in said, "the duty text of that alert"
    code, figures = run(app, "metrics")
    assert code == 0
    for line in (
        'patientapp_texts{state="unknown"} 1.0',
        'patientapp_texts{state="refused"} 1.0',
        "patientapp_open_alert_age_seconds 10800.0",
        "patientapp_sending 1.0",
        "patientapp_dispatcher_beat_age_seconds 0.0",
    ):
        assert line in figures
    assert "+44" not in figures


def test_ops_04_metrics_are_nowhere_on_the_public_address(app: Flask, session: Session) -> None:
    assert app.test_client().get("/metrics").status_code == 404
    assert metrics.LOOPBACK == "127.0.0.1"


def test_ops_04_an_alert_past_its_limit_raises_the_alarm_until_it_is_closed(
    app: Flask, session: Session, now: datetime
) -> None:
    service = make_service(session, duty_phone="")
    patient = make_patient(session, service)
    facts = {"service_id": service.id, "patient_id": patient.id, "reason": "x"}
    late = now - in_force().due_within["alert"] - timedelta(seconds=1)
    raise_item(ItemKind.ALERT, source="in time", now=now, **facts)
    item_id = raise_item(ItemKind.ALERT, source="late", now=late, **facts)
    session.commit()
    with capture_logs() as said:
        assert metrics.watch(app) == 1
    assert [(line["event"], line["alerts"]) for line in said] == [
        ("alarm: alerts are past their limit", 1)
    ]
    assert "patientapp_alerts_overdue 1.0" in metrics.text_of(app)
    me = staff_viewer(service, staff_id=make_staff(session, service).id)
    taking.take(me, item_id, now=now)
    session.commit()
    assert metrics.watch(app) == 1, "taken is not closed"
    taking.close(me, item_id, "spoke", now=now)
    session.commit()
    assert metrics.watch(app) == 0


def test_ops_04_a_dispatcher_silent_for_two_minutes_raises_the_alarm(
    app: Flask, session: Session, now: datetime
) -> None:
    session.add(DispatcherBeat(name="host:1", at=now - timedelta(minutes=2, seconds=1)))
    session.add(DispatcherBeat(name="host:2", at=now - timedelta(seconds=100)))
    session.commit()
    with capture_logs() as said:
        assert metrics.watch(app) == 1
    assert [line["event"] for line in said] == ["alarm: a dispatcher is silent"]
    assert said[0]["dispatcher"] == "host:1"
    with transaction():
        heartbeats.take_over("host:3", now=now)
    assert metrics.watch(app) == 0, "a new one on that host has taken over"
    with transaction():
        heartbeats.stopped("host:2")
    assert session.scalars(sa.select(DispatcherBeat)).all() == []


def test_ops_04_due_texts_without_any_dispatcher_raise_the_alarm(
    app: Flask, session: Session, now: datetime
) -> None:
    queue_text(session, somebody(session), now=now, due_at=now - timedelta(minutes=3))
    with capture_logs() as said:
        assert metrics.watch(app) == 1
    assert said[0]["event"] == "alarm: texts are due and no dispatcher runs"


def test_the_heart_beats_now_and_then_only(session: Session, now: datetime) -> None:
    moment = [now]
    heart = heartbeats.Heart("host:9", lambda: moment[0])
    for second in range(25):
        moment[0] = now + timedelta(seconds=second)
        with transaction():
            heart()
    [beat] = session.scalars(sa.select(DispatcherBeat).execution_options(populate_existing=True))
    assert beat.at == now + timedelta(seconds=20)


def test_the_doctor_says_whether_the_carrier_answers(settings: Settings, carrier: Carrier) -> None:
    with_it = with_carrier(settings, carrier)
    assert doctor._carrier(with_it).is_well
    assert not doctor._carrier(replace(with_it, twilio_auth_token="wrong")).is_well
    carrier.is_down = True
    assert not doctor._carrier(with_it).is_well


@pytest.mark.parametrize(
    "words", [["messaging"], ["messaging", "pause"], ["messaging", "check"], ["metrics"]], ids=" ".join
)
def test_each_command_explains_itself_with_an_example(words: list[str]) -> None:
    result = CliRunner().invoke(cli.root, [*words, "--help"])
    assert result.exit_code == 0
    assert "Example:" in result.output


def test_clin_12_no_task_is_made_of_what_may_yet_be_found_out(
    wired: Flask, session: Session, now: datetime, carrier: Carrier
) -> None:
    carrier.plan = in_turn([Fault(kind=Kind.RESET_AFTER)])
    queue_text(session, somebody(session), now=now)
    wiring.dispatcher_of(wired, now_fn=lambda: now).run()
    assert session.scalars(sa.select(WorkItem)).all() == []
