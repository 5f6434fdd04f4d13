"""The opioid dose: exact at the threshold, confirmed by a person, and the GP told (D07, D42)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.documents.models import Document
from patientapp.documents.queries import documents_of
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.opioids import actions
from patientapp.opioids.actions import OtherFigure
from patientapp.opioids.models import OpioidDose
from patientapp.opioids.rules import BrokenTable, Line, Point, milligrams, read, said, table, total
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.desk import desk_of, forget_form_token
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_patient,
    make_service,
    make_staff,
    staff_viewer,
)

D = Decimal
pytestmark = pytest.mark.usefixtures("now")
TODAY = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "0"),
        ([Line("morphine", D(99))], "99"),
        ([Line("codeine", D(240))], "24.0"),
        ([Line("oxycodone", D(40)), Line("morphine", D(40))], "100.0"),
        ([Line("tapentadol", D(250))], "100.0"),
        ([Line("tramadol", D(400)), Line("dihydrocodeine", D(120))], "52.0"),
        ([Line("hydromorphone", D("20"))], "100"),
        ([Line("fentanyl", D(60)), Line("morphine", D("39.9"))], "99.9"),
    ],
)
def test_d07_a_days_opioids_come_to_oral_morphine_exactly(lines: list[Line], expected: str) -> None:
    assert total(lines, table()).mg == D(expected)


@pytest.mark.parametrize(
    ("mg", "expected"), [("99", False), ("99.9", False), ("100", True), ("100.0", True), ("101", True)]
)
def test_d42_the_gp_is_told_from_100_mg(mg: str, expected: bool) -> None:
    """readings.md k25_threshold: at least 100."""
    assert total([Line("morphine", D(mg))], table()).tells_gp(table()) is expected


def test_no_noise_of_binary_fractions_moves_the_threshold() -> None:
    thirds = [Line("codeine", D("333.3")), Line("codeine", D("333.3")), Line("codeine", D("333.4"))]
    assert total(thirds, table()).mg == 100


def test_where_publications_differ_the_range_is_shown() -> None:
    found = total([Line("tramadol", D(400)), Line("oxycodone", D(20))], table())
    assert (found.lowest, found.mg, found.highest) == (D("70.0"), D("70.0"), D("100.00"))


def test_the_table_says_version_source_and_that_nobody_reviewed_it_here() -> None:
    assert table().version
    assert "Faculty of Pain Medicine" in table().source
    assert table().status == "not clinically reviewed here"
    for manual in ("fentanyl", "buprenorphine", "methadone"):
        assert table().opioids[manual].ratio is None


@pytest.mark.parametrize("ratio", ["0", "-1", "x", "NaN"])
def test_a_broken_table_says_which_line(ratio: str) -> None:
    data = {
        "version": "1",
        "source": "s",
        "status": "t",
        "threshold_mg": "100",
        "opioids": [{"id": "codeine", "name": "Codeine", "ratio": ratio}],
    }
    with pytest.raises(BrokenTable, match="codeine: ratio"):
        read(data)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("40", D(40)),
        (" 12,5 ", D("12.5")),
        ("0", None),
        ("-1", None),
        ("10001", None),
        ("lots", None),
        ("NaN", None),
    ],
)
def test_milligrams_as_people_type_them(typed: str, expected: Decimal | None) -> None:
    assert milligrams(typed) == expected


def test_a_dose_is_written_without_needless_noughts() -> None:
    assert [said(D(mg)) for mg in ("100.0", "99.90", "0", "1000")] == ["100", "99.9", "0", "1000"]


@pytest.fixture
def person(session: Session) -> Patient:
    return make_patient(session, make_service(session, profile="durham_tier3"))


@pytest.fixture
def episode(session: Session, person: Patient) -> Episode:
    return make_episode(session, person)


def confirm(session: Session, episode: Episode, mg: str, shown: str = "") -> OpioidDose:
    service = session.get_one(Service, episode.service_id)
    me = staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)
    return actions.confirm(
        me,
        episode_id=episode.id,
        point=Point.FIRST,
        taken_on=TODAY,
        lines=[Line("morphine", D(mg))],
        shown=D(shown or mg),
        now=NOW,
    )


@pytest.mark.parametrize(("mg", "notices"), [("99", 0), ("100", 1), ("101", 1)])
def test_d42_k25_a_confirmed_dose_is_an_event_and_begins_the_notice(
    session: Session, episode: Episode, mg: str, notices: int
) -> None:
    dose = confirm(session, episode, mg)
    assert dose.table_version == table().version
    (event,) = session.query(EpisodeEvent).filter_by(kind="opioid_dose").all()
    assert (event.detail, event.amount, event.on) == (mg, float(mg), TODAY)
    documents = session.query(Document).all()
    assert [one.kind for one in documents] == ["gp_opioid_notice"] * notices
    for one in documents:
        assert one.due_on == date(2026, 9, 25)  # 3 working days
        assert f"{mg} mg oral morphine equivalent" in one.draft["dose"]
        assert f"version {table().version}" in one.draft["dose"]


def test_only_the_figure_that_was_shown_can_be_confirmed(session: Session, episode: Episode) -> None:
    with pytest.raises(OtherFigure):
        confirm(session, episode, "120", shown="90")
    assert session.query(OpioidDose).count() == 0
    assert session.query(EpisodeEvent).filter_by(kind="opioid_dose").count() == 0


def test_n30_k25c_a_recommendation_is_counted_once_a_day(session: Session, episode: Episode) -> None:
    service = session.get_one(Service, episode.service_id)
    me = staff_viewer(service, Role.CLINICIAN, staff_id=make_staff(session, service).id)
    assert [actions.recommended(me, episode.id, on=TODAY, now=NOW) for _twice in range(2)] == [
        True,
        False,
    ]
    assert session.query(EpisodeEvent).filter_by(kind="opioid_recommended").count() == 1


def test_a_clinician_works_it_out_then_confirms(
    app: Flask, session: Session, person: Patient, episode: Episode
) -> None:
    desk = desk_of(app, session, session.get_one(Service, person.service_id))
    page = f"/staff/patients/{person.id}/opioids"

    def post(verb: str = "", **values: str):  # type: ignore[no-untyped-def]
        forget_form_token()
        facts = {"patient_id": str(person.id), "episode": str(episode.id), "point": "first_attendance"}
        day = {"day": "22", "month": "9", "year": "2026", "idempotency_key": f"key-{uuid4().hex}"}
        return desk.post(page + verb, data=form_of(desk.get(page).text) | facts | day | values)

    wrong = post("/work", opioid_1="morphine", mg_1="lots")
    assert wrong.status_code == 422
    assert 'value="lots"' in wrong.text
    shown = post("/work", opioid_1="oxycodone", mg_1="80")
    assert shown.status_code == 200
    assert "120 mg oral morphine equivalent" in shown.text
    assert "confirming begins the notice" in shown.text
    assert session.query(OpioidDose).count() == 0  # nothing is kept before a person confirms
    assert post(opioid_1="oxycodone", mg_1="90", shown="120.0").status_code == 409
    assert post(opioid_1="oxycodone", mg_1="80", shown="120.0").status_code == 303
    assert session.query(OpioidDose).one().total_mg == "120.0"
    me = staff_viewer(session.get_one(Service, person.service_id))
    assert [one.kind.id for one in documents_of(me, person.id)] == ["gp_opioid_notice"]
