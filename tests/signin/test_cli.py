"""`patientapp staff` and `patientapp service add`: production is set up from a shell."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.doctor import _told
from patientapp.services.actions import totp_secret
from patientapp.services.models import Service, Staff
from patientapp.services.queries import memberships, system_staff_anyhow
from patientapp.signin.staff_actions import person_of
from patientapp.web.current import SETTINGS
from tests.factories import make_service, make_staff, sign_in_staff

pytestmark = pytest.mark.usefixtures("session", "now")
PASSWORD = "three plain words"
ROBIN = "robin@moorside.example"
SERVICE = ["--short-name", "Moorside", "--phone", "0113 496 0100", "--hours", "Weekdays"]


@pytest.fixture
def shell(app: Flask) -> Any:
    """Type a command."""

    def typed(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(root, list(words), obj=lambda: app, input=given)

    return typed


def audited(session: Session, chain: str) -> list[str]:
    """What the audit says was done from a shell, in order."""
    entries = sa.select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.seq)
    return [one.action for one in session.scalars(entries) if one.actor.startswith("shell:")]


def test_sec_10_a_new_installation_gets_its_service_and_a_person_who_can_sign_in(
    shell: Any, session: Session, client: FlaskClient
) -> None:
    made = shell("service", "add", "upmoor", "--name", "Upmoor", *SERVICE)
    assert made.exit_code == 0, made.output
    assert "told to nobody" in made.output
    added = shell(
        *("staff", "add", "--email", ROBIN, "--name", "Robin", "--service", "upmoor"),
        *("--role", "clinician"),
        given=PASSWORD + "\n",
    )
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output
    service = session.scalars(sa.select(Service).where(Service.slug == "upmoor")).one()
    person = system_staff_anyhow(ROBIN)
    assert memberships(person.id) == [(service.id, Role.CLINICIAN)]
    shown = pyotp.parse_uri(added.output.split()[-1])
    assert shown.secret == totp_secret(person)
    assert person_of(ROBIN, PASSWORD) == person.id
    assert audited(session, f"staff:{person.id}") == ["added staff", "gave role clinician"]
    assert audited(session, f"service:{service.id}") == ["added a service"]


def test_clin_04_a_service_says_who_is_told_of_an_alert_without_an_owner(
    shell: Any, session: Session
) -> None:
    who = ("--next-phone", "+447700900101", "--lead-phone", "+447700900102")
    made = shell("service", "add", "upmoor", "--name", "Upmoor", *SERVICE, *who)
    assert made.exit_code == 0, made.output
    assert "passed to fewer people" not in made.output
    service = session.scalars(sa.select(Service).where(Service.slug == "upmoor")).one()
    assert (service.next_phone, service.lead_phone) == ("+447700900101", "+447700900102")
    for option in ("--next-phone", "--lead-phone"):
        wrong = shell("service", "add", "downmoor", "--name", "D", *SERVICE, option, "07700 900101")
        assert wrong.exit_code == 2
        assert f"{option}: give it with its country" in wrong.output


def test_clin_04_the_doctor_fails_without_a_duty_phone_and_else_only_warns(
    shell: Any, session: Session, app: Flask
) -> None:
    make_service(session, slug="upmoor")
    warned = _told(app.extensions[SETTINGS])
    assert (warned.is_well, "passed to fewer people" in warned.detail) == (True, True)
    make_service(session, slug="downmoor", duty_phone="")
    failed = _told(app.extensions[SETTINGS])
    assert (failed.is_well, "downmoor: No --duty-phone" in failed.detail) == (False, True)


def test_link_07_a_service_whose_short_name_says_a_condition_is_refused_and_may_still_be_mended(
    shell: Any, session: Session
) -> None:
    service = make_service(session, slug="upmoor", short_name="Pain service", duty_phone="")
    refused = shell("service", "set", "upmoor", "--short-name", "Pain clinic chronic")
    assert (refused.exit_code, "names no condition" in refused.output) == (2, True)
    assert shell("service", "set", "upmoor", "--duty-phone", "+447700900103").exit_code == 0
    session.expire_all()
    assert (service.short_name, service.duty_phone) == ("Pain service", "+447700900103")


def test_clin_04_the_numbers_of_a_service_are_changed_and_who_did_it_is_kept(
    shell: Any, session: Session
) -> None:
    service = make_service(session, slug="upmoor", phone="0113 496 0100")
    before = service.name
    done = shell("service", "set", "upmoor", "--duty-phone", "+447700900103", "--phone", "0113 496 0199")
    assert done.exit_code == 0, done.output
    assert "Changed: duty phone, phone." in done.output
    assert "passed to fewer people" in done.output
    session.expire_all()
    assert (service.duty_phone, service.phone, service.name) == ("+447700900103", "0113 496 0199", before)
    assert audited(session, f"service:{service.id}") == ["changed duty_phone, phone"]
    again = shell("service", "set", "upmoor", "--phone", "0113 496 0199")
    assert "Nothing is other than it was." in again.output
    assert audited(session, f"service:{service.id}") == ["changed duty_phone, phone"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["upmoor"], "Say what to change"),
        (["upmoor", "--phone", ""], "phone"),
        (["upmoor", "--duty-phone", "07700 900103"], "--duty-phone: give it with its country"),
        (["upmoor", "--short-name", "x" * 21], "1 to 20 characters"),
        (["nowhere", "--phone", "1"], "There is no service 'nowhere'"),
    ],
)
def test_a_wrong_change_of_a_service_changes_nothing(
    shell: Any, session: Session, words: list[str], said: str
) -> None:
    service = make_service(session, slug="upmoor", phone="0113 496 0100")
    refused = shell("service", "set", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert service.phone == "0113 496 0100"


@pytest.mark.parametrize("taken_away", ["deactivate", "role", "reset-factor", "reset-password"])
def test_sec_10_what_is_taken_away_bites_at_the_next_click(
    shell: Any, session: Session, client: FlaskClient, taken_away: str
) -> None:
    service = make_service(session)
    person = make_staff(session, service, email=ROBIN)
    sign_in_staff(client, service, person)
    assert client.get("/staff").status_code == 200
    words = {
        "role": ["role", "end", ROBIN, "--service", service.slug, "--role", "clinician"],
    }.get(taken_away, [taken_away, ROBIN])
    done = shell("staff", *words, given=PASSWORD + "\n")
    assert done.exit_code == 0, done.output
    assert client.get("/staff").headers["Location"] == "/staff/sign-in"
    assert audited(session, f"staff:{person.id}")


def test_sec_10_a_renewed_factor_is_another_and_the_old_password_is_gone_after_a_reset(
    shell: Any, session: Session
) -> None:
    shell("staff", "add", "--email", ROBIN, "--name", "Robin", given=PASSWORD)
    before = totp_secret(system_staff_anyhow(ROBIN))
    shown = shell("staff", "reset-factor", ROBIN).output
    assert totp_secret(system_staff_anyhow(ROBIN)) != before
    assert totp_secret(system_staff_anyhow(ROBIN)) in shown
    assert shell("staff", "reset-password", ROBIN, given="other plain words\n").exit_code == 0
    assert person_of(ROBIN, PASSWORD) is None
    assert person_of(ROBIN, "other plain words") is not None


def test_sec_04_roles_are_given_and_listed_per_service(shell: Any, session: Session) -> None:
    here, there = make_service(session), make_service(session)
    person = make_staff(session, here, email=ROBIN)
    given = shell("staff", "role", "add", ROBIN, "--service", there.slug, "--role", "commissioner")
    assert given.exit_code == 0, given.output
    assert set(memberships(person.id)) == {(here.id, Role.CLINICIAN), (there.id, Role.COMMISSIONER)}
    listed = shell("staff", "list", "--service", there.slug).output
    assert f"commissioner in {there.slug}" in listed
    assert here.slug not in listed
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "gave role commissioner"))
    assert entry.one().service_id == there.id


def test_a_person_who_left_comes_back(shell: Any, session: Session) -> None:
    make_staff(session, make_service(session), email=ROBIN)
    shell("staff", "deactivate", ROBIN)
    assert "deactivated" in shell("staff", "list").output
    assert shell("staff", "reactivate", ROBIN).exit_code == 0
    assert system_staff_anyhow(ROBIN).deactivated_at is None


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("add", "--email", "robin", "--name", "R"), PASSWORD, "Give an email address"),
        (("add", "--email", ROBIN, "--name", "R"), "short\n", "12 to 200 characters"),
        (("add", "--email", ROBIN, "--name", "R"), "", "on standard input"),
        (("add", "--email", ROBIN, "--name", "R", "--role", "clinician"), PASSWORD, "together"),
        (
            ("add", "--email", ROBIN, "--name", "R", "--service", "nowhere", "--role", "clinician"),
            PASSWORD,
            "no service called nowhere",
        ),
        (("deactivate", "nobody@moorside.example"), "", "Nobody has this address"),
        (("role", "end", "nobody@x.example", "--service", "x", "--role", "clinician"), "", "not hold"),
        (("role", "add", ROBIN, "--service", "x", "--role", "patient"), "", "Invalid value"),
    ],
)
def test_a_mistake_is_one_line_exit_2_and_nothing_half_done(
    shell: Any, session: Session, words: tuple[str, ...], given: str, said: str
) -> None:
    refused = shell("staff", *words, given=given)
    assert refused.exit_code == 2
    assert said in refused.output
    assert session.scalars(sa.select(Staff).where(Staff.email == ROBIN)).first() is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Up Moor", "--name", "Upmoor", *SERVICE], "small letters"),
        (["upmoor", "--name", "Upmoor", *SERVICE, "--schedule", "none"], "There is no schedule"),
        (["upmoor", "--name", "Upmoor", *SERVICE, "--duty-phone", "0770"], "with its country"),
    ],
)
def test_a_wrong_service_is_refused(shell: Any, session: Session, words: list[str], said: str) -> None:
    refused = shell("service", "add", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert session.scalars(sa.select(Service).where(Service.slug == "upmoor")).first() is None
