"""`patientapp import appointments`: all rows or none, harmless again, changed with history."""

from __future__ import annotations

import csv
import io
import tracemalloc
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.appointments import actions as visits
from patientapp.appointments import queries
from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.appointments.rules import Visit, VisitState
from patientapp.audit.models import AuditEntry
from patientapp.episodes.queries import system_days
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.imports import actions as importing
from patientapp.imports import storing
from patientapp.imports.appointments import COLUMNS, Appointments
from patientapp.imports.cli import import_command
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.reminders.results import results
from patientapp.reminders.results_rules import Group
from patientapp.services.models import Service
from tests.appointments.test_actions import queue, texts_of
from tests.appointments.world import patient_of
from tests.desk import desk_of
from tests.factories import LINK_KEY, NOW, make_episode, make_patient, make_service, staff_viewer

pytestmark = pytest.mark.usefixtures("now")
HEADER = [column.name for column in COLUMNS]


@dataclass
class World:
    """A service with one referral, and files for it."""

    app: Flask
    session: Session
    folder: Path
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.service = make_service(self.session)
        self.person = make_patient(self.session, self.service)
        self.episode = make_episode(self.session, self.person, referral_key="REF-1")
        self.session.commit()

    def row(self, **over: Any) -> dict[str, str]:
        facts = {
            "appointment_key": "A-1",
            "referral_key": "REF-1",
            "booked_at": "2026-09-20T09:00",
            "starts_at": "2026-10-02T10:30",
            "minutes": "45",
            "kind": "follow_up",
            "mode": "face_to_face",
            "status": "booked",
            "reminder_arm": "",
        }
        return facts | over

    def file(self, *given: dict[str, str], header: list[str] | None = None) -> Path:
        made = io.StringIO()
        writer = csv.DictWriter(made, header or HEADER, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(given)
        path = self.folder / "visits.csv"
        path.write_text(made.getvalue(), encoding="utf-8")
        return path

    def take(self, path: Path | str, *options: str, data: bytes | None = None) -> Result:
        self.session.commit()
        args = ["appointments", str(path), "--service", self.service.slug, *options]
        found = CliRunner().invoke(import_command, args, obj=lambda: self.app, input=data)
        self.session.expire_all()
        return found

    def rows(self, *given: dict[str, str]) -> Result:
        return self.take(self.file(*given))

    def visits(self) -> dict[str, Visit]:
        found = queries.visits_of(staff_viewer(self.service), self.person.id)
        return {str(one.key): one for one in found}


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> World:
    return World(app, session, tmp_path)


def test_b23_a_row_becomes_a_visit(world: World) -> None:
    done = world.rows(world.row())
    assert (done.exit_code, done.output) == (0, "1 rows. 1 new, 0 changed, 0 as before.\n")
    visit = world.visits()["A-1"]
    assert visit.starts_at.isoformat() == "2026-10-02T09:30:00+00:00"
    assert visit.booked_at is not None
    assert (visit.state, visit.details.minutes, visit.by[:7]) == (VisitState.BOOKED, 45, "import:")


def test_b23_the_same_file_again_is_harmless(world: World) -> None:
    path = world.file(world.row(), world.row(appointment_key="A-2"))
    world.take(path)
    before = world.session.query(AppointmentEvent).count()
    again = world.take(path)
    assert again.output == "2 rows. 0 new, 0 changed, 2 as before.\n"
    assert world.session.query(AppointmentEvent).count() == before


def test_b23_a_changed_row_is_an_update_with_history(world: World) -> None:
    world.rows(world.row())
    world.rows(world.row(starts_at="2026-10-05T11:00", minutes="60"))
    done = world.rows(
        world.row(starts_at="2026-10-05T11:00", minutes="60", status="confirmed", kind="review")
    )
    assert "1 changed" in done.output
    visit = world.visits()["A-1"]
    assert (visit.state, visit.kind.value, visit.occurrence) == (VisitState.CONFIRMED, "review", 2)
    steps = queries.history(staff_viewer(world.service), visit.id)
    assert [(step.state.value, step.minutes) for step in steps] == [
        ("booked", 45),
        ("moved", 60),
        ("confirmed", 60),
    ]


def test_b23_an_old_row_sent_again_does_not_undo_what_the_patient_did(world: World) -> None:
    path = world.file(world.row())
    world.take(path)
    visit = world.visits()["A-1"]
    visits.cancel(patient_of(world.person), visit.id, now=NOW)
    world.take(path)
    assert world.visits()["A-1"].state is VisitState.CANCELLED_BY_PATIENT
    world.rows(world.row(minutes="50"))  # the same time, another length: still cancelled
    assert world.visits()["A-1"].state is VisitState.CANCELLED_BY_PATIENT
    world.rows(world.row(minutes="50", starts_at="2026-10-09T09:00"))
    assert world.visits()["A-1"].state is VisitState.BOOKED


def test_b23_what_the_sender_does_not_know_is_kept(world: World) -> None:
    world.rows(world.row())
    desk = staff_viewer(world.service)
    visit = world.visits()["A-1"]
    ours = replace(visit.details, place="Moorside Hub", interpreter=True)
    visits.move(desk, visit.id, ours, now=NOW)
    world.rows(world.row(starts_at="2026-10-05T11:00", minutes=""))
    after = world.visits()["A-1"].details
    assert (after.place, after.interpreter, after.minutes) == ("Moorside Hub", True, 45)


def test_two_rows_of_one_key_go_one_after_the_other(world: World) -> None:
    done = world.rows(world.row(), world.row(starts_at="2026-10-06T09:00"))
    assert done.output == "2 rows. 1 new, 1 changed, 0 as before.\n"
    assert world.visits()["A-1"].state is VisitState.MOVED


def test_a_key_that_comes_back_to_what_it_was_ends_as_the_file_ends(world: World) -> None:
    world.rows(world.row())
    done = world.rows(world.row(), world.row(minutes="60"), world.row())
    assert done.output == "3 rows. 0 new, 2 changed, 1 as before.\n"
    assert world.visits()["A-1"].details.minutes == 45


def test_our_own_id_of_an_episode_is_a_referral_key_too(world: World) -> None:
    assert world.rows(world.row(referral_key=str(world.episode.id))).exit_code == 0
    assert world.visits()["A-1"].episode_id == world.episode.id


BAD: list[tuple[str, dict[str, str], str]] = [
    ("no key", {"appointment_key": ""}, "line 3: appointment_key: is needed and empty"),
    ("no such referral", {"referral_key": "REF-9"}, "line 3: referral_key: this service has no such"),
    ("spreadsheet date", {"starts_at": "02/10/2026 10:30"}, "line 3: starts_at: write the London time"),
    ("kind", {"kind": "First"}, "line 3: kind: use one of first, follow_up"),
    ("mode", {"mode": "phone"}, "line 3: mode: use one of face_to_face, video"),
    ("status", {"status": "dna"}, "line 3: status: use one of booked, confirmed"),
    ("moved is no status", {"status": "moved"}, "line 3: status: use one of"),
    ("minutes", {"minutes": "1h"}, "line 3: minutes: use a whole number from 1 to 480"),
    ("came before the day", {"status": "attended"}, "line 3: status: the day of the visit has not"),
    ("booked after it", {"booked_at": "2026-11-01T10:00"}, "line 3: booked_at: is after the visit"),
    ("too far", {"starts_at": "2031-01-01T10:00"}, "line 3: starts_at: is too far ahead"),
    (
        "first before its referral",
        {"kind": "first", "starts_at": "2026-08-01T10:00", "booked_at": ""},
        "line 3: starts_at: must not be before the referral was received",
    ),
]


@pytest.mark.parametrize(("over", "said"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_one_bad_row_stores_nothing_and_is_named(world: World, over: dict[str, str], said: str) -> None:
    done = world.rows(world.row(appointment_key="good"), world.row(**over))
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Nothing was imported: 1 thing is wrong." in done.stderr
    assert world.visits() == {}


def test_every_bad_row_is_listed(world: World) -> None:
    rows = [world.row(appointment_key=f"A-{n}", minutes="x" if n % 3 else "5") for n in range(1300)]
    done = world.rows(*rows)
    assert done.stderr.count("minutes: use a whole number") == sum(1 for n in range(1300) if n % 3)
    assert "line 1300:" in done.stderr
    assert world.visits() == {}


def test_a_key_of_another_referral_and_a_changed_arm_are_refused(world: World) -> None:
    make_episode(world.session, world.person, referral_key="REF-2")
    world.rows(world.row(reminder_arm="a"))
    moved = world.rows(world.row(referral_key="REF-2", reminder_arm="a"))
    assert "referral_key: this key is a visit of another referral" in moved.stderr
    arm = world.rows(world.row(reminder_arm="b"))
    assert "reminder_arm: is fixed when the visit is first sent" in arm.stderr
    assert world.rows(world.row()).exit_code == 0  # left out, it stays
    assert world.visits()["A-1"].reminder_arm == "a"


def test_sec_02_another_service_s_referral_is_no_such_referral(world: World) -> None:
    other = make_service(world.session)
    there = make_episode(world.session, make_patient(world.session, other), referral_key="REF-X")
    for key in ("REF-X", str(there.id)):
        done = world.rows(world.row(referral_key=key))
        assert (done.exit_code, "no such referral" in done.stderr) == (2, True)
    assert world.session.query(Appointment).filter_by(episode_id=there.id).count() == 0


def test_unknown_columns_are_refused_by_name(world: World) -> None:
    path = world.file(world.row(), header=[*HEADER, "nhs_number"])
    done = world.take(path)
    assert done.exit_code == 2
    assert "line 1: nhs_number: there is no such column" in done.stderr


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfea\x00", "not UTF-8: save the file"),
        (b'"a', "cannot be read as CSV"),
    ],
)
def test_files_that_are_none_are_refused(world: World, raw: bytes, said: str) -> None:
    path = world.folder / "x.csv"
    path.write_bytes(raw)
    done = world.take(path)
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_standard_input_and_a_byte_order_mark(world: World) -> None:
    raw = b"\xef\xbb\xbf" + world.file(world.row()).read_bytes().replace(b"\r\n", b"\n")
    done = world.take("-", data=raw)
    assert done.exit_code == 0, done.output
    assert set(world.visits()) == {"A-1"}


def test_a_dry_run_says_what_would_happen_and_stores_nothing(world: World) -> None:
    world.rows(world.row())
    path = world.file(world.row(minutes="50"), world.row(appointment_key="A-2"))
    done = world.take(path, "--dry-run")
    assert done.output == "2 rows are good. 1 new, 1 changed, 0 as before. Nothing was stored.\n"
    assert set(world.visits()) == {"A-1"}
    assert world.visits()["A-1"].details.minutes == 45


def test_the_template_is_a_file_that_can_be_read(world: World) -> None:
    printed = CliRunner().invoke(import_command, ["appointments", "--template"]).output
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert list(rows[0]) == HEADER
    make_episode(world.session, world.person, referral_key=rows[0]["referral_key"])
    path = world.folder / "template.csv"
    path.write_text(printed)
    assert world.take(path).exit_code == 0


def test_the_caller_s_mistakes_are_one_line_and_exit_2(world: World) -> None:
    path = world.file(world.row())
    no_service = CliRunner().invoke(import_command, ["appointments", str(path)], obj=lambda: world.app)
    unknown = CliRunner().invoke(
        import_command, ["appointments", str(path), "--service", "nowhere"], obj=lambda: world.app
    )
    kind = CliRunner().invoke(import_command, ["people", str(path)])
    assert [one.exit_code for one in (no_service, unknown, kind)] == [2, 2, 2]
    assert "There is no service 'nowhere'" in unknown.stderr


def test_sms_06_b51_texts_follow_what_the_booking_system_says(world: World) -> None:
    world.rows(world.row())
    visit = world.visits()["A-1"]
    queue(world.session, visit)
    world.rows(world.row(minutes="50"))
    assert texts_of(world.session, visit) == {"appt-7d": MessageState.DUE}
    world.rows(world.row(minutes="50", status="cancelled_by_service"))
    found = texts_of(world.session, visit)
    assert found == {"appt-7d": MessageState.WITHDRAWN, "appt-off": MessageState.DUE}


def test_b51_of_what_is_past_nobody_is_told(world: World) -> None:
    past = world.row(starts_at="2026-09-10T10:30", booked_at="")
    world.rows(past)
    world.rows(past | {"status": "cancelled_by_service"})
    assert world.session.query(OutboxMessage).filter_by(patient_id=world.person.id).count() == 0


def test_k14_first_visits_are_followed_and_again_where_that_was_cut_short(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Appointments.follow
    monkeypatch.setattr(Appointments, "follow", lambda self, service_id, *, now: 0)
    path = world.file(world.row(kind="first"))
    world.take(path)
    assert EpisodeEventKind.FIRST_APPOINTMENT not in system_days(world.episode.id)
    monkeypatch.setattr(Appointments, "follow", real)
    world.take(path)
    assert system_days(world.episode.id)[EpisodeEventKind.FIRST_APPOINTMENT].isoformat() == "2026-10-02"
    assert Appointments().follow(world.service.id, now=NOW + timedelta(hours=1)) == 0


def test_ops_01_an_import_stands_in_the_audit_without_its_words(world: World) -> None:
    world.rows(world.row())
    entry = world.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.chain == f"imports:{world.service.id}")
    ).one()
    assert entry.action == "imported 1 new, 0 changed, 0 as before"
    assert entry.actor.startswith("import:")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "BATCH", 40)
    for name, value in {"FIRST_PART": 40, "LARGEST_PART": 40, "AIM": 1e6}.items():
        monkeypatch.setattr(storing, name, value)  # else their size goes by the machine's speed

    def peak(count: int, start: int) -> int:
        rows = (world.row(appointment_key=f"A-{start + n}") for n in range(count))
        path = world.file(*rows)
        tracemalloc.start()
        try:
            assert world.take(path).exit_code == 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(60, 0)
    small, large = peak(80, 1_000), peak(640, 10_000)
    assert large < small * 2.5  # eight times the rows; caches of the databases' drivers vary a little


def test_k29_the_arm_that_the_booking_system_gave_stands_in_the_reminder_report(
    world: World, session: Session
) -> None:
    """K29: allocated elsewhere and fixed with the first row; missed visits are counted for each arm."""
    past = {"starts_at": "2026-09-10T10:30", "booked_at": "2026-08-20T09:00"}
    told = [("missed", "letter"), ("attended", "letter"), ("attended", "text"), ("missed", "")]
    rows = [
        world.row(appointment_key=f"T-{n}", status=status, reminder_arm=arm, **past)
        for n, (status, arm) in enumerate(told)
    ]
    assert world.rows(*rows).exit_code == 0
    days = {"first": date(2026, 9, 1), "last": date(2026, 9, 22)}
    found = results(staff_viewer(world.service), link_key=LINK_KEY, **days)
    arms = {one.label: (one.booked, one.missed) for one in found.groups[Group.ARM]}
    assert arms == {"letter": (2, 1), "text": (1, 0)}
    page = desk_of(world.app, session, world.service).get(
        "/staff/reminders?from=2026-09-01&to=2026-09-22"
    )
    assert "letter" in page.text
    assert "50.0%" in page.text
