"""Staff: what a patient was offered and did, offering more, and how the pages are used (B36, N63)."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from patientapp import clock
from patientapp.access.guard import requires, viewer
from patientapp.access.matrix import Permission
from patientapp.audit.actions import record
from patientapp.content.due import due
from patientapp.content.library import SOURCE, default_library
from patientapp.content.signing import signatures
from patientapp.content.standing import review
from patientapp.db import transaction
from patientapp.education import actions, queries
from patientapp.education.rules import Mark, last_months
from patientapp.education.texts import MARKS
from patientapp.errors import Invalid
from patientapp.patients.queries import patient as visible_patient
from patientapp.web.desk import check_form_patient, day_words, staff_page
from patientapp.web.idempotency import once
from patientapp.workdays import london_day

blueprint = Blueprint("learning", __name__, template_folder="templates")
MONTHS = 12


@blueprint.get("/staff/patients/<uuid:patient_id>/reading")
@requires(Permission.OFFER_LEARNING)
def of_patient(patient_id: UUID) -> str:
    """What this patient was offered, opened and has done."""
    with transaction():
        person = visible_patient(viewer(), patient_id)
        known = queries.learned(viewer(), patient_id)
        record(viewer(), "looked at learning", now=clock.now(), patient_id=patient_id)
    rows = [
        [default_library().page(topic, SOURCE).title, *(_day(one, kind) for kind in Mark)]
        for topic, one in sorted(known.items())
        if (topic, SOURCE) in default_library().pages
    ]
    return staff_page(
        "education/staff_patient.html",
        person=person,
        heads=["Topic", *MARKS.values()],
        rows=rows,
        topics=[(page.id, page.title) for page in default_library().topics if not page.withdrawn],
    )


def _day(one: queries.Learned, kind: Mark) -> str:
    return day_words(london_day(one.at[kind])) if kind in one.at else ""


@blueprint.post("/staff/patients/<uuid:patient_id>/reading")
@requires(Permission.OFFER_LEARNING)
@once
def offer(patient_id: UUID) -> ResponseReturnValue:
    """Offer the ticked topics: they stand first on the patient's own page."""
    visible_patient(viewer(), patient_id)  # the wall comes first: a foreign id is a 404 (SEC-02)
    check_form_patient(patient_id)
    given = request.form.getlist("topics")
    known = {page.id for page in default_library().topics}
    if not given or not known.issuperset(given):
        raise Invalid(fields={"topics": ["Choose at least one topic of the list."]})
    actions.offer(viewer(), patient_id, dict.fromkeys(given), now=clock.now())
    return redirect(url_for(".of_patient", patient_id=patient_id), 303)


@blueprint.get("/staff/reading")
@requires(Permission.OFFER_LEARNING)
def figures() -> str:
    """Each topic: who stands by it, and how often it was offered, opened, done and found helpful."""
    today = london_day(clock.now())
    patients = queries.counts(viewer())
    strangers = queries.tallies(last_months(today, MONTHS))
    signed = signatures()
    rows = []
    for page in default_library().topics:
        state = review(page, signed, today)
        own, others = patients.get(page.id, {}), strangers.get(page.id, {})
        rows.append(
            [
                page.title,
                state.standing.value,
                *(f"{own.get(kind, 0)} / {others.get(kind, 0)}" for kind in Mark),
            ]
        )
    return staff_page(
        "education/staff_figures.html",
        here="learning",
        heads=["Topic", "Review", *MARKS.values()],
        rows=rows,
        again=[
            [one.key, "Past its day" if one.is_past else "Soon", day_words(one.review_by)]
            for one in due(default_library(), signed, today)
        ],
    )
