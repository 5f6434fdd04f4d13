"""Who agreed to the words of each text, and whether they have changed since (003 section 3.8).

An agreement is given to the English words as they stand: another word, and it is to be asked for again.
It is a record and no gate: a reminder that a person waits for is not held back by a signature.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

import sqlalchemy as sa
from flask_babel import force_locale

from patientapp import i18n
from patientapp.audit.actions import record_system
from patientapp.db import db
from patientapp.errors import Invalid
from patientapp.messaging.models import TextAgreement
from patientapp.messaging.texts import TEMPLATES


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """One text, and who agreed to it last; nobody where `by` is empty."""

    template: str
    words: str
    by: str
    on: date | None
    is_current: bool


def english(template: str) -> str:
    """The words of a text before they are filled."""
    with force_locale(i18n.DEFAULT):
        return TEMPLATES[template].words()


def agreements(service_id: UUID) -> Iterator[Agreed]:
    """Every text of this version, in order of name, with its newest agreement."""
    asked = sa.select(TextAgreement).where(TextAgreement.service_id == service_id)
    newest = {one.template: one for one in db.session.scalars(asked.order_by(TextAgreement.recorded_at))}
    for name in sorted(TEMPLATES):
        words, found = english(name), newest.get(name)
        yield Agreed(
            template=name,
            words=words,
            by=found.agreed_by if found else "",
            on=found.agreed_on if found else None,
            is_current=found is not None and found.words_hash == _hash(words),
        )


def agree(
    service_id: UUID, templates: Collection[str], *, by: str, on: date, actor: str, now: datetime
) -> list[str]:
    """Record that this person agreed to these texts, all where none is named; the texts' names.

    Invalid names what is wrong: no such text, nobody named, or a day that is still to come.
    """
    wrong: dict[str, list[str]] = {}
    if unknown := sorted(set(templates) - TEMPLATES.keys()):
        wrong["texts"] = [f"There is no text {unknown[0]!r}; there is: {', '.join(sorted(TEMPLATES))}."]
    if not by.strip():
        wrong["name"] = ["Say who agreed: a name and whom they speak for."]
    if on > now.date():
        wrong["on"] = ["Give the day on which they agreed, not one to come."]
    if wrong:
        raise Invalid("The agreement cannot be recorded.", fields=wrong)
    names = sorted(set(templates) or TEMPLATES)
    facts = {"service_id": service_id, "agreed_by": by.strip(), "agreed_on": on, "recorded_at": now}
    db.session.add_all(
        TextAgreement(template=name, words_hash=_hash(english(name)), **facts) for name in names
    )
    record_system("recorded who agreed to texts", chain=f"service:{service_id}", now=now, actor=actor)
    db.session.flush()
    return names


def _hash(words: str) -> bytes:
    return sha256(words.encode()).digest()
