"""Reads of links. A token is itself the credential, so these name the machine, not a viewer."""

from __future__ import annotations

import re
from datetime import datetime

import sqlalchemy as sa

from patientapp.db import db
from patientapp.links.models import BirthDateFailure, Link
from patientapp.links.rules import FAILURE_WINDOW
from patientapp.links.tokens import LETTERS, token_hash

_FORM = re.compile(rf"[a-z2-7]{{{LETTERS}}}\Z")


def system_link_of(token: str) -> Link | None:
    """The link of this token, open or ended; None for one that never was."""
    if not _FORM.match(token):
        return None
    return db.session.scalar(sa.select(Link).where(Link.token_hash == token_hash(token)))


def system_failures(link: Link, *, now: datetime) -> tuple[int, int]:
    """Wrong dates of birth: on this link in all, and for this patient in 24 hours (LINK-04)."""
    on_link = sa.func.count().filter(BirthDateFailure.link_id == link.id)
    recent = BirthDateFailure.at > now - FAILURE_WINDOW
    row = db.session.execute(
        sa.select(on_link, sa.func.count().filter(recent)).where(
            BirthDateFailure.patient_id == link.patient_id
        )
    ).one()
    return int(row[0]), int(row[1])
