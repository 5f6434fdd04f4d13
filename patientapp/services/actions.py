"""Verbs on services, their staff and roles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from uuid import UUID, uuid4

import pyotp
import sqlalchemy as sa
from argon2 import PasswordHasher

from patientapp import crypto
from patientapp.access.viewer import Role
from patientapp.audit.actions import add, record_system
from patientapp.audit.rules import Entry
from patientapp.db import db
from patientapp.errors import Conflict, Invalid, NotFound
from patientapp.services.models import Membership, Service, Staff
from patientapp.services.profile import Profile
from patientapp.services.profiles import profiles
from patientapp.services.rules import (
    STAFF_ROLES,
    email_key,
    password_form,
    service_mistakes,
    staff_mistakes,
)
from patientapp.web.current import settings

TRIAL_PHONE = "01632 960000"  # a number for drama (Ofcom): nobody is reached by it
TRIAL_HOURS = "Monday to Friday, 9am to 5pm"


class AlreadyThere(Conflict):
    """Somebody, or some service, already has this name."""

    title = "That name is taken"


@cache
def hasher() -> PasswordHasher:
    """argon2id with the library's own current parameters."""
    return PasswordHasher()


def add_service(
    *,
    slug: str,
    name: str,
    short_name: str,
    phone: str,
    hours: str,
    text_relay: str = "",
    duty_phone: str = "",
    next_phone: str = "",
    lead_phone: str = "",
    schedule: str = "standard",
    profile: str = "",
    contract_first_day: date | None = None,
) -> Service:
    """A new service; Invalid names what is wrong, AlreadyThere when the slug is used."""
    wrong = service_mistakes(slug=slug, name=name, short_name=short_name, phone=phone)
    if profile and profile not in profiles():
        wrong["profile"] = [f"There is no profile {profile!r}; there is: {', '.join(profiles())}."]
    if wrong:
        raise Invalid("The service cannot be added.", fields=wrong)
    if db.session.scalar(sa.select(Service.id).where(Service.slug == slug)):
        raise AlreadyThere(f"A service called {slug} exists.")
    service = Service(
        id=uuid4(),
        slug=slug,
        name=name.strip(),
        short_name=short_name.strip(),
        phone=phone,
        hours=hours,
        text_relay=text_relay,
        duty_phone=duty_phone,
        next_phone=next_phone,
        lead_phone=lead_phone,
        schedule=schedule,
        profile=profile,
        contract_first_day=contract_first_day,
    )
    db.session.add(service)
    db.session.flush()
    return service


CHANGEABLE = frozenset(
    {"name", "short_name", "phone", "hours", "text_relay", "duty_phone", "next_phone", "lead_phone"}
)


def change_service(service_id: UUID, facts: Mapping[str, str], *, now: datetime, by: str) -> list[str]:
    """Give a service other names, hours or numbers; the facts that are other than before.

    Invalid names what is wrong. Texts that wait are written when they are sent, with the new number.
    """
    service = db.session.get_one(Service, service_id)
    after = {name: getattr(service, name) for name in CHANGEABLE} | {
        name: value.strip() for name, value in facts.items() if name in CHANGEABLE
    }
    needed = ("name", "short_name", "phone")
    wrong = service_mistakes(slug=service.slug, **{name: after[name] for name in needed})
    if wrong := {name: said for name, said in wrong.items() if name in facts}:
        raise Invalid("The service cannot be changed.", fields=wrong)
    other = sorted(name for name, value in after.items() if value != getattr(service, name))
    for name in other:
        setattr(service, name, after[name])
    if other:
        said = f"changed {', '.join(other)}"
        record_system(said, chain=f"service:{service_id}", now=now, actor=by)
    return other


def add_trial_service(contract: Profile, *, now: datetime) -> Service:
    """A service with nothing but its contract, so that a file or a cohort can be tried."""
    made = add_service(
        slug=contract.id.replace("_", "-"),
        name=contract.name,
        short_name="Trial service",
        phone=TRIAL_PHONE,
        hours=contract.hours or TRIAL_HOURS,
        schedule=contract.schedule,
        profile=contract.id,
    )
    record_system("added a service to try", chain=f"service:{made.id}", now=now)
    return made


def add_staff(
    *, email: str, name: str, password: str, now: datetime, by: str = "system"
) -> tuple[Staff, str]:
    """A new member of staff without any role yet, and the secret for their authenticator app."""
    wrong = staff_mistakes(email=email, name=name, password=password)
    if wrong:
        raise Invalid("The member of staff cannot be added.", fields=wrong)
    if db.session.scalar(sa.select(Staff.id).where(Staff.email == email_key(email))):
        raise AlreadyThere("A member of staff has this email address.")
    staff_id, secret = uuid4(), pyotp.random_base32()
    person = Staff(
        id=staff_id,
        email=email_key(email),
        name=name.strip(),
        password_hash=hasher().hash(password_form(password)),
        totp_secret=_sealed(secret, staff_id),
    )
    db.session.add(person)
    db.session.flush()
    record_system("added staff", chain=f"staff:{staff_id}", now=now, actor=by)
    return person, secret


def set_password(staff_id: UUID, password: str, *, now: datetime, by: str) -> None:
    """A new password in place of the old one; it opens nothing without the second factor (SEC-10)."""
    person = _staff(staff_id)
    wrong = staff_mistakes(email=person.email, name=person.name, password=password)
    if wrong:
        raise Invalid("The password cannot be used.", fields=wrong)
    person.password_hash = hasher().hash(password_form(password))
    record_system("set a new password", chain=f"staff:{staff_id}", now=now, actor=by)


def renew_factor(staff_id: UUID, *, now: datetime, by: str) -> str:
    """The secret of a new second factor; codes of the lost one open nothing from now on."""
    person, secret = _staff(staff_id), pyotp.random_base32()
    person.totp_secret = _sealed(secret, staff_id)
    record_system("renewed the second factor", chain=f"staff:{staff_id}", now=now, actor=by)
    return secret


def _sealed(secret: str, staff_id: UUID) -> bytes:
    return crypto.seal(secret.encode(), key=settings().data_key, about=_about_totp(staff_id))


def _staff(staff_id: UUID) -> Staff:
    person = db.session.get(Staff, staff_id)
    if person is None:
        raise NotFound
    return person


def totp_secret(person: Staff) -> str:
    """The secret that this person's codes are made with."""
    about = _about_totp(person.id)
    return crypto.unseal(person.totp_secret, key=settings().data_key, about=about).decode()


def give_role(staff_id: UUID, service_id: UUID, role: Role, *, now: datetime, by: str = "system") -> None:
    """Let this person act in this role in this one service; giving it twice is giving it once."""
    if role not in STAFF_ROLES:
        raise Invalid("Staff cannot hold the role of a patient.")
    held = db.session.get(Membership, (staff_id, service_id, role))
    if held is None:
        db.session.add(Membership(staff_id=staff_id, service_id=service_id, role=role))
    else:
        held.ended_at = None
    db.session.flush()
    _record_role("gave", staff_id, service_id, role, now=now, by=by)


def end_role(staff_id: UUID, service_id: UUID, role: Role, *, now: datetime, by: str = "system") -> None:
    """Take a role away; it bites at the person's next request (SEC-10)."""
    held = db.session.get(Membership, (staff_id, service_id, role))
    if held is None or held.ended_at is not None:
        raise NotFound
    held.ended_at = now
    _record_role("ended", staff_id, service_id, role, now=now, by=by)


def _record_role(
    verb: str, staff_id: UUID, service_id: UUID, role: Role, *, now: datetime, by: str
) -> None:
    """Which role, and in which service: a role in one service gives nothing in another (SEC-04)."""
    entry = Entry(at=now, actor=by, action=f"{verb} role {role}", service_id=service_id)
    add(f"staff:{staff_id}", entry)


def deactivate(staff_id: UUID, *, now: datetime, by: str = "system") -> None:
    """Shut this person out of everything; it bites at their next request (SEC-10)."""
    person = _staff(staff_id)
    if person.deactivated_at is None:
        person.deactivated_at = now
        record_system("deactivated staff", chain=f"staff:{staff_id}", now=now, actor=by)


def reactivate(staff_id: UUID, *, now: datetime, by: str) -> None:
    """Let this person sign in again, in the roles that they still hold."""
    person = _staff(staff_id)
    if person.deactivated_at is not None:
        person.deactivated_at = None
        record_system("reactivated staff", chain=f"staff:{staff_id}", now=now, actor=by)


def _about_totp(staff_id: UUID) -> str:
    return f"staff.totp_secret.{staff_id}"
