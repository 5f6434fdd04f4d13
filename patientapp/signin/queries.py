"""Who is behind a secret: the one read that makes a Viewer."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from patientapp.access.viewer import Role, Viewer
from patientapp.db import run
from patientapp.links.models import Link
from patientapp.links.rules import LinkEnd, LinkPurpose
from patientapp.patients.carer_models import Carer
from patientapp.patients.carer_rules import known_acts
from patientapp.patients.models import Patient
from patientapp.services.contact import ServiceContact
from patientapp.services.models import Membership, Service, Staff
from patientapp.signin.cookies import Credential, Kind
from patientapp.signin.models import Session
from patientapp.signin.rules import PatientSession, Standing, patient_standing, staff_is_live
from patientapp.workdays import london_day

Found = tuple[Viewer, ServiceContact]

CONTACT = (
    Service.id.label("service_id"),
    Service.slug,
    Service.name,
    Service.short_name,
    Service.phone,
    Service.hours,
    Service.text_relay,
)


def secret_hash(secret: str) -> bytes:
    """What the database holds of a session's secret."""
    return hashlib.sha256(secret.encode()).digest()


def system_viewer(credential: Credential, *, now: datetime) -> Found | None:
    """The viewer of this credential and their service; None when it is no longer good."""
    if credential.kind is Kind.PATIENT:
        return _patient(credential, now=now)
    if credential.kind is Kind.CARER:
        return _carer(credential, now=now)
    return _staff(credential, now=now)


_PATIENT_READ = (
    sa.select(
        Session.id.label("session_id"),
        Session.created_at,
        Session.expires_at,
        Session.ended_at,
        Session.birth_date_confirmed_at,
        Session.answered_by,
        Link.id.label("link_id"),
        Link.patient_id,
        Link.pack_id,
        Link.end_reason,
        sa.func.coalesce(Session.language, Patient.language).label("language"),
        Session.language.label("chosen_language"),
        *CONTACT,
    )
    .join(Link, Link.id == Session.link_id)
    .join(Patient, Patient.id == Link.patient_id)
    .join(Service, Service.id == Session.service_id)
    .where(Session.secret_hash == sa.bindparam("secret_hash"), Patient.died_on.is_(None))
    .where(Link.purpose != LinkPurpose.CARER)
)


def _patient(credential: Credential, *, now: datetime) -> Found | None:
    digest = secret_hash(credential.secret)
    row = run(_PATIENT_READ, {"secret_hash": digest}).one_or_none()
    if row is None:
        return None
    standing = _standing(row, credential, now=now)
    return None if standing is Standing.OVER else (_patient_viewer(row, standing), contact_of(row))


def _standing(row: Any, credential: Credential, *, now: datetime) -> Standing:
    """What is left of a session that began with a link."""
    return patient_standing(
        PatientSession(
            created_at=row.created_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
            last_used=credential.last_used,
            link_ended=row.end_reason is not None,
            link_replaced=row.end_reason == LinkEnd.REPLACED,
        ),
        now=now,
    )


# Read at each request: an ended carer is out on every worker at once (SEC-11).
_CARER_READ = (
    sa.select(
        Session.id.label("session_id"),
        Session.created_at,
        Session.expires_at,
        Session.ended_at,
        Session.birth_date_confirmed_at.label("confirmed_at"),  # a carer's: when the code was right
        Link.id.label("link_id"),
        Link.end_reason,
        Carer.id.label("carer_id"),
        Carer.patient_id,
        Carer.acts,
        sa.func.coalesce(Session.language, Patient.language).label("language"),
        *CONTACT,
    )
    .join(Link, Link.id == Session.link_id)
    .join(Carer, Carer.id == Link.pack_id)
    .join(Patient, Patient.id == Carer.patient_id)
    .join(Service, Service.id == Session.service_id)
    .where(Session.secret_hash == sa.bindparam("secret_hash"), Patient.died_on.is_(None))
    .where(Link.purpose == LinkPurpose.CARER, Carer.ended_at.is_(None))
    .where(Carer.ends_on >= sa.bindparam("today", type_=sa.Date))
)


def _carer(credential: Credential, *, now: datetime) -> Found | None:
    digest = secret_hash(credential.secret)
    row = run(_CARER_READ, {"secret_hash": digest, "today": london_day(now)}).one_or_none()
    standing = _standing(row, credential, now=now) if row is not None else Standing.OVER
    if row is None or standing is Standing.OVER:
        return None
    viewer = Viewer(
        roles=frozenset({Role.CARER}),
        service_id=row.service_id,
        session_id=row.session_id,
        patient_id=row.patient_id,
        carer_id=row.carer_id,
        acts=known_acts(row.acts),
        link_id=row.link_id,
        carer_confirmed=row.confirmed_at is not None,
        idle=standing is Standing.IDLE,
        language=row.language,
    )
    return viewer, contact_of(row)


def _patient_viewer(row: Any, standing: Standing) -> Viewer:
    return Viewer(
        roles=frozenset({Role.PATIENT}),
        service_id=row.service_id,
        session_id=row.session_id,
        patient_id=row.patient_id,
        link_id=row.link_id,
        pack_id=row.pack_id,
        birth_date_confirmed=row.birth_date_confirmed_at is not None,
        answered_by=row.answered_by,
        idle=standing is Standing.IDLE,
        language=row.language,
        chosen_language=row.chosen_language,
    )


_STAFF_READ = (
    sa.select(
        Session.id.label("session_id"),
        Session.expires_at,
        Session.ended_at,
        Staff.id.label("staff_id"),
        Staff.name.label("staff_name"),
        Membership.role,
        *CONTACT,
    )
    .join(Staff, Staff.id == Session.staff_id)
    .join(Service, Service.id == Session.service_id)
    .join(
        Membership,
        sa.and_(
            Membership.staff_id == Staff.id,
            Membership.service_id == Session.service_id,
            Membership.ended_at.is_(None),
        ),
    )
    .where(Session.secret_hash == sa.bindparam("secret_hash"), Staff.deactivated_at.is_(None))
)


def _staff(credential: Credential, *, now: datetime) -> Found | None:
    digest = secret_hash(credential.secret)
    rows = run(_STAFF_READ, {"secret_hash": digest}).all()
    if not rows:
        return None
    first = rows[0]
    if not staff_is_live(
        expires_at=first.expires_at,
        ended_at=first.ended_at,
        last_used=credential.last_used,
        now=now,
    ):
        return None
    viewer = Viewer(
        roles=frozenset(row.role for row in rows),
        service_id=first.service_id,
        session_id=first.session_id,
        staff_id=first.staff_id,
        name=first.staff_name,
    )
    return viewer, contact_of(first)


def contact_of(row: Any) -> ServiceContact:
    """The public face of the service in this row."""
    return ServiceContact(
        id=row.service_id,
        slug=row.slug,
        name=row.name,
        short_name=row.short_name,
        phone=row.phone,
        hours=row.hours,
        text_relay=row.text_relay,
    )
