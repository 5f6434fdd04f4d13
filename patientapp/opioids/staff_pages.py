"""Staff's page of a patient's opioid dose: lines in, the figure shown, then confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.db import transaction
from patientapp.episodes.queries import episodes_of
from patientapp.i18n import gettext as _
from patientapp.opioids import actions, queries
from patientapp.opioids.actions import OtherFigure
from patientapp.opioids.rules import MOST_LINES, Line, Point, Total, milligrams, said, table, total
from patientapp.patients.queries import patient
from patientapp.patients.typed import typed_day
from patientapp.web.desk import check_form_patient, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("opioids", __name__, template_folder="templates")
UNDER = "/staff/patients/<uuid:patient_id>/opioids"


@blueprint.get(UNDER)
@requires(Permission.WRITE_PLANS)
def of_patient(patient_id: UUID) -> str:
    """The doses taken down, and a form for one more."""
    return _page(patient_id, {})


def _page(patient_id: UUID, wrong: dict[str, str], worked: Total | None = None) -> str:
    with transaction():
        person = patient(viewer(), patient_id)
        doses = queries.doses_of(viewer(), patient_id)
        record(viewer(), "looked at opioid doses", now=clock.now(), patient_id=person.id)
    return staff_page(
        "opioids/doses.html",
        person=person,
        doses=doses,
        table=table(),
        points=_points(),
        episodes=[(str(one.id), one.received_on) for one in episodes_of(viewer(), patient_id)],
        most_lines=MOST_LINES,
        typed=request.form,
        worked=worked,
        tells_gp=worked is not None and worked.tells_gp(table()),
        said=lambda mg: said(Decimal(mg)),
        wrong=wrong,
        errors=[({"taken_on": "dob-day"}.get(name, name), words) for name, words in wrong.items()],
        back=url_for("progress.patient", patient_id=patient_id),
    )


def _points() -> list[tuple[str, str]]:
    return [
        (Point.FIRST.value, _("First attendance")),
        (Point.REVIEW.value, _("Review")),
        (Point.DISCHARGE.value, _("Discharge")),
    ]


@blueprint.post(f"{UNDER}/work")
@requires(Permission.WRITE_PLANS)
def work(patient_id: UUID) -> ResponseReturnValue:
    """Work it out and show it; nothing is kept."""
    given, wrong = _read(patient_id)
    if wrong:
        return _page(patient_id, wrong), 422
    return _page(patient_id, {}, total(given.lines, table()))


@blueprint.post(UNDER)
@requires(Permission.WRITE_PLANS)
@once
def confirm(patient_id: UUID) -> ResponseReturnValue:
    """Keep the dose: the clinician confirms the figure that was shown."""
    given, wrong = _read(patient_id)
    if wrong or given.on is None or given.episode_id is None:
        return _page(patient_id, wrong), 422
    try:
        actions.confirm(
            viewer(),
            episode_id=given.episode_id,
            point=Point(request.form["point"]),
            taken_on=given.on,
            lines=given.lines,
            shown=milligrams(request.form.get("shown", "")) or Decimal(0),
            now=clock.now(),
        )
    except OtherFigure:
        said_so = _("The lines changed. Read the new figure, then confirm it.")
        return _page(patient_id, {"shown": said_so}, total(given.lines, table())), 409
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@dataclass(frozen=True)
class Given:
    """The form as read."""

    lines: list[Line]
    on: date | None
    episode_id: UUID | None


def _read(patient_id: UUID) -> tuple[Given, dict[str, str]]:
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    lines, wrong = _lines()
    on = typed_day()
    if request.form.get("point", "") not in set(Point):
        wrong["point"] = _("Choose when")
    episode_id = own.get(request.form.get("episode", ""))
    if episode_id is None:
        wrong["episode"] = _("Choose the episode")
    if on is None or on > london_day(clock.now()):
        wrong["taken_on"] = _("Give the day, today or before")
    return Given(lines, on, episode_id), wrong


def _lines() -> tuple[list[Line], dict[str, str]]:
    lines, wrong = [], {}
    for n in range(1, MOST_LINES + 1):
        opioid, typed = request.form.get(f"opioid_{n}", ""), request.form.get(f"mg_{n}", "").strip()
        if not opioid and not typed:
            continue
        mg = milligrams(typed)
        if opioid not in table().opioids:
            wrong[f"opioid_{n}"] = _("Choose the medicine")
        elif mg is None:
            wrong[f"mg_{n}"] = _("Give the milligrams in 24 hours, above 0 and at most 10,000")
        else:
            lines.append(Line(opioid, mg))
    return lines, wrong


@blueprint.post(f"{UNDER}/recommended")
@requires(Permission.WRITE_PLANS)
@once
def recommended(patient_id: UUID) -> ResponseReturnValue:
    """An opioid was recommended to the prescriber today (N30)."""
    check_form_patient(patient(viewer(), patient_id).id)
    own = {str(one.id): one.id for one in episodes_of(viewer(), patient_id)}
    if request.form.get("episode", "") not in own:
        return _page(patient_id, {"episode": _("Choose the episode")}), 422
    now = clock.now()
    actions.recommended(viewer(), own[request.form["episode"]], on=london_day(now), now=now)
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)
