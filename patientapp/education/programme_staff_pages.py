"""Staff's pages of the programmes: the calendar, each session and its register."""

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
from patientapp.education.programme_register import NotYet, keep_register
from patientapp.education.programme_rules import (
    TOPICS,
    ProgrammeMode,
    is_evening_or_weekend,
    not_covered,
)
from patientapp.errors import Invalid
from patientapp.i18n import gettext as _
from patientapp.patients.typed import typed_day
from patientapp.web.desk import staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import LONDON, at_london

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
