"""Plans, a letter and a programme of the demonstration, made through the app's own actions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from flask_babel import force_locale

from patientapp.access.viewer import Role, Viewer
from patientapp.demo.people import Person, Stage
from patientapp.documents import actions as documents
from patientapp.documents import going
from patientapp.documents.queries import document
from patientapp.documents.rules import HowSent, Recipient
from patientapp.education import programme_actions as programmes
from patientapp.education.programme_queries import course
from patientapp.education.programme_register import keep_register
from patientapp.education.programme_rules import TOPICS, LearningRoute, OfferStep, ProgrammeMode
from patientapp.i18n import DEFAULT
from patientapp.plans import actions as plans
from patientapp.plans import keeping
from patientapp.plans.ideas import ideas
from patientapp.plans.rules import Content, Helper, Section
from patientapp.workdays import at_london, london_day

MORNING = time(10)
WITH_PLAN = frozenset({Stage.NEVER_ANSWERED, Stage.HALF_WAY, Stage.ENTRY_DONE, Stage.BETTER})
IN_PROGRAMME = frozenset({Stage.ENTRY_DONE, Stage.OVERDUE})

SECTIONS: Mapping[Section, Content] = {
    Section.SIGNS: Content(words="My shoulders creep up to my ears"),
    Section.FIRST_DAY: Content(
        words="Put the kettle on and sit by the window\nText my sister that today is slow", own_first=True
    ),
    Section.COMFORT: Content(words="The radio, low"),
    Section.PEOPLE: Content(people=[Helper("My sister", "07700 900900", "Walk the dog")]),
    Section.WHEN_TO_CONTACT: Content(words="If I miss two nights of sleep"),
    Section.KIND_WORDS: Content(words="Slow is still going"),
}
LETTER = {
    "gp_actions": "Please review the evening tablet in 6 weeks. Nothing else is needed.",
    "treatment": "Six visits and the programme.",
    "treatment_and_outcomes": "Six visits and the programme. Walks to the shop again.",
    "medicine_changes": "None.",
    "opioids_and_dependency": "No opioids.",
    "plan": "A flare-up plan is agreed and printed.",
    "self_management": "Paces the day and walks to the shop.",
    "ongoing_care": "Keep to the flare-up plan; see the service first if it stops working.",
    "future_plan": "The patient goes on alone; the service is open for 12 months.",
    "onward_referral": "None.",
    "future_access": "Call the number on the plan within 12 months, no referral needed.",
}


@dataclass(frozen=True)
class Known:
    """A person of the demonstration and their ids."""

    person: Person
    patient_id: uuid.UUID
    episode_id: uuid.UUID


def tell(clinician: Viewer, everybody: list[Known], *, now: datetime) -> None:
    """Agreed flare-up plans, one issued summary, one programme with its register."""
    with force_locale(DEFAULT):  # no request says which language
        _tell(clinician, everybody, now=now)


def _tell(clinician: Viewer, everybody: list[Known], *, now: datetime) -> None:
    firsts = [one for one in everybody if one.person.number % 2 == 0]
    for one in firsts:
        if one.person.stage in WITH_PLAN:
            _flare_plan(clinician, one, now=now)
        if one.person.stage is Stage.BETTER:
            _summary(clinician, one, now=now)
    _programme(clinician, [one for one in everybody if one.person.stage in IN_PROGRAMME], now=now)


def _flare_plan(clinician: Viewer, one: Known, *, now: datetime) -> None:
    then = now - timedelta(days=3)
    me = replace(
        clinician,
        roles=frozenset({Role.PATIENT}),
        staff_id=None,
        name="",
        patient_id=one.patient_id,
        birth_date_confirmed=True,
    )
    plan = plans.begin(me, one.patient_id, now=then)
    for section, content in SECTIONS.items():
        written = replace(content, picked=ideas(section)[:2])
        plan = plans.save_section(me, plan.id, section, written, seen=0, now=then)
    review = london_day(now) + timedelta(days=180)
    plans.agree(clinician, plan.id, seen=plan.seen, review_on=review, medicines_checked=True, now=then)
    keeping.note_flare(me, one.patient_id, on=london_day(now) - timedelta(days=9), now=then)


def _summary(clinician: Viewer, one: Known, *, now: datetime) -> None:
    assert one.person.course.discharged is not None
    day = london_day(now) - timedelta(days=one.person.course.discharged)
    then = at_london(day, MORNING) + timedelta(days=1)
    seen_on = f"Discharged: {day:%-d %B %Y}"
    made = documents.begin(
        clinician,
        episode_id=one.episode_id,
        kind="discharge_summary",
        route="gp",
        started_on=day,
        prefilled=LETTER | {"dates": seen_on, "responsible_clinician": clinician.name},
        now=then,
    )
    documents.issue(clinician, made, seen=document(clinician, made).document.draft_seq, now=then)
    for to, how in ((Recipient.GP, HowSent.SECURE_MAIL), (Recipient.PATIENT, HowSent.PAPER)):
        going.sent(clinician, made, to, how, on=london_day(then), now=then)


def _programme(clinician: Viewer, people: list[Known], *, now: datetime) -> None:
    """Three weeks into six, with an evening hour; two came to every session."""
    programme = programmes.plan(
        clinician,
        name="Living with pain, Thursday evenings",
        mode=ProgrammeMode.FACE_TO_FACE,
        place="Moorside Hub",
        first=_thursday_before(london_day(now) - timedelta(days=14)),
        wall=time(17, 30),
        sessions=6,
        minutes=180,
        now=now - timedelta(days=40),
    )
    seats = []
    for one in people:
        for step in (OfferStep.OFFERED, OfferStep.DISCUSSED, OfferStep.ACCEPTED):
            programmes.say(
                clinician, one.episode_id, step, LearningRoute.GROUP, on=london_day(now), now=now
            )
        seats.append(programmes.join(clinician, programme, one.episode_id, now=now).id)
    found = course(clinician, programme)
    for number, session in enumerate(found.sessions):
        topics = TOPICS[number::6]
        programmes.change_session(
            clinician,
            programme,
            session.id,
            starts_at=session.starts_at,
            minutes=session.minutes,
            topics=topics,
            now=now,
        )
        if session.starts_at <= now:
            came = dict.fromkeys(seats[: 2 if number else None], session.minutes)
            keep_register(clinician, programme, session.id, came, now=now)


def _thursday_before(day: date) -> date:
    return day - timedelta(days=(day.weekday() - 3) % 7)
