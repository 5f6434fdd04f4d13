"""Staff's pages of the programme: the calendar, a register, what a patient was offered."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission, may
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.education import programme_actions as actions
from patientapp.education import programme_queries as queries
from patientapp.education import programme_texts as texts
from patientapp.education.programme_actions import ProgrammeFull
from patientapp.education.programme_register import NotYet, keep_register
from patientapp.education.programme_rules import (
    TOPICS,
    LearningRoute,
    OfferStep,
    ProgrammeMode,
    is_evening_or_weekend,
    not_covered,
)
from patientapp.episodes.queries import episodes_of
from patientapp.errors import Invalid, NotFound
from patientapp.i18n import gettext as _
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import LONDON, at_london, london_day

blueprint = Blueprint("programme_staff", __name__, template_folder="templates")


@blueprint.get("/staff/programmes")
@requires(Permission.MANAGE_PROGRAMMES)
def calendar() -> str:
    """The programmes of my service, their dates, and a form for the next."""
    return _calendar({})


def _calendar(wrong: dict[str, str]) -> str:
    found = queries.courses(viewer(), now=clock.now())
    return staff_page(
        "education/calendar.html",
        here="programmes",
        courses=found,
        has_late=any(is_evening_or_weekend(s.starts_at) for one in found for s in one.sessions),
        seats=queries.seats_of(viewer().service_id),
        needed=queries.needed_of(viewer().service_id),
        texts=texts,
        typed=request.form,
        wrong=wrong,
        errors=[({"first": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
    )


@blueprint.post("/staff/programmes")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def plan() -> ResponseReturnValue:
    """Plan a programme of weekly sessions."""
    first, wall = typed_day(), _time(request.form.get("time", ""))
    mode = request.form.get("mode", "")
    wrong = {}
    if first is None:
        wrong["first"] = _("Give the day of the first session")
    if wall is None:
        wrong["time"] = _("Give the time like 17:30")
    if mode not in set(ProgrammeMode):
        wrong["mode"] = _("Choose in person or by video")
    if wrong or first is None or wall is None:
        return _calendar(wrong), 422
    try:
        made = actions.plan(
            viewer(),
            name=request.form.get("name", ""),
            mode=ProgrammeMode(mode),
            place=request.form.get("place", ""),
            first=first,
            wall=wall,
            sessions=_number("sessions"),
            minutes=_number("minutes"),
            now=clock.now(),
        )
    except Invalid as problem:
        return _calendar(
            {name: _("Use %(what)s", what=said[0]) for name, said in problem.fields.items()}
        ), 422
    return redirect(url_for(".one", programme_id=made), 303)


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given.strip()).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


def _number(name: str) -> int:
    given = request.form.get(name, "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0


@blueprint.get("/staff/programmes/<uuid:programme_id>")
@requires(Permission.MANAGE_PROGRAMMES)
def one(programme_id: UUID) -> str:
    """One programme: who has a place, its sessions, what is not covered yet."""
    with transaction():
        found = queries.course(viewer(), programme_id)
        people = queries.places(viewer(), programme_id)
        ids = " ".join(sorted(str(person.id) for _place, person in people))
        record(viewer(), "looked at a programme", now=clock.now(), object=ids)
    return staff_page(
        "education/programme.html",
        here="programmes",
        found=found,
        people=people,
        register=queries.attendances(programme_id),
        lacking=[texts.topic(one) for one in not_covered([s.topics for s in found.sessions])],
        late=is_evening_or_weekend,
        texts=texts,
        may_open=may(viewer(), Permission.SEE_PROGRESS),
        back=url_for(".calendar"),
    )


@blueprint.get("/staff/programmes/<uuid:programme_id>/sessions/<uuid:session_id>")
@requires(Permission.MANAGE_PROGRAMMES)
def session(programme_id: UUID, session_id: UUID) -> str:
    """One session: its register, its time and topics."""
    return _session(programme_id, session_id, {})


def _session(programme_id: UUID, session_id: UUID, wrong: dict[str, str], *, error: str = "") -> str:
    with transaction():
        found = queries.course(viewer(), programme_id)
        one = actions.session_of(found, session_id)
        people = queries.places(viewer(), programme_id)
        ids = " ".join(sorted(str(person.id) for _place, person in people))
        record(viewer(), "looked at a register", now=clock.now(), object=ids)
    return staff_page(
        "education/session.html",
        here="programmes",
        found=found,
        session=one,
        people=people,
        register=queries.attendances(programme_id),
        has_begun=one.starts_at <= clock.now(),
        local=one.starts_at.astimezone(LONDON),
        topics=[(topic, texts.topic(topic)) for topic in TOPICS],
        wrong=wrong,
        errors=[*wrong.items(), *([("", error)] if error else [])],
        back=url_for(".one", programme_id=programme_id),
    )


@blueprint.post("/staff/programmes/<uuid:programme_id>/sessions/<uuid:session_id>")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def keep(programme_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Keep the register: a tick is the whole session, unless minutes are given."""
    found = queries.course(viewer(), programme_id)
    one = actions.session_of(found, session_id)
    came = {}
    for place, _person in queries.places(viewer(), programme_id):
        if str(place.id) in request.form.getlist("came"):
            came[place.id] = _number(f"minutes_{place.id}") or one.minutes
    try:
        keep_register(viewer(), programme_id, session_id, came, now=clock.now())
    except NotYet as problem:
        return _session(programme_id, session_id, {}, error=problem.detail), 409
    return redirect(url_for(".one", programme_id=programme_id), 303)


@blueprint.post("/staff/programmes/<uuid:programme_id>/sessions/<uuid:session_id>/change")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def change(programme_id: UUID, session_id: UUID) -> ResponseReturnValue:
    """Another time, length or topics."""
    actions.session_of(queries.course(viewer(), programme_id), session_id)
    day, wall, minutes = typed_day(), _time(request.form.get("time", "")), _number("minutes")
    if day is None or wall is None or not minutes:
        said = _("Give the day, the time like 17:30, and the minutes")
        return _session(programme_id, session_id, {"time": said}), 422
    starts_at: datetime = at_london(day, wall)
    actions.change_session(
        viewer(),
        programme_id,
        session_id,
        starts_at=starts_at,
        minutes=minutes,
        topics=request.form.getlist("topics"),
        now=clock.now(),
    )
    return redirect(url_for(".session", programme_id=programme_id, session_id=session_id), 303)


UNDER = "/staff/patients/<uuid:patient_id>/learning"


@blueprint.get(UNDER)
@requires(Permission.MANAGE_PROGRAMMES)
def of_patient(patient_id: UUID) -> str:
    """What a patient was offered, and the programmes with a free seat."""
    return _patient_page(patient_id)


def _patient_page(patient_id: UUID, *, error: str = "") -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        offers = queries.offers_of(viewer(), patient_id)
        held = queries.places_of(viewer(), patient_id)
        record(viewer(), "looked at learning", now=clock.now(), patient_id=person.id)
    sees = may(viewer(), Permission.SEE_PROGRESS)
    return staff_page(
        "education/learning.html",
        person=person,
        offers=offers,
        held=held,
        courses=queries.courses(viewer(), now=clock.now()),
        episodes=[(str(one.id), one.received_on) for one in episodes_of(viewer(), patient_id)],
        texts=texts,
        errors=[("", error)] if error else [],
        back=url_for("progress.patient", patient_id=patient_id) if sees else url_for("patients.listing"),
    )


def _episode(patient_id: UUID) -> UUID:
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    if request.form.get("episode", "") not in own:
        raise NotFound
    return own[request.form["episode"]]


@blueprint.post(f"{UNDER}/said")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def said(patient_id: UUID) -> ResponseReturnValue:
    """Considered, offered, discussed, accepted or declined, today."""
    episode_id = _episode(patient_id)
    step, route = request.form.get("step", ""), request.form.get("route", "")
    if step not in set(OfferStep) or route not in set(LearningRoute):
        return _patient_page(
            patient_id, error=_("Choose what was said, and about which way of learning")
        ), 422
    now = clock.now()
    actions.say(viewer(), episode_id, OfferStep(step), LearningRoute(route), on=london_day(now), now=now)
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post(f"{UNDER}/join")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def join(patient_id: UUID) -> ResponseReturnValue:
    """A seat in a programme; when it is full, the page says so and offers the others."""
    episode_id = _episode(patient_id)
    try:
        actions.join(viewer(), UUID(request.form.get("programme", "")), episode_id, now=clock.now())
    except ValueError:
        return _patient_page(patient_id, error=_("Choose a programme")), 422
    except ProgrammeFull as problem:
        return _patient_page(patient_id, error=problem.detail), 409
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.post(f"{UNDER}/leave")
@requires(Permission.MANAGE_PROGRAMMES)
@once
def leave(patient_id: UUID) -> ResponseReturnValue:
    """The seat is free again; what the person came to stays."""
    check_form_patient(patient(viewer(), patient_id).id)
    try:
        actions.leave(viewer(), UUID(request.form.get("programme", "")), patient_id, now=clock.now())
    except ValueError:
        return _patient_page(patient_id, error=_("Choose a programme")), 422
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
