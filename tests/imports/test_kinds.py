"""Every kind of import: what it stores, what it refuses and says, and the same file again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.assessments.models import Pack, Response, Task
from patientapp.assessments.queries import is_current_response
from patientapp.assessments.rules import TimePoint
from patientapp.cli import root
from patientapp.episodes.models import Episode, EpisodeChange, EpisodeEvent
from patientapp.episodes.queries import is_current
from patientapp.feedback.models import FftCount
from patientapp.imports.kinds import kinds
from patientapp.messaging.models import OutboxMessage
from patientapp.patients.models import Patient, PatientChange
from patientapp.services.models import Service
from patientapp.worklist.models import WorkItem
from tests.factories import made_up_nhs_number, make_patient, make_service

PATIENTS = "patient_key,nhs_number,given_name,family_name,birth_date,sex,mobile\n"
REFERRALS = "referral_key,patient_key,received_at,urgency,source,pain_site,cohort,cancer\n"
EVENTS = "event_key,referral_key,event,at,detail\n"
RESPONSES = "response_key,referral_key,instrument,time_point,completed_at,mode,language,item,value\n"
FFT = "fft_key,date,method,response,count\n"
ONE = PATIENTS + "P1,,Sam,Sample,1970-05-05,female,07700900123\n"
REFERRED = REFERRALS + "R1,P1,2025-03-28T17:31,urgent,gp,back,pain,n\n"


@dataclass
class World:
    """A service of a contract, and a shell."""

    app: Flask
    session: Session
    folder: Path
    service: Service

    def take(self, kind: str, content: str | bytes, *words: str) -> Result:
        path = self.folder / f"{kind}.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        typed = ["import", kind, str(path), "--service", self.service.slug, *words]
        result = CliRunner().invoke(root, typed, obj=lambda: self.app)
        self.session.expire_all()
        return result

    def good(self, kind: str, content: str | bytes, *words: str) -> str:
        result = self.take(kind, content, *words)
        assert result.exit_code == 0, result.output
        return result.output

    def refused(self, kind: str, content: str | bytes, *words: str) -> str:
        result = self.take(kind, content, *words)
        assert result.exit_code == 2, result.output
        return result.stderr

    def all(self, model: type, *where: sa.ColumnElement[bool]) -> list[object]:
        return list(self.session.scalars(sa.select(model).where(*where)))

    def referred(self) -> None:
        self.good("patients", ONE)
        self.good("referrals", REFERRED)


@pytest.fixture
def world(app: Flask, session: Session, now: datetime, tmp_path: Path) -> World:
    service = make_service(session, profile="mid_notts", schedule="mid_notts")
    return World(app=app, session=session, folder=tmp_path, service=service)


def test_every_kind_has_a_template_that_imports(world: World) -> None:
    """Contract.md section 6: all six kinds, each with a header and one made-up row.

    C29: referrals and visits of other systems come in.
    """
    assert list(kinds()) == ["patients", "referrals", "events", "appointments", "responses", "fft"]
    for kind in kinds():
        template = CliRunner().invoke(root, ["import", kind, "--template"])
        assert template.exit_code == 0
        assert "1 rows. 1 new" in world.good(kind, template.output)


def test_b53_people_without_nhs_number_gp_or_address(world: World) -> None:
    world.good("patients", "patient_key,birth_date,postcode\nP1,1970-05-05,zz99 3vz\nP2,1971-05-05,\n")
    one, two = world.session.scalars(sa.select(Patient).order_by(Patient.patient_key))
    assert (one.nhs_number, one.gp_code, one.postcode, one.given_name) == (None, "", "ZZ99 3VZ", "-")
    assert (two.postcode, two.texts_ok, two.veteran) == ("", True, None)


def test_d13_b20_b21_what_is_known_of_a_person_is_kept(world: World) -> None:
    number = made_up_nhs_number()
    row = (
        f'P1,{number},Ana,"Sample, Dr",1970-05-05,other,+447700900123,a@x.example,LS1 4AP,a81001,pl,A,3,'
    )
    header = ",".join(column.name for column in kinds()["patients"].columns)
    world.good("patients", f"{header}\n{row}large_print; bsl,y,n,y,y,2026-01-02\n")
    (one,) = world.session.scalars(sa.select(Patient))
    assert (one.nhs_number, one.family_name, one.sex) == (number, "Sample, Dr", "other")
    assert (one.gp_code, one.language, one.ethnicity, one.imd_decile) == ("A81001", "pl", "A", 3)
    assert (one.needs, one.interpreter, one.texts_ok) == (["large_print", "bsl"], True, False)
    assert (one.booking_help, one.veteran, one.died_on) == (True, True, date(2026, 1, 2))


def test_b54_b35_an_imported_word_that_somebody_cannot_leave_home_is_a_task_once(world: World) -> None:
    """B54: acted on when it comes by file; B35: and so is how they like to meet."""
    rows = "patient_key,birth_date,needs\nP1,1970-05-05,housebound;meets_by_video\n"
    for _twice in range(2):
        world.good("patients", rows)
    (one,) = world.session.scalars(sa.select(Patient))
    assert one.needs == ["housebound", "meets_by_video"]
    assert [item.reason for item in world.session.scalars(sa.select(WorkItem))] == ["housebound"]


def test_n34_a_changed_patient_is_an_update_with_history_and_the_old_row_again_is_harmless(
    world: World,
) -> None:
    world.good("patients", ONE)
    (person,) = world.session.scalars(sa.select(Patient))
    person.given_name = "Samira"  # staff know better
    world.session.flush()
    assert "0 new, 0 changed, 1 as before" in world.good("patients", ONE)
    assert person.given_name == "Samira"
    assert "1 changed" in world.good("patients", ONE.replace("Sample", "Newname"))
    assert (person.given_name, person.family_name) == ("Sam", "Newname")
    (change,) = world.session.scalars(sa.select(PatientChange))
    assert change.changes == {"given_name": ["Samira", "Sam"], "family_name": ["Sample", "Newname"]}
    assert change.by.startswith("import:")


def test_sms_12_an_import_never_undoes_a_stop_or_a_need(world: World) -> None:
    header, row = "patient_key,birth_date,texts_ok,needs,given_name\n", "P1,1970-05-05,y,{},{}\n"
    world.good("patients", header + row.format("", "Sam"))
    (person,) = world.session.scalars(sa.select(Patient))
    person.texts_ok, person.needs = False, ["phone_only"]
    world.session.flush()
    world.good("patients", header + row.format("audio", "Ana"))
    assert (person.texts_ok, person.needs, person.given_name) == (False, ["phone_only", "audio"], "Ana")


def test_a_record_of_ours_with_the_same_nhs_number_takes_the_key(world: World) -> None:
    ours = make_patient(world.session, world.service)
    row = f"P9,{ours.nhs_number},New,{ours.family_name.upper()},{ours.birth_date},female,\n"
    world.good("patients", PATIENTS + row)
    assert (ours.patient_key, ours.given_name) == ("P9", "New")
    assert len(world.all(Patient)) == 1


@pytest.mark.parametrize("wrong", ["birth date", "both names"])
@pytest.mark.parametrize("dry", [["--dry-run"], []])
def test_p4_a_row_never_takes_over_the_record_of_somebody_else(
    world: World, wrong: str, dry: list[str]
) -> None:
    """One wrong digit is another person's NHS number; their links open by the date of birth."""
    ours = make_patient(world.session, world.service)
    before = (ours.given_name, ours.family_name, ours.birth_date, ours.mobile)
    names = "Other,Person" if wrong == "both names" else f"{ours.given_name},{ours.family_name}"
    born = "1961-04-23" if wrong == "birth date" else ours.birth_date
    row = f"P9,{ours.nhs_number},{names},{born},female,07700900123\n"
    said = world.refused("patients", PATIENTS + row, *dry)
    assert "line 2: nhs_number: the record with this NHS number has another name" in said
    assert (ours.given_name, ours.family_name, ours.birth_date, ours.mobile) == before
    assert ours.patient_key is None


def test_c07_d16_a_referral_keeps_what_it_says_and_london_time(world: World) -> None:
    world.referred()
    (episode,) = world.session.scalars(sa.select(Episode))
    assert episode.received_at == datetime(2025, 3, 28, 17, 31, tzinfo=UTC)
    assert (episode.received_on, episode.urgency) == (date(2025, 3, 28), "urgent")
    assert (episode.source, episode.pain_site, episode.cohort, episode.cancer) == (
        "gp",
        "back",
        "pain",
        False,
    )
    (event,) = world.session.scalars(sa.select(EpisodeEvent))
    assert (event.kind, event.on, event.service_id) == ("received", date(2025, 3, 28), world.service.id)


def test_a_changed_referral_is_an_update_with_history(world: World) -> None:
    world.referred()
    world.good("referrals", REFERRED.replace("2025-03-28T17:31,urgent", "2025-03-31T09:00,routine"))
    (episode,) = world.session.scalars(sa.select(Episode))
    assert (episode.received_on, episode.urgency) == (date(2025, 3, 31), "routine")
    (change,) = world.session.scalars(sa.select(EpisodeChange))
    assert change.changes["urgency"] == ["urgent", "routine"]
    current = world.session.scalars(sa.select(EpisodeEvent).where(is_current())).all()
    assert [one.on for one in current] == [date(2025, 3, 31)]
    assert len(world.all(EpisodeEvent)) == 2


def test_events_with_and_without_keys_and_of_the_service(world: World) -> None:
    """D40, D34, D42, N26: complaints, data sets, doses, events of the contract's own."""
    world.referred()
    rows = (
        "E1,R1,triaged,2025-03-31T10:00,\n"
        ",R1,contact_attempted,2025-04-01T10:00,\n"
        ",R1,contact_attempted,2025-04-01T10:00,\n"  # two equal rows are one
        ",R1,contact_attempted,2025-04-02T10:00,\n"
        ",R1,opioid_dose,2025-04-03T10:00,120.5\n"
        ",R1,programme_session,2025-04-03T10:00,4\n"
        ",R1,advice_asked,2025-04-03T10:00,\n"
        ",,complaint,2025-04-03T10:00,\n"
        ",,dataset_due,2027-04-03T10:00,2025-04\n"
        ",R1,notification_due,2025-04-03T10:00,clinic_letter:77\n"
        ",R1,discharged,2025-09-03T10:00,completed\n"
    )
    assert "10 new, 0 changed, 1 as before" in world.good("events", EVENTS + rows)
    assert "0 new, 0 changed, 11 as before" in world.good("events", EVENTS + rows)
    found = world.session.scalars(sa.select(EpisodeEvent).where(EpisodeEvent.kind != "received")).all()
    by_kind = {one.kind: one for one in found}
    assert len(found) == 10
    assert (by_kind["opioid_dose"].amount, by_kind["programme_session"].amount) == (120.5, 4.0)
    assert by_kind["complaint"].episode_id is by_kind["dataset_due"].episode_id is None
    assert by_kind["discharged"].detail == "completed"
    assert by_kind["triaged"].event_key == "E1"


def test_a_changed_event_is_refused_and_corrected_with_replace(world: World) -> None:
    world.referred()
    first = EVENTS + "E1,R1,triaged,2025-03-31T10:00,\n"
    later = EVENTS + "E1,R1,triaged,2025-04-01T10:00,\n"
    world.good("events", first)
    assert "line 2: event_key: was sent before with other values" in world.refused("events", later)
    for _again in range(2):
        world.good("events", later, "--replace")
        world.good("events", first, "--replace")
    world.good("events", later, "--replace")
    rows = world.all(EpisodeEvent, EpisodeEvent.kind == "triaged")
    current = world.session.scalars(
        sa.select(EpisodeEvent).where(EpisodeEvent.kind == "triaged", is_current())
    ).all()
    assert (len(rows), [one.on for one in current]) == (6, [date(2025, 4, 1)])


ANSWERS = "".join(f"A1,R1,pseq,T0,2025-04-02T09:30,paper,en,q{n},{n % 7}\n" for n in range(1, 11))


def test_c28_answers_are_scored_responses_like_our_own(world: World) -> None:
    """The rows of one response may stand anywhere in the file."""
    world.referred()
    mixed = ANSWERS.splitlines(keepends=True)
    other = "A2,R1,bpi_sf,TD,2025-06-02T23:30,proxy,pl,worst,7\n"
    world.good("responses", RESPONSES + "".join(mixed[:4]) + other + "".join(mixed[4:]))
    pseq, bpi = world.session.scalars(sa.select(Response).order_by(Response.instrument.desc()))
    assert pseq.scores["total"] == sum(n % 7 for n in range(1, 11))
    assert (pseq.time_point, pseq.mode, pseq.answered_by) == (TimePoint.T0, "paper", "helped")
    assert pseq.answered_at == datetime(2025, 4, 2, 8, 30, tzinfo=UTC)
    assert (pseq.response_key, pseq.task_id, pseq.answered_on) == ("A1", None, date(2025, 4, 2))
    assert (bpi.mode, bpi.answered_by, bpi.language) == ("proxy", "proxy", "pl")
    assert bpi.answered_on == date(2025, 6, 2)
    assert bpi.answers["worst"] == 7
    assert bpi.answers["least"] == "not_reached"
    assert "2 as before" in world.good("responses", RESPONSES + ANSWERS + other)


def test_clin_05_a_changed_response_is_a_new_one_that_corrects(world: World) -> None:
    world.referred()
    world.good("responses", RESPONSES + ANSWERS)
    changed = RESPONSES + ANSWERS.replace("q1,1\n", "q1,6\n")
    assert "response_key: was sent before" in world.refused("responses", changed)
    world.good("responses", changed, "--replace")
    current = world.session.scalars(sa.select(Response).where(is_current_response())).all()
    assert (len(world.all(Response)), len(current)) == (2, 1)
    assert current[0].answers["q1"] == 6


def test_sms_06_answers_on_paper_end_the_task_that_was_texted_about(world: World) -> None:
    world.good("patients", ONE)
    world.good("referrals", REFERRED.replace("2025-03-28T17:31", "2026-09-10T10:00"))
    packs = world.session.scalars(sa.select(Pack)).all()
    assert [pack.time_point for pack in packs] == [TimePoint.T0]  # still to come, so it is asked
    rows = ANSWERS.replace("2025-04-02", "2026-09-12")
    world.good("responses", RESPONSES + rows)
    (response,) = world.session.scalars(sa.select(Response))
    task = world.session.get_one(Task, response.task_id)
    assert (task.pack_id, task.instrument) == (packs[0].id, "pseq")


def test_history_brings_no_packs_and_no_texts(world: World) -> None:
    world.referred()
    rows = "E1,R1,triaged,2025-03-31T10:00,\nE2,R1,discharged,2025-06-30T10:00,completed\n"
    world.good("events", EVENTS + rows)
    assert world.all(Pack) == world.all(OutboxMessage) == []
    lately = rows.replace("E", "F").replace("2025-06-30", "2026-09-01")
    world.good("events", EVENTS + lately.replace("2025-03-31", "2025-04-01"))
    points = {pack.time_point for pack in world.session.scalars(sa.select(Pack))}
    assert points == {TimePoint.TD, TimePoint.T6}  # of a discharge three weeks ago


def test_ops_07_fft_is_counts_by_method_and_day(world: World) -> None:
    rows = "F1,2025-04-30,sms,1,12\nF2,2025-04-30,sms,,40\nF3,2025-04-30,paper,6,\n"
    assert "3 new" in world.good("fft", FFT + rows)
    found = world.session.scalars(sa.select(FftCount).order_by(FftCount.fft_key)).all()
    assert [(one.method, one.response, one.count) for one in found] == [
        ("sms", 1, 12),
        ("sms", None, 40),
        ("paper", 6, 1),
    ]
    changed = FFT + rows.replace("1,12", "1,13")
    assert "was sent before" in world.refused("fft", changed)
    world.good("fft", changed, "--replace")
    assert world.session.get_one(FftCount, (world.service.id, "F1")).count == 13


ANSWER, OF_ONE = RESPONSES + "A1,R1,", EVENTS + ",R1,"
BAD = [
    ("patients", PATIENTS + "P2,1234567890,A,B,1970-05-05,female,\n", "line 2: nhs_number: check"),
    ("patients", PATIENTS + "P2,,A,B,28/03/1970,female,\n", "line 2: birth_date: write the date like"),
    ("patients", PATIENTS + "P2,,A,B,25655,female,\n", "in Excel, format the column as text"),
    ("patients", PATIENTS + "P2,,A,B,2970-05-05,female,\n", "birth_date: write the date"),
    ("patients", PATIENTS + "P2,,A,B,2026-12-05,female,\n", "birth_date: is not in the past"),
    ("patients", PATIENTS + "P2,,A,B,1970-05-05,F,\n", "sex: use one of male, female, other, unknown"),
    ("patients", PATIENTS + "P2,,A,B,1970-05-05,female,01134960000\n", "mobile: a text cannot reach it"),
    ("patients", PATIENTS + "P2,,Sample, Sam,B,1970-05-05,female,\n",
     "a comma inside a cell needs quotes"),
    ("patients", "patient_key;birth_date\nP2;1970-05-05\n", "separate the columns with commas"),
    ("patients", "patient_key,birth_date,shoe_size\n", "shoe_size: there is no such column"),
    ("patients", "patient_key\nP2\n", "birth_date: is needed and missing"),
    ("patients", "", "the file is empty"),
    ("referrals", REFERRALS + "R2,P7,2025-01-01T09:00,,,,,\n",
     "patient_key: this service has no such patient"),
    ("referrals", REFERRALS + "R2,P1,2025-01-01,,,,,\n", "received_at: write the London time like"),
    ("referrals", REFERRALS + "R2,P1,2027-01-01T09:00,,,,,\n", "received_at: has not come yet"),
    ("referrals", REFERRALS + "R2,P1,2025-01-01T09:00,soon,,,,\n",
     "urgency: use one of routine, urgent"),
    ("referrals", REFERRED.replace(",P1,", ",P3,"), "patient_key: this referral is another person's"),
    ("events", OF_ONE + "discharged,2025-03-27T10:00,completed\n",
     "at: must not be before the referral"),
    ("events", OF_ONE + "discharged,2025-05-27T10:00,bored\n",
     "detail: use one of completed, disengaged"),
    ("events", OF_ONE + "danced,2025-05-27T10:00,\n", "event: there is no such event"),
    ("events", EVENTS + ",,triaged,2025-05-27T10:00,\n", "referral_key: is needed and empty"),
    ("events", EVENTS + ",R8,triaged,2025-05-27T10:00,\n",
     "referral_key: this service has no such referral"),
    ("events", OF_ONE + "triaged,2026-11-27T10:00,\n", "at: has not come yet"),
    ("events", OF_ONE + "received,2025-05-27T10:00,\n", "event: comes with the referral"),
    ("events", OF_ONE + "opioid_dose,2025-05-27T10:00,lots\n", "detail: give mg of oral morphine"),
    ("events", OF_ONE + "dataset_due,2025-05-27T10:00,\n", "referral_key: leave it empty"),
    ("events", EVENTS + "E1,R1,triaged,2025-05-27T10:00,\nE1,R1,accepted,2025-05-27T10:00,\n",
     "line 3: event_key: stands in this file before"),
    ("responses", ANSWER + "mood,T0,2025-05-27T10:00,self,en,q1,1\n",
     "instrument: use one of bpi_sf"),
    ("responses", ANSWER + "pseq,T0,2025-05-27T10:00,self,en,q11,1\n", "item: use one of q1, q2"),
    ("responses", ANSWER + "pseq,T0,2025-05-27T10:00,self,en,q1,7\n",
     "value: use a whole number from 0"),
    ("responses", ANSWER + "fft,T0,2025-05-27T10:00,self,en,response,1\n",
     "is anonymous: import fft"),
    ("responses", ANSWER + "pseq,T9,2025-05-27T10:00,self,en,q1,1\n", "time_point: use one of T0"),
    ("responses", ANSWER + "pseq,T0,2025-05-27T10:00,self,en,q1,1\n"
     "A1,R1,pseq,T0,2025-05-28T10:00,self,en,q2,1\n", "line 3: completed_at: differs from line 2"),
    ("responses", RESPONSES + "A1,R1,pseq,T0,2025-05-27T10:00,self,en,q1,1\n"
     "A1,R1,pseq,T0,2025-05-27T10:00,self,en,q1,2\n", "item: stands twice"),
    ("fft", FFT + "F1,2025-05-27,pigeon,1,1\n", "method: use one of sms, online, paper"),
    ("fft", FFT + "F1,2025-05-27,sms,7,1\n", "response: use a whole number from 1 to 6"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "content", "said"), BAD)
def test_a_bad_row_is_told_and_nothing_is_imported(
    world: World, kind: str, content: str, said: str
) -> None:
    world.good("patients", ONE + "P3,,Other,Person,1970-05-05,male,\n")
    world.good("referrals", REFERRED)
    models = (Patient, Episode, EpisodeEvent, Response, FftCount)
    before = [len(world.all(model)) for model in models]
    wrong = world.refused(kind, content)
    assert said in wrong
    assert "Nothing was imported" in wrong
    assert [len(world.all(model)) for model in models] == before


def test_two_people_of_one_nhs_number_are_told(world: World) -> None:
    number = made_up_nhs_number()
    twice = PATIENTS + "".join(f"P{n},{number},A,B,1970-05-05,female,\n" for n in (1, 2))
    assert "line 3: nhs_number: another record has this NHS number: merge" in world.refused(
        "patients", twice
    )
    world.good("patients", twice.rsplit("P2", 1)[0])
    assert "line 2: nhs_number" in world.refused("patients", PATIENTS + twice.splitlines()[2] + "\n")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("patient_key,birth_date,given_name\nP1,1970-05-05,Zoë\n".encode("latin-1"), "is Latin-1"),
        ("patient_key,birth_date,given_name\nP1,1970-05-05,O’Hara\n".encode("cp1252"), "is Windows-1252"),
        ("patient_key,birth_date\n".encode("utf-16"), "is UTF-16"),
    ],
)
def test_the_encoding_found_and_what_to_do(world: World, content: bytes, said: str) -> None:
    wrong = world.refused("patients", content)
    assert said in wrong
    assert "save the file as CSV UTF-8" in wrong


def test_byte_order_mark_and_carriage_returns_are_fine(world: World) -> None:
    world.good("patients", b"\xef\xbb\xbf" + ONE.replace("\n", "\r\n").encode())
    (person,) = world.session.scalars(sa.select(Patient))
    assert (person.patient_key, person.mobile) == ("P1", "+447700900123")


def test_dry_run_stores_nothing(world: World) -> None:
    assert "1 new, 0 changed" in world.good("patients", ONE, "--dry-run")
    assert world.all(Patient) == []


def test_a_closed_service_takes_no_referral_after_its_last_day(world: World) -> None:
    world.good("patients", ONE)
    world.service.closed_on = date(2025, 3, 27)
    world.session.flush()
    assert "received_at: this service closed on 2025-03-27" in world.refused("referrals", REFERRED)


def test_a_closed_service_takes_no_visit_after_its_last_day(world: World) -> None:
    world.referred()
    world.service.closed_on = date(2025, 4, 30)
    world.session.flush()
    header = "appointment_key,referral_key,starts_at,kind,mode,status\n"
    row = "V1,R1,2025-05-01T10:00,first,video,attended\n"
    assert "starts_at: this service closed on 2025-04-30" in world.refused("appointments", header + row)
    world.good("appointments", header + row.replace("05-01", "04-30"))


def test_two_open_episodes_are_told_with_what_to_do_and_history_is_taken(world: World) -> None:
    """History holds them until its discharges are imported, so they are told and not refused."""
    world.good("patients", ONE)
    again = "R2,P1,2026-03-28T09:00,routine,gp,back,pain,n\n"
    assert "1 people have two open episodes" in world.good("referrals", REFERRED + again)
    ended = EVENTS + "E1,R1,discharged,2025-06-30T10:00,completed\n"
    assert "two open" not in world.good("events", ended)


def test_the_same_line_of_a_response_twice_is_harmless(world: World) -> None:
    world.good("patients", ONE)
    world.good("referrals", REFERRED)
    world.good("responses", RESPONSES + "A1,R1,pseq,T0,2025-05-27T10:00,self,en,q1,1\n" * 2)
    (response,) = world.all(Response)
    assert response.answers["q1"] == 1
