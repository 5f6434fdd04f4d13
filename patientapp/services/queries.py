"""Reads of services and staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.viewer import Role, Viewer
from patientapp.db import db
from patientapp.errors import NotFound
from patientapp.services.contact import ServiceContact
from patientapp.services.models import Membership, Service, Staff
from patientapp.services.profile import Profile
from patientapp.services.profiles import profile
from patientapp.services.rules import email_key, nobody_told


def system_service(service_id: UUID) -> Service:
    """One service; NotFound when there is none."""
    return _found(db.session.get(Service, service_id))


def system_service_by_slug(slug: str) -> Service:
    """One service by the word in its addresses; NotFound when there is none."""
    return _found(db.session.scalar(sa.select(Service).where(Service.slug == slug)))


def system_service_named(word: str) -> Service:
    """One service by its id or by the word in its addresses, for the shell; NotFound for neither.

    No such word has an underscore, but a profile's id has: `south_cheshire` finds `south-cheshire`.
    """
    try:
        found = db.session.get(Service, UUID(word))
    except ValueError:
        found = None
    return found or system_service_by_slug(word.replace("_", "-"))


def system_services() -> list[Service]:
    """Every service of this installation, by the word in its addresses."""
    return list(db.session.scalars(sa.select(Service).order_by(Service.slug)))


def untold(service: Service) -> list[str]:
    """What it means for its alerts that a number is missing, in sentences; empty when all are there."""
    return nobody_told(duty=service.duty_phone, following=service.next_phone, lead=service.lead_phone)


def profile_of(service: Service) -> Profile | None:
    """The contract of a service, with its own first day; None where it names none."""
    found = profile(service.profile)
    if found is None or service.contract_first_day is None:
        return found
    return replace(found, first_day=service.contract_first_day)


def contact(service: Service) -> ServiceContact:
    """The public face of a service."""
    return ServiceContact(
        id=service.id,
        slug=service.slug,
        name=service.name,
        short_name=service.short_name,
        phone=service.phone,
        hours=service.hours,
        text_relay=service.text_relay,
    )


def memberships(staff_id: UUID) -> list[tuple[UUID, Role]]:
    """(service, role) of every role that this person holds now; none once deactivated."""
    live = (
        sa.select(Membership.service_id, Membership.role)
        .join(Staff, Staff.id == Membership.staff_id)
        .where(
            Membership.staff_id == staff_id,
            Membership.ended_at.is_(None),
            Staff.deactivated_at.is_(None),
        )
        .order_by(Membership.service_id, Membership.role)
    )
    return [(row.service_id, row.role) for row in db.session.execute(live)]


def services_of(staff_id: UUID) -> list[Service]:
    """The services in which this person holds a role now, by name."""
    ids = {service_id for service_id, _role in memberships(staff_id)}
    chosen = sa.select(Service).where(Service.id.in_(ids)).order_by(Service.name, Service.id)
    return list(db.session.scalars(chosen))


def system_staff_by_email(email: str) -> Staff | None:
    """The active person of this address, or None: for signing in only."""
    named = sa.select(Staff).where(Staff.email == email_key(email), Staff.deactivated_at.is_(None))
    return db.session.scalar(named)


def system_staff(staff_id: UUID) -> Staff | None:
    """An active member of staff, or None."""
    person = db.session.get(Staff, staff_id)
    return person if person is not None and person.deactivated_at is None else None


def system_staff_anyhow(email: str) -> Staff:
    """The person of this address, deactivated or not, for the shell; NotFound when there is none."""
    person = db.session.scalar(sa.select(Staff).where(Staff.email == email_key(email)))
    if person is None:
        raise NotFound
    return person


def system_everyone(service_id: UUID | None = None) -> list[tuple[Staff, str, Role | None]]:
    """(person, service's slug, role) of every role that is held, and people without any, by address."""
    asked = (
        sa.select(Staff, sa.func.coalesce(Service.slug, ""), Membership.role)
        .outerjoin(Membership, sa.and_(Membership.staff_id == Staff.id, Membership.ended_at.is_(None)))
        .outerjoin(Service, Service.id == Membership.service_id)
        .order_by(Staff.email, Service.slug, Membership.role)
    )
    if service_id is not None:
        asked = asked.where(Membership.service_id == service_id)
    return [(row[0], row[1], row[2]) for row in db.session.execute(asked)]


def staff_names(viewer: Viewer, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of colleagues, past ones too, of the viewer's own service."""
    if viewer.patient_id is not None:
        return {}
    asked = (
        sa.select(Staff.id, Staff.name)
        .join(Membership, Membership.staff_id == Staff.id)
        .where(Membership.service_id == viewer.service_id, Staff.id.in_(set(staff_ids)))
    )
    return {row.id: row.name for row in db.session.execute(asked)}


def system_staff_names(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people who have ever worked here, for those whose records they opened."""
    asked = sa.select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids)))
    return {row.id: row.name for row in db.session.execute(asked)}


def _found(service: Service | None) -> Service:
    if service is None:
        raise NotFound
    return service
