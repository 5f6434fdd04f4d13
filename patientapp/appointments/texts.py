"""Words about visits."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date, format_datetime, get_locale

from patientapp.appointments.rules import (
    Details,
    ServiceReason,
    Visit,
    VisitKind,
    VisitMode,
    VisitState,
)
from patientapp.assessments.staff_texts import pain_sites
from patientapp.i18n import gettext as _
from patientapp.i18n import isolated, ngettext
from patientapp.workdays import LONDON


def kind(of: VisitKind) -> str:
    """What a visit is for."""
    words = {
        VisitKind.FIRST: _("First visit"),
        VisitKind.FOLLOW_UP: _("Follow-up visit"),
        VisitKind.GROUP: _("Group visit"),
        VisitKind.PIFU: _("Visit you asked for"),
        VisitKind.REVIEW: _("Review visit"),
    }
    return words[of]


def mode(of: VisitMode) -> str:
    """How people meet."""
    words = {
        VisitMode.FACE_TO_FACE: _("In person"),
        VisitMode.VIDEO: _("By video"),
        VisitMode.TELEPHONE: _("By phone"),
    }
    return words[of]


def state(of: VisitState) -> str:
    """What happened last, for staff."""
    words = {
        VisitState.BOOKED: _("Booked"),
        VisitState.MOVED: _("Moved"),
        VisitState.CONFIRMED: _("Confirmed"),
        VisitState.CANCELLED_BY_PATIENT: _("Cancelled by patient"),
        VisitState.CANCELLED_BY_SERVICE: _("Cancelled by us"),
        VisitState.ATTENDED: _("Came"),
        VisitState.MISSED: _("Did not come"),
    }
    return words[of]


def state_tag(of: VisitState) -> str:
    """The look of a state's tag; the words carry the meaning."""
    if of in {VisitState.CONFIRMED, VisitState.ATTENDED}:
        return "done"
    return "plain" if of in {VisitState.BOOKED, VisitState.MOVED} else "waiting"


def reason(code: str) -> str:
    """Why the service cancelled; the code itself where we have no words."""
    words = {
        ServiceReason.STAFF_AWAY: _("A colleague is away"),
        ServiceReason.PLACE_CLOSED: _("The place is closed"),
        ServiceReason.WEATHER: _("Bad weather"),
        ServiceReason.EQUIPMENT: _("Equipment broke"),
        ServiceReason.OTHER: _("Our plans changed"),
    }
    return words[ServiceReason(code)] if code in set(ServiceReason) else code


def kinds() -> list[tuple[str, str]]:
    """What a visit may be for, to choose from."""
    return [(one, kind(one)) for one in VisitKind]


def modes() -> list[tuple[str, str]]:
    """How people may meet, to choose from."""
    return [(one, mode(one)) for one in VisitMode]


def reasons() -> list[tuple[str, str]]:
    """Why a service may cancel, to choose from."""
    return [(one, reason(one)) for one in ServiceReason]


def day(moment: datetime) -> str:
    """The London day in words: Wednesday 24 September 2026."""
    return str(format_date(moment.astimezone(LONDON), "EEEE d MMMM y"))


def clock(moment: datetime) -> str:
    """The London time: 10:30am in English."""
    is_english = str(get_locale() or "en").startswith("en")
    return str(format_datetime(moment, "h:mma" if is_english else "HH:mm"))


def when(moment: datetime) -> str:
    """Day and time in one line."""
    return _("%(day)s at %(time)s", day=day(moment), time=clock(moment))


def length(details: Details) -> str:
    """How long it takes."""
    return ngettext("%(num)d minute", "%(num)d minutes", details.minutes)


def where(visit: Visit) -> str:
    """Place or way of meeting, in one line."""
    details = visit.details
    if details.mode is VisitMode.FACE_TO_FACE:
        return isolated(details.place) or _("The place is in our letter")
    return mode(details.mode)


def by(actor: str) -> str:
    """Who took a step, without naming a patient's number or a record's id."""
    maker = actor.partition(":")[0]
    words = {
        "patient": _("the patient, on the web"),
        "text": _("a reply by text"),
        "import": _("the booking system"),
        "staff": _("staff"),
    }
    return words.get(maker, maker)


def episode(pain_site: str, opened_at: datetime) -> str:
    """An episode, to choose by."""
    site = dict(pain_sites()).get(pain_site, pain_site)
    return _("%(site)s, opened %(day)s", site=site, day=day(opened_at))
