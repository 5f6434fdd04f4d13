"""Who asks: one frozen fact per request, made of a credential (SEC-02)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person is here; staff roles are held per service (SEC-04)."""

    PATIENT = "patient"
    CARER = "carer"  # a trusted person whom a patient has named (SEC-11)
    CLINICIAN = "clinician"
    SERVICE_ADMIN = "service_admin"
    COMMISSIONER = "commissioner"
    SYSTEM_ADMIN = "system_admin"
    AUDITOR = "auditor"  # reads the audit of one service, and no record (D35)


class AnsweredBy(StrEnum):
    """Who gives the answers (patient-experience.md A4)."""

    SELF = "self"
    HELPED = "helped"
    PROXY = "proxy"


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The person behind a request, in one service."""

    roles: frozenset[Role]
    service_id: UUID
    session_id: UUID
    patient_id: UUID | None = None
    staff_id: UUID | None = None
    client_id: UUID | None = None  # another system, signed in as itself
    carer_id: UUID | None = None  # a trusted person; patient_id is then whom they help (SEC-11)
    acts: frozenset[str] = field(default_factory=frozenset)  # what the patient lets this carer do
    carer_confirmed: bool = False  # by the carer's own code, never by a birth date
    name: str = ""  # of staff, for the page header; never logged
    link_id: UUID | None = None
    pack_id: UUID | None = None  # the one pack that the patient's link is for
    birth_date_confirmed: bool = False
    answered_by: AnsweredBy | None = None
    idle: bool = False  # locked after 30 idle minutes: may only save what was being answered (REL-03)
    language: str = "en"
    chosen_language: str | None = None  # on this session, not yet on the record (A2)
    scopes: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_patient(self) -> bool:
        """Whether this is a patient about themselves."""
        return self.patient_id is not None and self.carer_id is None

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody with a link has passed the check that is their own."""
        return self.carer_confirmed if self.carer_id is not None else self.birth_date_confirmed

    @property
    def key(self) -> str:
        """A stable name for who asks: actor in the audit, scope of idempotency keys."""
        if self.carer_id is not None:
            return f"carer:{self.carer_id}"
        if self.patient_id is not None:
            return f"patient:{self.patient_id}"
        if self.client_id is not None:
            return f"client:{self.client_id}"
        return f"staff:{self.staff_id}"
