"""Verbs of staff signing in: password, then code, then a session in one service (SEC-10)."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from math import ceil
from uuid import UUID

import sqlalchemy as sa
from argon2.exceptions import InvalidHashError, VerificationError

from patientapp.access.viewer import Viewer
from patientapp.audit.actions import record, record_system
from patientapp.db import changed, db
from patientapp.errors import Forbidden, NotFound, SignInNeeded, TooMany
from patientapp.i18n import gettext as _
from patientapp.services.actions import hasher, totp_secret
from patientapp.services.models import Staff
from patientapp.services.queries import services_of, system_staff, system_staff_by_email
from patientapp.services.rules import MOST_PASSWORD_LENGTH, password_form
from patientapp.signin.actions import end_session, open_session
from patientapp.signin.models import SignInFailure
from patientapp.signin.rules import STAFF_LIFE
from patientapp.signin.staff_queries import session_ends_at, system_latest_failures
from patientapp.signin.staff_rules import locked_until, matching_step, who


class SignInLocked(TooMany):
    """Five tries under this name did not fit. Wait 15 minutes, or ask your administrator."""

    title = "Wait 15 minutes before you try again"

    def words(self) -> tuple[str, str]:
        """How long, and what else helps."""
        return _("Five tries under this name did not fit, so it is locked for 15 minutes."), _(
            "Wait 15 minutes and try again. If you lost your phone or password, ask your administrator."
        )


class NoServiceYet(Forbidden):
    """You have no role in any service. Ask your service's administrator to give you one."""

    title = "You have no role yet"


def refuse_while_locked(email: str, *, now: datetime) -> None:
    """Raise SignInLocked while this name is locked, whether or not anybody has it."""
    opens = locked_until(system_latest_failures(who(email)), now=now)
    if opens is not None:
        raise SignInLocked(retry_after=max(1, ceil((opens - now).total_seconds())))


def person_of(email: str, password: str) -> UUID | None:
    """Whose name and password these are, or None after just as much work; needs no transaction."""
    person = system_staff_by_email(email)
    stored = person.password_hash if person else _nobodys_hash()
    fits = _fits(stored, password)
    return person.id if person and fits else None


def note_password(email: str, *, accepted: UUID | None, now: datetime) -> None:
    """Count a try with a password; SignInLocked even if it fitted, when the name is locked."""
    _try_under(email, "password", failed=accepted is None, now=now)


def finish(staff_id: UUID, code: str, *, now: datetime, instead_of: UUID | None) -> str | None:
    """The secret of a new session if the code fits and is unused; None, counted, if not."""
    person = system_staff(staff_id)
    if person is None:
        raise SignInNeeded
    step = matching_step(totp_secret(person), code, now=now, after=person.totp_last_step)
    used = step is not None and _use_step(staff_id, step)
    _try_under(person.email, "code", failed=not used, now=now)
    return _open_first(staff_id, now=now, instead_of=instead_of) if used else None


def change_service(viewer: Viewer, service_id: UUID, *, now: datetime) -> str:
    """The secret of a session in another of the viewer's services; it ends when this one would."""
    staff_id = _staff(viewer)
    if service_id not in {service.id for service in services_of(staff_id)}:
        raise NotFound
    life = session_ends_at(viewer.session_id) - now
    secret = open_session(service_id=service_id, staff_id=staff_id, now=now, life=life)
    end_session(viewer.session_id, now=now)
    record(viewer, "chose a service", now=now, object=service_id)
    return secret


def sign_out(viewer: Viewer, *, now: datetime) -> None:
    """End this session on every worker."""
    end_session(viewer.session_id, now=now)
    record(viewer, "signed out", now=now)


def _try_under(email: str, what: str, *, failed: bool, now: datetime) -> None:
    """Record and count one try. The audit's head row makes tries under one name wait in line, so
    that many at once are counted like many after each other."""
    name = who(email)
    outcome = "refused" if failed else "accepted"
    record_system(f"{what} {outcome}", chain=f"sign-in:{name.hex()}", now=now)
    refuse_while_locked(email, now=now)
    if failed:
        db.session.add(SignInFailure(who=name, at=now))
        db.session.flush()


def _use_step(staff_id: UUID, step: int) -> bool:
    """Whether this step was still unused: each code works once, on however many workers."""
    unused = sa.update(Staff).where(Staff.id == staff_id, Staff.totp_last_step < step)
    return bool(changed(db.session.execute(unused.values(totp_last_step=step))))


def _open_first(staff_id: UUID, *, now: datetime, instead_of: UUID | None) -> str:
    services = services_of(staff_id)
    if not services:
        raise NoServiceYet(NoServiceYet.__doc__ or "")
    if instead_of is not None:
        end_session(instead_of, now=now)
    record_system("signed in", chain=f"staff:{staff_id}", now=now, actor=f"staff:{staff_id}")
    return open_session(service_id=services[0].id, staff_id=staff_id, now=now, life=STAFF_LIFE)


def _staff(viewer: Viewer) -> UUID:
    if viewer.staff_id is None:
        raise Forbidden
    return viewer.staff_id


def _fits(stored: str, password: str) -> bool:
    if len(password) > MOST_PASSWORD_LENGTH:
        password = ""
    try:
        return hasher().verify(stored, password_form(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    """Stands in for the hash of an unknown name, so that both take the same time."""
    return hasher().hash("nobody has this password")
