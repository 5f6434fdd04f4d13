"""Finding out what became of a text, by the carrier's evidence and never by guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from patientapp.db import transaction
from patientapp.messaging import switch
from patientapp.messaging.checking import Checked, check
from patientapp.messaging.claims import claim
from patientapp.messaging.evidence_rules import Listed
from patientapp.messaging.gateway import Accepted, CannotAsk, OutcomeUnknown, Refused
from patientapp.messaging.letters import Writer
from patientapp.messaging.models import OutboxMessage, SendingSwitch, StrayReport
from patientapp.messaging.rules import MessageState, SendingMode, Trouble, Why
from patientapp.messaging.settling import Settler
from tests.factories import make_patient, make_service
from tests.messaging.fakes import FakeClock, FakeGateway, Fault
from tests.messaging.world import (
    address_of,
    dispatcher,
    history,
    queue_duty,
    queue_text,
    somebody,
    text,
)

S = MessageState


@pytest.fixture
def clock(now: datetime) -> FakeClock:
    return FakeClock(now)


class Askable(FakeGateway):
    """A carrier in memory that can be asked; `becomes` is what its texts are by then."""

    def __init__(self, faults: Sequence[Fault] = (), *, clock: FakeClock, **over: Any) -> None:
        super().__init__(faults, **over)
        self.clock, self.listed = clock, list[Listed]()
        self.becomes, self.is_down, self.asked = S.DELIVERED, False, 0

    def send(self, to: str, body: str, *, attempt_key: str, **over: Any) -> Accepted | Refused:
        known = set(self.ledger)
        try:
            return super().send(to, body, attempt_key=attempt_key, **over)
        finally:
            if set(self.ledger) - known:
                self.add(f"fake-{attempt_key}", to, body)

    def add(self, carrier_id: str, to: str, body: str) -> None:
        one = Listed(
            carrier_id=carrier_id, to_number=to, body=body, at=self.clock.now(), state=S.ACCEPTED
        )
        self.listed.append(one)

    def _now(self, which: Sequence[Listed]) -> list[Listed]:
        self.asked += 1
        if self.is_down:
            raise CannotAsk
        return [Listed(**(vars(one) | {"state": self.becomes})) for one in which]

    def texts_to(self, number: str, *, since: datetime) -> Sequence[Listed]:
        return self._now([one for one in self.listed if one.to_number == number and one.at >= since])

    def texts_since(self, since: datetime) -> Sequence[Listed]:
        return self._now([one for one in self.listed if one.at >= since])

    def text(self, carrier_id: str) -> Listed | None:
        return next(iter(self._now([one for one in self.listed if one.carrier_id == carrier_id])), None)


def settle(carrier: Askable, told: list[Trouble] | None = None) -> int:
    found = [] if told is None else told
    return Settler(carrier=carrier, now_fn=carrier.clock.now, on_trouble=found.append).run()


def pass_time(carrier: Askable, *, minutes: int, step: int = 1, told: list[Trouble] | None = None) -> int:
    """Let minutes pass with a dispatcher and a settler at work; texts that the carrier took."""
    sent, heard = 0, [] if told is None else told
    for _each in range(0, minutes, step):
        carrier.clock.wait(minutes=step)
        settle(carrier, heard)
        sent += dispatcher(carrier, carrier.clock, on_trouble=heard.append).run()
    return sent


def test_sms_04_an_answer_that_was_lost_is_found_in_the_list(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier, told = Askable(clock=clock, lost_answers=[0]), list[Trouble]()
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert text(session, key).state is S.UNKNOWN
    clock.wait(seconds=15)
    assert settle(carrier, told) == 1
    row = text(session, key)
    assert (row.state, row.carrier_id, row.ask_at) == (S.DELIVERED, f"fake-{row.id}-1", None)
    assert told == [], "nobody is told of what was found out within a minute"
    pass_time(carrier, minutes=30)
    assert len(carrier.ledger) == 1


def test_sms_04_absent_twice_five_minutes_apart_it_is_sent_again(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier, told = Askable([OutcomeUnknown()], clock=clock), list[Trouble]()
    dispatcher(carrier, clock).run()
    assert pass_time(carrier, minutes=9, told=told) == 0, "not before ten minutes of silence"
    assert text(session, key).state is S.UNKNOWN
    assert pass_time(carrier, minutes=3, told=told) == 1
    assert history(session, key)[-4:] == [("due", 1), ("claimed", 2), ("sending", 2), ("accepted", 2)]
    assert told == []


def test_sms_04_absent_once_and_then_there_is_not_doubled(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = Askable(clock=clock, lost_answers=[0])
    dispatcher(carrier, clock).run()
    late, carrier.listed = carrier.listed, []
    pass_time(carrier, minutes=8)
    assert text(session, key).absent_at is not None
    carrier.listed = late
    pass_time(carrier, minutes=30)
    assert text(session, key).state is S.DELIVERED
    assert carrier.calls == 1


def test_sms_04_past_its_window_it_expires_and_staff_are_told(session: Session, clock: FakeClock) -> None:
    until = clock.now() + timedelta(minutes=8)
    key = queue_text(session, somebody(session), now=clock.now(), useful_until=until)
    carrier, told = Askable([OutcomeUnknown()], clock=clock), list[Trouble]()
    dispatcher(carrier, clock).run()
    pass_time(carrier, minutes=15, told=told)
    assert text(session, key).state is S.EXPIRED
    assert [(one.state, one.reason) for one in told] == [(S.EXPIRED, Why.NOT_AT_CARRIER)]
    assert carrier.calls == 1


@pytest.mark.slow
def test_sms_04_a_carrier_that_cannot_be_asked_leaves_it_unknown_and_shown(
    session: Session, clock: FakeClock
) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier, told = Askable(clock=clock, lost_answers=[0]), list[Trouble]()
    dispatcher(carrier, clock).run()
    carrier.is_down = True
    pass_time(carrier, minutes=120, told=told)
    assert text(session, key).state is S.UNKNOWN
    assert told, "CLIN-12"
    assert {one.state for one in told} == {S.UNKNOWN}
    assert carrier.calls == 1
    assert carrier.asked < 30, "asked less and less often"
    carrier.is_down = False
    pass_time(carrier, minutes=120, step=10)
    assert text(session, key).state is S.DELIVERED


def test_sms_04_another_text_that_might_be_ours_makes_it_unclear(
    session: Session, clock: FakeClock
) -> None:
    patient = somebody(session)
    key = queue_text(session, patient, now=clock.now())
    carrier = Askable([OutcomeUnknown()], clock=clock)
    carrier.add("SM-not-ours", patient.mobile, "the carrier changed the words on the way")
    dispatcher(carrier, clock).run()
    pass_time(carrier, minutes=60, step=5)
    assert text(session, key).state is S.UNKNOWN
    assert carrier.calls == 1


def test_sms_04_texts_of_ours_under_other_names_do_not_count(session: Session, clock: FakeClock) -> None:
    patient = somebody(session)
    first = queue_text(session, patient, now=clock.now())
    carrier = Askable([None, OutcomeUnknown()], clock=clock)
    dispatcher(carrier, clock).run()
    second = queue_text(session, patient, now=clock.now())
    dispatcher(carrier, clock).run()
    assert text(session, second).state is S.UNKNOWN
    pass_time(carrier, minutes=12)
    assert text(session, first).state is S.ACCEPTED
    assert history(session, second)[-1] == ("accepted", 2)


def test_sms_04_twins_are_counted_not_guessed(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    keys = [queue_duty(session, service, now=clock.now()) for _each in range(2)]
    carrier = Askable([None, OutcomeUnknown()], clock=clock, lost_answers=[0])
    dispatcher(carrier, clock).run()
    assert [text(session, key).state for key in keys] == [S.UNKNOWN] * 2
    assert len(carrier.ledger) == 1
    pass_time(carrier, minutes=12)
    assert len(carrier.ledger) == 2
    assert S.UNKNOWN not in {text(session, key).state for key in keys}


@pytest.mark.slow
def test_sms_10_a_silent_text_is_asked_about_until_final(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier = Askable(clock=clock)
    carrier.becomes = S.ACCEPTED
    dispatcher(carrier, clock).run()
    pass_time(carrier, minutes=24 * 60, step=10)
    assert text(session, key).state is S.ACCEPTED
    assert 5 < carrier.asked < 25
    carrier.becomes = S.UNDELIVERED
    told = list[Trouble]()
    pass_time(carrier, minutes=6 * 60, step=10, told=told)
    assert text(session, key).state is S.UNDELIVERED
    assert [one.state for one in told] == [S.UNDELIVERED]


@pytest.mark.slow
def test_sms_10_after_72_hours_of_silence_it_is_not_known(session: Session, clock: FakeClock) -> None:
    key = queue_text(session, somebody(session), now=clock.now())
    carrier, told = Askable(clock=clock), list[Trouble]()
    carrier.becomes = S.ACCEPTED
    dispatcher(carrier, clock).run()
    pass_time(carrier, minutes=73 * 60, step=30, told=told)
    row = text(session, key)
    assert (row.state, row.ask_at) == (S.UNKNOWN, None)
    assert [(one.state, one.reason) for one in told] == [(S.UNKNOWN, Why.SILENT)]
    asked = carrier.asked
    pass_time(carrier, minutes=24 * 60, step=60)
    assert (carrier.calls, carrier.asked) == (1, asked), "the carrier has it: never again"


def test_sms_05_the_account_s_ceiling_is_one_for_all(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    for _each in range(40):
        queue_text(session, make_patient(session, service), now=clock.now())
    at: list[datetime] = []
    carrier = FakeGateway(after=lambda _key: at.append(clock.now()))
    began = clock.now()
    posts = [dispatcher(carrier, clock, per_second=5.0) for _each in range(2)]
    assert sum(post.run() for post in posts) == 40
    for second in range(8):
        within = [one for one in at if second <= (one - began).total_seconds() < second + 1]
        assert len(within) == 5


def test_sms_05_no_burst_after_a_pause(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    carrier = FakeGateway()
    post = dispatcher(carrier, clock, per_second=1.0)
    queue_text(session, make_patient(session, service), now=clock.now())
    post.run()
    clock.wait(hours=1)
    for _each in range(5):
        queue_text(session, make_patient(session, service), now=clock.now())
    began = clock.now()
    post.run()
    assert clock.now() - began >= timedelta(seconds=4)


def test_sms_03_a_429_holds_every_dispatcher_as_long_as_the_carrier_says(
    session: Session, clock: FakeClock
) -> None:
    service = make_service(session)
    for _each in range(4):
        queue_text(session, make_patient(session, service), now=clock.now())
    busy = Refused(reason="20429", permanent=False, retry_after=timedelta(seconds=90), for_all=True)
    carrier = FakeGateway([busy])
    dispatcher(carrier, clock).run()
    for _each in range(8):
        clock.wait(seconds=10)
        dispatcher(carrier, clock).run()
    assert carrier.calls == 1
    clock.wait(seconds=10)
    assert dispatcher(carrier, clock).run() == 4


def test_pausing_stops_all_and_what_is_too_late_is_counted(session: Session, clock: FakeClock) -> None:
    until = clock.now() + timedelta(hours=1)
    service = make_service(session)
    late = queue_text(session, make_patient(session, service), now=clock.now(), useful_until=until)
    key = queue_text(session, make_patient(session, service), now=clock.now())
    with transaction():
        assert switch.pause(now=clock.now()) is SendingMode.PAUSED
    carrier, told = FakeGateway(), list[Trouble]()
    dispatcher(carrier, clock).run()
    clock.wait(hours=2)
    dispatcher(carrier, clock, on_trouble=told.append).run()
    assert carrier.calls == 0
    assert text(session, late).state is S.EXPIRED
    assert [one.state for one in told] == [S.EXPIRED]
    with transaction():
        assert switch.resume(now=clock.now()) is SendingMode.SENDING
    assert dispatcher(carrier, clock).run() == 1
    assert text(session, key).state is S.ACCEPTED


def test_pausing_bites_on_what_is_already_claimed(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    for _each in range(3):
        queue_text(session, make_patient(session, service), now=clock.now())

    def pause(_key: str) -> None:
        with transaction():
            switch.pause(now=clock.now())

    carrier = FakeGateway(after=pause)
    assert dispatcher(carrier, clock).run() == 1
    assert carrier.calls == 1


def restored(session: Session, clock: FakeClock, carrier: Askable) -> None:
    """What was sent is lost from our side: all texts are due again, as at the backup."""
    backup = clock.now() - timedelta(minutes=15)
    forgotten = {"state": S.DUE, "attempt": 0, "carrier_id": None, "sent_at": None, "body_hash": None}
    session.execute(sa.update(OutboxMessage).values(forgotten | {"ask_at": None, "claimed_until": None}))
    session.commit()
    with transaction():
        switch.begin_checking(check_from=backup, now=clock.now())
    assert dispatcher(carrier, clock).run() == 0, "nothing is sent in checking mode"


def checked(carrier: Askable) -> Checked | None:
    return check(carrier, writer=Writer(address_of), now_fn=carrier.clock.now)


def test_sms_11_after_a_restore_nothing_is_doubled(session: Session, clock: FakeClock) -> None:
    service = make_service(session)
    keys = [queue_text(session, make_patient(session, service), now=clock.now()) for _each in range(3)]
    carrier = Askable([None, None, Refused(reason="later", permanent=False)], clock=clock)
    dispatcher(carrier, clock).run()
    carrier.add("SM-after", "+447700900555", "a text of which the backup knows nothing")
    clock.wait(minutes=5)
    restored(session, clock, carrier)
    with transaction():
        assert switch.resume(now=clock.now()) is SendingMode.CHECKING, "only a check ends it"
    assert checked(carrier) == Checked(listed=3, found=2, strays=1)
    assert dispatcher(carrier, clock).run() == 1
    assert len(carrier.ledger) == 3
    states = [text(session, key).state for key in keys]
    assert states == [S.ACCEPTED] * 3
    settle(carrier)
    assert [text(session, key).state for key in keys].count(S.DELIVERED) == 2
    [stray] = session.scalars(sa.select(StrayReport))
    assert stray.carrier_id == "SM-after"
    assert checked(carrier) is None


def test_sms_11_a_carrier_that_cannot_be_asked_keeps_us_checking(
    session: Session, clock: FakeClock
) -> None:
    queue_text(session, somebody(session), now=clock.now())
    carrier = Askable(clock=clock)
    restored(session, clock, carrier)
    carrier.is_down = True
    with pytest.raises(CannotAsk):
        checked(carrier)
    assert session.scalars(sa.select(SendingSwitch.mode)).one() is SendingMode.CHECKING
    assert dispatcher(carrier, clock).run() == 0


def test_sms_11_what_was_under_way_at_the_backup_is_settled(session: Session, clock: FakeClock) -> None:
    keys = [queue_text(session, somebody(session), now=clock.now()) for _each in range(2)]
    with transaction():
        claim(now=clock.now(), batch=10)
    row = text(session, keys[0])
    sending = {"state": S.SENDING, "sent_at": clock.now(), "body_hash": b"x" * 32}
    session.execute(sa.update(OutboxMessage).where(OutboxMessage.id == row.id).values(sending))
    session.commit()
    with transaction():
        switch.begin_checking(check_from=clock.now() - timedelta(minutes=1), now=clock.now())
    carrier = Askable(clock=clock)
    assert checked(carrier) == Checked(listed=0, found=0, strays=0)
    assert [text(session, key).state for key in keys] == [S.UNKNOWN, S.DUE]
