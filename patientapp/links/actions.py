"""Verbs of links."""

from __future__ import annotations

import uuid
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from patientapp.db import changed, db, run, table
from patientapp.links.models import BirthDateFailure, Link
from patientapp.links.rules import LIFE, LinkEnd, LinkPurpose
from patientapp.links.tokens import token_hash, token_of


def make_link(
    *,
    patient_id: UUID,
    service_id: UUID,
    pack_id: UUID,
    key: str,
    now: datetime,
    purpose: LinkPurpose = LinkPurpose.QUESTIONNAIRES,
) -> Link:
    """A new link for one pack; older ones for the same pack end with it (LINK-05)."""
    link_id = new_link(
        patient_id=patient_id,
        service_id=service_id,
        pack_id=pack_id,
        key=key,
        now=now,
        purpose=purpose,
    )
    return db.session.get_one(Link, link_id)


def new_link(
    *,
    patient_id: UUID,
    service_id: UUID,
    pack_id: UUID,
    key: str,
    now: datetime,
    purpose: LinkPurpose = LinkPurpose.QUESTIONNAIRES,
) -> UUID:
    """The same, where only its id is wanted: the planner makes thousands in a morning."""
    link_id = uuid.uuid4()
    db.session.flush()
    run(_REPLACE, {"of": pack_id, "for": purpose, "when": now})
    row = {
        "id": link_id,
        "patient_id": patient_id,
        "service_id": service_id,
        "purpose": purpose,
        "pack_id": pack_id,
        "token_hash": token_hash(token_of(link_id, key=key)),
        "created_at": now,
        "expires_at": now + LIFE,
    }
    run(_ADD, row)
    return link_id


# Built once: building a statement costs more than running it.
_LINKS = table(Link)
_ADD = sa.insert(_LINKS)
_REPLACE = (
    sa.update(_LINKS)
    .where(_LINKS.c.pack_id == sa.bindparam("of"), _LINKS.c.purpose == sa.bindparam("for"))
    .where(_LINKS.c.ended_at.is_(None))
    .values(ended_at=sa.bindparam("when"), end_reason=LinkEnd.REPLACED)
)


def end_links(*, patient_id: UUID, reason: LinkEnd, now: datetime) -> int:
    """End every open link of a patient; how many ended (LINK-05)."""
    theirs = Link.patient_id == patient_id
    if reason is LinkEnd.NUMBER_CHANGED:  # a carer's link went to the carer's own number
        theirs &= Link.purpose != LinkPurpose.CARER
    return _end(theirs, reason=reason, now=now)


def end_links_about(about: UUID, *, reason: LinkEnd, now: datetime) -> int:
    """End every open link for one thing, such as a carer's."""
    return _end(Link.pack_id == about, reason=reason, now=now)


def end_link(link_id: UUID, *, reason: LinkEnd, now: datetime) -> int:
    """End one link; 0 when it had ended before."""
    return _end(Link.id == link_id, reason=reason, now=now)


def _end(which: sa.ColumnElement[bool], *, reason: LinkEnd, now: datetime) -> int:
    ended = sa.update(Link).where(which, Link.ended_at.is_(None))
    return changed(db.session.execute(ended.values(ended_at=now, end_reason=reason)))


def record_failure(link: Link, *, now: datetime) -> None:
    """Count one wrong date of birth, in the database (LINK-04)."""
    db.session.add(BirthDateFailure(link_id=link.id, patient_id=link.patient_id, at=now))
    db.session.flush()
