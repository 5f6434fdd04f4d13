"""Carers to test with, and their phones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.carers.actions import name_carer
from patientapp.links.models import Link
from patientapp.patients.carer_models import Carer
from patientapp.patients.carer_rules import Act, NewCarer
from patientapp.patients.models import Patient
from patientapp.signin.actions import open_session
from patientapp.signin.cookies import Kind
from tests.factories import LINK_KEY, NOW, _give
from tests.pifu.world import patient_of

ALL_ACTS = tuple(act.value for act in Act)


def new_carer(**over: Any) -> NewCarer:
    """Somebody whom a patient may name."""
    facts: dict[str, Any] = {
        "name": "Alex Trusted",
        "mobile": "07700 900901",
        "acts": ALL_ACTS,
        "ends_on": date(2026, 12, 31),
    }
    return NewCarer(**(facts | over))


def make_carer(person: Patient, **over: Any) -> Carer:
    """A carer named by the patient."""
    return name_carer(patient_of(person), person.id, new_carer(**over), link_key=LINK_KEY, now=NOW)


def link_of(session: Session, carer: Carer) -> Link:
    """The carer's newest link."""
    return session.query(Link).filter_by(pack_id=carer.id, ended_at=None).one()


def phone_of(app: Flask, session: Session, carer: Carer, *, confirmed: bool = True) -> FlaskClient:
    """The carer's own phone, their code given."""
    client = app.test_client()
    sign_in_carer(client, session, carer, confirmed=confirmed)
    return client


def sign_in_carer(client: FlaskClient, session: Session, carer: Carer, *, confirmed: bool = True) -> None:
    """Give the client a carer's session."""
    secret = open_session(
        service_id=carer.service_id,
        link_id=link_of(session, carer).id,
        now=NOW,
        life=timedelta(hours=2),
        birth_date_confirmed_at=NOW if confirmed else None,
    )
    _give(client, secret, Kind.CARER)
