"""What each role may do: a table to read aloud (SEC-01, SEC-04). Nothing here means no."""

from __future__ import annotations

from enum import StrEnum

from patientapp.access.viewer import Role, Viewer


class Permission(StrEnum):
    """One thing to do. Whose record it is done to is the query layer's question (SEC-03)."""

    SEE_SELF = "see_self"  # which roles one has
    BEGIN_ANSWERING = "begin_answering"  # give a date of birth, say who answers, lock the phone
    ANSWER_OWN = "answer_own"
    SAVE_OWN_ANSWER = "save_own_answer"  # also just after the idle lock (REL-03)
    SEE_OWN_SCORES = "see_own_scores"
    CHANGE_OWN_VISITS = "change_own_visits"
    SEE_OWN_PLAN = "see_own_plan"
    LEARN = "learn"  # what was offered to oneself, and what one has done
    CHANGE_OWN_PLAN = "change_own_plan"
    SAY_SIGNS = "say_signs"  # emergency signs, heard before the date of birth too (CLIN-02)
    ASK_TO_RETURN = "ask_to_return"
    TELL_US = "tell_us"  # complain, comment, thank
    CHOOSE_CARERS = "choose_carers"  # name a trusted person, and end it
    ENTER_AS_CARER = "enter_as_carer"  # give one's own code
    CARE = "care"  # a carer's own page
    CARE_SEE_PLAN = "care_see_plan"
    CARE_ASK_TO_RETURN = "care_ask_to_return"
    CARE_SEE_VISITS = "care_see_visits"
    TELL_IN_PRIVATE = "tell_in_private"  # of harm by somebody else
    SEE_PATIENTS = "see_patients"
    ADD_PATIENTS = "add_patients"
    SEE_PROGRESS = "see_progress"
    PULL_CHANGES = "pull_changes"
    READ_FHIR = "read_fhir"
    WRITE_FHIR = "write_fhir"
    MANAGE_VISITS = "manage_visits"
    ENTER_ANSWERS = "enter_answers"  # of paper, of a call: for a patient of the service
    OFFER_LEARNING = "offer_learning"
    WRITE_PLANS = "write_plans"  # plans, letters and doses of a patient's care
    MANAGE_PROGRAMMES = "manage_programmes"
    HANDLE_COMPLAINTS = "handle_complaints"  # apart from care: never a clinician's as such
    HANDLE_ALERTS = "handle_alerts"
    HANDLE_TASKS = "handle_tasks"  # everything on the worklist that is no alert
    MANAGE_RETURNS = "manage_returns"
    SEND_LINKS = "send_links"
    SEND_BULK = "send_bulk"
    SEE_REMINDER_RESULTS = "see_reminder_results"
    SEE_FIGURES = "see_figures"
    SEE_CASES = "see_cases"  # who is behind a figure: never a commissioner (SEC-05)
    REPORT_INCIDENTS = "report_incidents"
    READ_AUDIT = "read_audit"
    STAFF_HOME = "staff_home"


class Scope(StrEnum):
    """What another system may be given, each service by itself."""

    PATIENTS_READ = "patients.read"
    CHANGES_READ = "changes.read"
    FHIR_READ = "fhir.read"
    FHIR_WRITE = "fhir.write"


_PATIENT = frozenset({Role.PATIENT})
_CARER = frozenset({Role.CARER})
_CLINICIAN = frozenset({Role.CLINICIAN})
_CARE_TEAM = frozenset({Role.CLINICIAN, Role.SERVICE_ADMIN})
_STAFF = frozenset(Role) - _PATIENT - _CARER

HOLDERS: dict[Permission, frozenset[Role]] = {
    Permission.SEE_SELF: _STAFF | _PATIENT,
    Permission.BEGIN_ANSWERING: _PATIENT,
    Permission.ANSWER_OWN: _PATIENT,
    Permission.SAVE_OWN_ANSWER: _PATIENT,
    Permission.SEE_OWN_SCORES: _PATIENT,
    Permission.CHANGE_OWN_VISITS: _PATIENT,
    Permission.SEE_OWN_PLAN: _PATIENT,
    Permission.LEARN: _PATIENT,
    Permission.CHANGE_OWN_PLAN: _PATIENT,
    Permission.SAY_SIGNS: _PATIENT,
    Permission.ASK_TO_RETURN: _PATIENT,
    Permission.TELL_US: _PATIENT,
    Permission.CHOOSE_CARERS: _PATIENT,
    Permission.ENTER_AS_CARER: _CARER,
    Permission.CARE: _CARER,
    Permission.CARE_SEE_PLAN: _CARER,
    Permission.CARE_ASK_TO_RETURN: _CARER,
    Permission.CARE_SEE_VISITS: _CARER,
    Permission.TELL_IN_PRIVATE: _PATIENT,
    Permission.SEE_PATIENTS: _CARE_TEAM,
    Permission.ADD_PATIENTS: _CARE_TEAM,
    Permission.SEE_PROGRESS: _CLINICIAN,
    Permission.PULL_CHANGES: _CLINICIAN,
    Permission.READ_FHIR: _CLINICIAN,
    Permission.WRITE_FHIR: _CLINICIAN,
    Permission.MANAGE_VISITS: _CARE_TEAM,
    Permission.ENTER_ANSWERS: _CARE_TEAM,
    Permission.OFFER_LEARNING: _CARE_TEAM,
    Permission.WRITE_PLANS: _CLINICIAN,
    Permission.MANAGE_PROGRAMMES: _CARE_TEAM,
    Permission.HANDLE_COMPLAINTS: frozenset({Role.SERVICE_ADMIN}),
    Permission.HANDLE_ALERTS: _CLINICIAN,
    Permission.HANDLE_TASKS: _CARE_TEAM,
    Permission.MANAGE_RETURNS: _CLINICIAN,
    Permission.SEND_LINKS: _CARE_TEAM,
    Permission.SEND_BULK: _CARE_TEAM,
    Permission.SEE_REMINDER_RESULTS: _CARE_TEAM,
    Permission.SEE_FIGURES: _CARE_TEAM | {Role.COMMISSIONER},
    Permission.SEE_CASES: _CARE_TEAM,
    Permission.REPORT_INCIDENTS: _CARE_TEAM,
    Permission.READ_AUDIT: frozenset({Role.AUDITOR}),
    Permission.STAFF_HOME: _STAFF,
}

SCOPES: dict[Scope, frozenset[Permission]] = {
    Scope.PATIENTS_READ: frozenset({Permission.SEE_PATIENTS}),
    Scope.CHANGES_READ: frozenset({Permission.PULL_CHANGES, Permission.SEE_PROGRESS}),
    Scope.FHIR_READ: frozenset({Permission.READ_FHIR}),
    Scope.FHIR_WRITE: frozenset({Permission.WRITE_FHIR}),
}

# What a link alone opens, before the date of birth (LINK-04), and what is left after the idle lock.
BEFORE_BIRTH_DATE = frozenset({Permission.BEGIN_ANSWERING, Permission.SAY_SIGNS})
# What a carer may do only where the patient has listed it (SEC-11).
LISTED_ACTS = {
    Permission.CARE_SEE_PLAN: "plan",
    Permission.CARE_ASK_TO_RETURN: "return",
    Permission.CARE_SEE_VISITS: "visits",
}
WHILE_IDLE = frozenset({Permission.SAVE_OWN_ANSWER, Permission.BEGIN_ANSWERING, Permission.SAY_SIGNS})


def may(viewer: Viewer, permission: Permission) -> bool:
    """Whether this viewer holds this permission now."""
    if viewer.is_patient and viewer.idle and permission not in WHILE_IDLE:
        return False
    if viewer.is_patient and not viewer.birth_date_confirmed and permission not in BEFORE_BIRTH_DATE:
        return False
    if viewer.carer_id is not None and not _carer_may(viewer, permission):
        return False
    if viewer.client_id is not None:
        return any(permission in SCOPES[Scope(scope)] for scope in viewer.scopes)
    return bool(viewer.roles & HOLDERS[permission])


def _carer_may(viewer: Viewer, permission: Permission) -> bool:
    """The carer's own code first, and then no more than the acts that the patient has listed."""
    if permission is Permission.ENTER_AS_CARER:
        return True
    act = LISTED_ACTS.get(permission)
    return viewer.carer_confirmed and not viewer.idle and (act is None or act in viewer.acts)
