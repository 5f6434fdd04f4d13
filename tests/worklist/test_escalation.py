"""An alert that nobody takes goes to the next contact, then to the service lead (CLIN-04, P6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from patientapp import clock, jobs, scheduler
from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.worklist import actions, limits, taking, watching
from patientapp.worklist.actions import raise_item
from patientapp.worklist.limits import BrokenLimits, Contact, read_limits, to_pass_on
from patientapp.worklist.models import WorkItemEvent
from patientapp.worklist.queries import open_items
from patientapp.worklist.rules import ItemKind
from patientapp.worklist.watching import escalate
from tests.desk import desk_of
from tests.factories import make_patient, make_service, make_staff, staff_viewer

NEXT, LEAD = "+447700900101", "+447700900102"
LIMITS = limits.in_force().unowned
SOON = timedelta(seconds=1)


def served(session: Session, *, next_phone: str = NEXT, lead_phone: str = LEAD) -> Service:
    return make_service(session, next_phone=next_phone, lead_phone=lead_phone)


def alert(patient: Patient, now: datetime, kind: ItemKind = ItemKind.ALERT) -> UUID:
    facts = {"service_id": patient.service_id, "patient_id": patient.id, "reason": "ad_worst"}
    return raise_item(kind, source=f"{patient.id}:{kind}", now=now, **facts)


def told(session: Session) -> set[tuple[str, str]]:
    texts = sa.select(OutboxMessage.to_number, OutboxMessage.template)
    return {(number, template) for number, template in session.execute(texts)}


def steps(session: Session, item_id: UUID) -> list[str]:
    asked = sa.select(WorkItemEvent.action).where(WorkItemEvent.item_id == item_id)
    return list(session.scalars(asked.order_by(WorkItemEvent.seq)))


def test_clin_04_unowned_it_goes_to_the_next_contact_then_to_the_lead_each_once(
    session: Session, now: datetime
) -> None:
    service = served(session)
    item_id = alert(make_patient(session, service), now)
    first = {(service.duty_phone, "duty-alert")}
    assert escalate(now=now + LIMITS[Contact.NEXT] - SOON) == 0
    assert told(session) == first
    for again in (1, 0):
        assert escalate(now=now + LIMITS[Contact.NEXT]) == again
    assert told(session) == first | {(NEXT, "alert-unowned")}
    assert escalate(now=now + LIMITS[Contact.LEAD] - SOON) == 0
    for again in (1, 0):
        assert escalate(now=now + LIMITS[Contact.LEAD]) == again
    assert told(session) == first | {(NEXT, "alert-unowned"), (LEAD, "alert-unowned")}
    assert escalate(now=now + timedelta(days=9)) == 0
    assert steps(session, item_id) == ["", "told:next", "told:lead"]


def test_p6_the_texts_name_nobody_and_stop_when_somebody_takes_it(
    session: Session, now: datetime
) -> None:
    service = served(session)
    item_id = alert(make_patient(session, service), now)
    assert escalate(now=now + LIMITS[Contact.LEAD]) == 2, "after a stop, all that is due at once"
    me = staff_viewer(service, staff_id=make_staff(session, service).id)
    assert all(text.words == {} and text.patient_id is None for text in session.query(OutboxMessage))
    taking.take(me, item_id, now=now + LIMITS[Contact.LEAD])
    assert set(session.scalars(sa.select(OutboxMessage.state))) == {MessageState.WITHDRAWN}


@pytest.mark.parametrize("last", ["taken", "closed"])
def test_clin_04_what_somebody_owns_or_has_closed_is_passed_on_to_nobody(
    session: Session, now: datetime, last: str
) -> None:
    service = served(session)
    item_id = alert(make_patient(session, service), now)
    me = staff_viewer(service, staff_id=make_staff(session, service).id)
    taking.take(me, item_id, now=now)
    if last == "closed":
        taking.close(me, item_id, "spoke", now=now)
    assert escalate(now=now + timedelta(days=9)) == 0


def test_clin_04_tasks_are_not_passed_on(session: Session, now: datetime) -> None:
    alert(make_patient(session, served(session)), now, ItemKind.TASK)
    assert escalate(now=now + timedelta(days=9)) == 0


def test_clin_04_a_patient_who_wrote_again_gives_the_alert_no_owner(
    session: Session, now: datetime
) -> None:
    item_id = alert(make_patient(session, served(session)), now)
    assert actions.add_to(item_id, now=now)
    assert escalate(now=now + LIMITS[Contact.NEXT]) == 1
    assert actions.add_to(item_id, now=now)
    assert escalate(now=now + LIMITS[Contact.LEAD]) == 1
    assert steps(session, item_id) == ["", "more", "told:next", "more", "told:lead"]


def test_clin_04_without_a_next_contact_the_lead_is_told_at_once(session: Session, now: datetime) -> None:
    item_id = alert(make_patient(session, served(session, next_phone="")), now)
    assert escalate(now=now + LIMITS[Contact.NEXT]) == 2
    assert steps(session, item_id) == ["", "no_number:next", "told:lead"]
    assert (LEAD, "alert-unowned") in told(session)


def test_ops_04_an_alert_of_which_nobody_can_be_told_raises_the_alarm_once(
    session: Session, now: datetime
) -> None:
    alert(make_patient(session, served(session, next_phone="", lead_phone="")), now)
    with capture_logs() as said:
        assert escalate(now=now + LIMITS[Contact.NEXT]) == 2
        assert escalate(now=now + LIMITS[Contact.LEAD]) == 0
    assert [line["log_level"] for line in said] == ["error"]


def test_clin_04_killed_in_the_middle_nothing_is_kept_and_the_next_run_does_it_all(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    item_id = alert(make_patient(session, served(session)), now)
    session.commit()

    def die(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "tell", die)
    with pytest.raises(KeyboardInterrupt):
        escalate(now=now + LIMITS[Contact.NEXT])
    assert steps(session, item_id) == [""]
    monkeypatch.undo()
    assert escalate(now=now + LIMITS[Contact.NEXT]) == 1
    assert (NEXT, "alert-unowned") in told(session)


def test_ops_01_each_step_is_in_the_audit_with_the_version_of_the_limits(
    session: Session, now: datetime
) -> None:
    patient = make_patient(session, served(session))
    alert(patient, now)
    escalate(now=now + LIMITS[Contact.LEAD])
    chain = sa.select(AuditEntry.action).where(AuditEntry.chain == f"patient:{patient.id}")
    assert session.scalars(chain.order_by(AuditEntry.seq)).all() == [
        "raised alert",
        "passed alert on to next (limits 1)",
        "passed alert on to lead (limits 1)",
    ]


def test_clin_04_the_page_says_that_it_was_passed_on_and_that_it_is_overdue(
    app: Flask, session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = served(session, lead_phone="")
    item_id = alert(make_patient(session, service), now)
    later = now + limits.in_force().due_within["alert"] + SOON
    monkeypatch.setattr(clock, "now", lambda: later)
    assert jobs.escalate_once(app) == 2
    desk = desk_of(app, session, service, at=later)
    page = desk.get(f"/staff/alerts/{item_id}").text
    for words in ("the next contact was told", "no service lead is set up", "Overdue"):
        assert words in page
    assert "told:next" not in page
    [one] = open_items(staff_viewer(service), now=later)
    assert one.overdue


def test_clin_04_the_command_does_what_the_scheduler_does(
    app: Flask, session: Session, now: datetime
) -> None:
    alert(make_patient(session, served(session)), now - LIMITS[Contact.NEXT])
    session.commit()
    for said in ("1 steps made.", "0 steps made."):
        done = CliRunner().invoke(root, ["worklist", "escalate"], obj=lambda: app)
        assert (done.exit_code, done.output.strip()) == (0, said)
    assert "escalate" in scheduler.JOBS


def test_clin_04_the_limits_are_dated_and_claim_no_review() -> None:
    found = limits.in_force()
    assert found.status == "placeholder, not clinically reviewed"
    assert found.dated < found.review_by
    assert (found.version, bool(found.owner)) == ("1", True)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("lead = 60", "lead = 30"),
        ("lead = 60", ""),
        ("next = 30", "next = 0"),
        ("next = 30", "next = true"),
        ("alert = 120", 'alert = "2 hours"'),
        ("dated = 2026-11-22", ""),
        ("[unowned_minutes]", "[unowned_minutes"),
    ],
)
def test_clin_04_broken_limits_are_refused(was: str, becomes: str) -> None:
    text = limits.FILE.read_text(encoding="utf-8")
    assert was in text
    with pytest.raises(BrokenLimits, match=r"limits\.toml"):
        read_limits(text.replace(was, becomes))


def test_clin_04_a_skipped_contact_never_holds_up_the_next() -> None:
    long = timedelta(days=1)
    everyone = set(Contact)
    assert to_pass_on(timedelta(0), already=(), reachable=()) == []
    assert to_pass_on(long, already=(), reachable=everyone) == [Contact.NEXT, Contact.LEAD]
    assert to_pass_on(long, already=[Contact.NEXT], reachable=everyone) == [Contact.LEAD]
    assert to_pass_on(long, already=everyone, reachable=everyone) == []
