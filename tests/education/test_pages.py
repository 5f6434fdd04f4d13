"""Reading without signing in, a patient's own list, and offers by staff and by the calendar."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assessments.models import Pack
from patientapp.content.library import default_library
from patientapp.education.actions import offer_due
from patientapp.education.models import LearningMark, LearningTally
from patientapp.episodes.models import EpisodeEvent
from patientapp.episodes.rules import Cohort, EpisodeEventKind
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from tests.factories import (
    NOW,
    form_of,
    make_episode,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    sign_in_patient,
    sign_in_staff,
)

Rows = Callable[[type], int]


@pytest.fixture
def service(session: Session) -> Service:
    made = make_service(session)
    session.commit()
    return made


@pytest.fixture
def pack(session: Session, service: Service) -> Pack:
    made = make_pack(session, make_patient(session, service))
    session.commit()
    return made


def test_3_9_everything_can_be_read_without_signing_in(client: FlaskClient, session: Session) -> None:
    """B13, N08: advice for patients and carers before, during and after care."""
    page = client.get("/learn").text
    assert "Start here" in page
    for topic in default_library().topics:
        seen = client.get(f"/learn/{topic.id}")
        assert seen.status_code == 200
        assert page.count(f"/learn/{topic.id}") or topic.audience != ("all",)
        for point in topic.key_points:
            assert point in html.unescape(seen.text)
        assert "No clinician has checked this page yet." in seen.text


def test_sec_08_reading_changes_nothing(client: FlaskClient, session: Session, rows: Rows) -> None:
    for address in ("/learn", "/learn/sleep", "/learn/sleep/print", "/learn/search?q=sleep"):
        assert client.get(address).status_code == 200
    assert rows(LearningTally) == rows(LearningMark) == 0


@pytest.mark.parametrize("address", ["/learn/nowhere", "/learn/nowhere/print", "/services/nowhere"])
def test_an_unknown_page_is_not_found(client: FlaskClient, session: Session, address: str) -> None:
    assert client.get(address).status_code == 404


def test_c55_section_10_a_topic_is_at_most_120_kb(client: FlaskClient, session: Session) -> None:
    sizes = [len(client.get(f"/learn/{topic.id}").data) for topic in default_library().topics]
    assert 5_000 < max(sizes) < 60_000  # before compression; styles and scripts are 36 KB at most


def test_n63_strangers_are_counted_and_nothing_else_is_kept(
    client: FlaskClient, session: Session
) -> None:
    """N63, B36: opened and helpful, per month, with no person, address or time.

    N20: readers say of each page whether it helped.
    """
    form = form_of(client.get("/learn/sleep").text)
    for said, status in [("yes", 303), ("yes", 303), ("opened", 204), ("no", 303), ("done", 303)]:
        assert client.post("/learn/sleep/said", data=form | {"said": said}).status_code == status
    found = {(row.topic, row.kind): row.count for row in session.scalars(sa.select(LearningTally))}
    kinds = {"helpful": 2, "opened": 1, "unhelpful": 1, "done": 1}
    assert found == {("sleep", kind): count for kind, count in kinds.items()}
    assert {c.name for c in LearningTally.__table__.columns} == {
        "month", "topic", "language", "kind", "count"
    }  # fmt: skip


@pytest.mark.parametrize("said", ["", "maybe", "offered"])
def test_sec_06_only_what_stands_on_the_page_can_be_said(
    client: FlaskClient, session: Session, rows: Rows, said: str
) -> None:
    form = form_of(client.get("/learn/sleep").text)
    assert client.post("/learn/sleep/said", data=form | {"said": said}).status_code == 422
    assert rows(LearningTally) == 0


def test_a_patient_s_opening_is_their_own_mark_once_a_day(
    client: FlaskClient, session: Session, pack: Pack, rows: Rows
) -> None:
    sign_in_patient(client, pack)
    form = form_of(client.get("/learn/sleep").text)
    for _again in range(3):
        assert client.post("/learn/sleep/said", data=form | {"said": "opened"}).status_code == 204
    [mark] = session.scalars(sa.select(LearningMark))
    assert (mark.patient_id, mark.topic, mark.kind.value) == (pack.patient_id, "sleep", "opened")
    assert rows(LearningTally) == 0


def test_c22_what_was_offered_is_opened_and_done_from_the_patient_s_own_page(
    client: FlaskClient, session: Session, service: Service, pack: Pack
) -> None:
    """C22, B36: staff offer, the patient reads and says done, staff see it."""
    staff = make_staff(session, service, Role.CLINICIAN)
    sign_in_staff(client, service, staff)
    address = f"/staff/patients/{pack.patient_id}/reading"
    form = form_of(client.get(address).text, topics=["sleep", "pacing"])
    form |= {"patient_id": str(pack.patient_id)}
    assert client.post(address, data=form).status_code == 303
    sign_in_patient(client, pack)
    page = client.get("/my-learning").text
    assert page.index(">Pacing<") < page.index(">Sleep<")  # the order of the path
    opened = client.post("/my-learning/sleep", data=form_of(page) | {"said": "open"})
    assert opened.headers["Location"] == "/learn/sleep"
    page = client.get("/my-learning").text
    assert client.post("/my-learning/sleep", data=form_of(page) | {"said": "done"}).status_code == 303
    marks = session.scalars(sa.select(LearningMark))
    assert {(one.topic, one.kind.value) for one in marks} == {
        ("sleep", "offered"), ("pacing", "offered"), ("sleep", "opened"), ("sleep", "done")
    }  # fmt: skip
    assert "Sleep" in client.get(address).text
    assert "1 / 0" in client.get("/staff/reading").text


def test_sec_03_staff_of_another_service_offer_nothing(
    client: FlaskClient, session: Session, pack: Pack, rows: Rows
) -> None:
    other = make_service(session)
    sign_in_staff(client, other, make_staff(session, other, Role.CLINICIAN))
    address = f"/staff/patients/{pack.patient_id}/reading"
    assert client.get(address).status_code == 404
    own = make_patient(session, other)
    session.commit()
    page = client.get(f"/staff/patients/{own.id}/reading").text
    form = form_of(page, topics=["sleep"], patient_id=str(pack.patient_id))
    assert client.post(address, data=form).status_code == 404
    assert rows(LearningMark) == 0


def offers(session: Session, patient: Patient) -> dict[str, set[str]]:
    """Topics by occasion."""
    found: dict[str, set[str]] = {}
    for row in session.scalars(sa.select(LearningMark).filter_by(patient_id=patient.id)):
        found.setdefault(row.occasion.partition(":")[0], set()).add(row.topic)
    return found


def offer_all(now: datetime) -> None:
    while offer_due(default_library(), now=now):
        pass


def test_n43_topics_are_offered_at_the_start_and_again_after_discharge(
    session: Session, service: Service
) -> None:
    """N43: not a one-off; each occasion once, however often the clock ticks."""
    patient = make_patient(session, service)
    episode = make_episode(session, patient, received=NOW.date())
    for _tick in range(3):
        offer_all(NOW)
    assert offers(session, patient) == {"start": set(default_library().start_here())}
    gone = NOW.date() + timedelta(days=40)
    session.add(
        EpisodeEvent(
            episode_id=episode.id,
            service_id=service.id,
            kind=EpisodeEventKind.DISCHARGED,
            on=gone,
            at=NOW + timedelta(days=40),
            recorded_at=NOW,
            recorded_by="staff:test",
        )
    )
    session.flush()
    offer_all(NOW + timedelta(days=69))
    assert set(offers(session, patient)) == {"start"}
    offer_all(NOW + timedelta(days=70))
    assert offers(session, patient)["discharge+30"] == {"flare-ups", "coming-back", "pacing"}
    offer_all(NOW + timedelta(days=220))
    assert len(offers(session, patient)) == 3


def test_n01_the_calendar_never_sends_exercise_to_me_cfs_or_anything_to_the_dead(
    session: Session, service: Service
) -> None:
    ill = make_patient(session, service)
    make_episode(session, ill, received=NOW.date(), cohort=Cohort.CFS)
    dead = make_patient(session, service, died_on=date(2026, 9, 10))
    make_episode(session, dead, received=NOW.date())
    offer_all(NOW)
    assert "me-cfs" in offers(session, ill)["start"]
    assert "moving-more" not in offers(session, ill)["start"]
    assert offers(session, dead) == {}


def test_c11_n49_the_leaflet_has_hours_routes_and_a_code_to_scan(
    client: FlaskClient, session: Session
) -> None:
    """C11, H12, N49, N50: one public address, on paper as a QR code and in words. N40."""
    made = make_service(session, slug="moorside")
    session.commit()
    page = client.get("/services/moorside").text
    for words in (
        made.hours,
        made.phone,
        "no steps",
        "Psychologists",
        "http://localhost/services/moorside",
    ):
        assert words in page
    assert re.search(r'<img class="app-qr" src="data:image/svg\+xml[^"]+" alt="Scan to open http', page)


def test_d45_b60_places_say_when_the_nhs_does_not_pay(client: FlaskClient, session: Session) -> None:
    """B39, B60, C18, D45."""
    make_service(session, slug="moorside")
    session.commit()
    page = client.get("/services/moorside/local-help").text
    massage = page[page.index("Example Massage Room") :]
    assert massage.index("Not paid for by the NHS") < massage.index("Massage by trained")
    steps = page[page.index("Example Steps") : page.index("Example Veterans")]
    assert "Not paid for by the NHS" not in steps
    assert "<h2" in page


def test_a_service_that_wrote_nothing_still_says_how_to_reach_it(
    client: FlaskClient, service: Service
) -> None:
    page = client.get(f"/services/{service.slug}").text
    assert service.phone in page
    assert "has not written more" in page
    assert "has not made its list yet" in client.get(f"/services/{service.slug}/local-help").text


def test_n41_each_topic_prints_also_large(client: FlaskClient, session: Session) -> None:
    """N41, N47: paper twin with a short address to scan. C66, D19: on paper as well as on the web."""
    page = client.get("/learn/pacing/print?large=1").text
    assert "app-large" in page
    assert "http://localhost/learn/pacing" in page
    assert "app-large" not in client.get("/learn/pacing/print").text


def test_search_offers_every_topic_when_nothing_is_found(client: FlaskClient, session: Session) -> None:
    assert "Sleep" in client.get("/learn/search?q=slepe").text
    page = client.get("/learn/search?q=<script>xqz").text
    assert "We found nothing for these words" in page
    assert "<script>xqz" not in page
    assert 'href="/learn?lang=en"' in page
