"""Answers are kept at once, sent once, and heard always (P1, P6, REL-01, REL-02, REL-04, CLIN-05)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments import answering, sending
from patientapp.assessments.answering import AlreadySubmitted, OlderAnswer
from patientapp.assessments.models import Draft, Pack, Response
from patientapp.assessments.opening import NotOpen
from patientapp.assessments.responses import NothingAnswered
from patientapp.audit.models import AuditEntry
from patientapp.errors import Invalid, NotFound
from patientapp.messaging.actions import enqueue
from patientapp.messaging.models import OutboxMessage
from patientapp.messaging.rules import MessageState
from patientapp.services.models import Service
from patientapp.web.models import IdempotencyKey
from patientapp.worklist.models import WorkItem
from patientapp.worklist.queries import said_behind
from patientapp.worklist.taking import close, take
from tests.factories import (
    NOW,
    form_of,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    make_token,
    patient_viewer,
    sign_in_patient,
    staff_viewer,
    tasks_of,
)

WORST = {"mo": 1, "sc": 1, "ua": 1, "pd": 1, "ad": 5, "vas": 50}


@pytest.fixture
def pack(session: Session) -> Pack:
    return make_pack(session, make_patient(session, make_service(session)), ["eq5d5l", "pseq"])


def task(session: Session, pack: Pack, place: int = 0) -> UUID:
    return tasks_of(session, pack)[place].id


def save(pack: Pack, task_id: UUID, value: int | None, *, version: int = 1, item: str = "mo") -> object:
    return answering.save_answer(
        patient_viewer(pack), task_id, item=item, value=value, version=version, now=NOW
    )


def test_rel_04_the_older_autosave_loses(session: Session, pack: Pack) -> None:
    save(pack, task(session, pack), 3, version=2)
    with pytest.raises(OlderAnswer):
        save(pack, task(session, pack), 1, version=2)
    with pytest.raises(OlderAnswer):
        save(pack, task(session, pack), 1, version=1)
    assert session.query(Draft).one().value == 3


def test_p6_an_older_autosave_that_cries_for_help_is_heard(session: Session, pack: Pack) -> None:
    save(pack, task(session, pack), 1, version=2, item="ad")
    heard = answering.hear(patient_viewer(pack), task(session, pack), {"ad": 5}, now=NOW)
    assert [risk.item for risk in heard] == ["ad"]
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


@pytest.mark.parametrize(
    ("item", "value"),
    [("mo", 0), ("mo", 6), ("vas", 101), ("vas", -1), ("nothing", 1)],
)
def test_sec_06_what_is_no_answer_is_refused_by_name(
    session: Session, pack: Pack, item: str, value: int
) -> None:
    with pytest.raises(Invalid) as refused:
        save(pack, task(session, pack), value, item=item)
    assert list(refused.value.fields) == [item]
    assert session.query(Draft).count() == 0


def test_rel_02_a_task_is_sent_once(session: Session, pack: Pack) -> None:
    viewer, task_id = patient_viewer(pack), task(session, pack)
    sending.submit_values(viewer, task_id, {"mo": 2}, now=NOW)
    with pytest.raises(AlreadySubmitted):
        sending.submit_values(viewer, task_id, {"mo": 5}, now=NOW)
    with pytest.raises(AlreadySubmitted):
        save(pack, task_id, 5)
    assert session.query(Response).one().answers["mo"] == 2


def test_b4_each_item_is_kept_as_value_skipped_or_not_reached(session: Session, pack: Pack) -> None:
    sending.submit_values(patient_viewer(pack), task(session, pack), {"mo": 2, "sc": None}, now=NOW)
    kept = session.query(Response).one().answers
    assert (kept["mo"], kept["sc"], kept["ua"]) == (2, "skipped", "not_reached")


def test_clin_05_a_score_that_cannot_be_formed_is_a_reason_and_never_0(
    session: Session, pack: Pack
) -> None:
    sending.submit_values(patient_viewer(pack), task(session, pack), {"mo": 2}, now=NOW)
    response = session.query(Response).one()
    assert response.scores["index_uk_5l_2026"] == {"reason": "incomplete"}
    assert response.rule_version
    assert response.instrument_version == 1


def test_nothing_answered_is_not_sent(session: Session, pack: Pack) -> None:
    with pytest.raises(NothingAnswered):
        sending.submit_answers(patient_viewer(pack), task(session, pack), now=NOW)


@pytest.mark.parametrize(
    ("days", "begun", "is_open"),
    [(0, False, True), (28, False, True), (29, False, False), (29, True, True), (32, True, False)],
    ids=["open", "last day", "closed", "closed but begun", "72 hours over"],
)
def test_rel_03_work_begun_in_time_may_be_sent_for_72_hours(
    session: Session, pack: Pack, days: int, begun: bool, is_open: bool
) -> None:
    task_id = task(session, pack)
    if begun:
        save(pack, task_id, 2)
    later = NOW + timedelta(days=days)
    if is_open:
        sending.submit_values(patient_viewer(pack), task_id, {"mo": 2}, now=later)
        assert session.query(Response).count() == 1
    else:
        with pytest.raises(NotOpen):
            sending.submit_values(patient_viewer(pack), task_id, {"mo": 2}, now=later)


def test_sec_02_another_patients_task_is_not_found(session: Session, pack: Pack) -> None:
    other = make_pack(session, make_patient(session, make_service(session)), ["pseq"])
    for foreign in (task(session, other), uuid4()):
        with pytest.raises(NotFound):
            save(pack, foreign, 1)
        with pytest.raises(NotFound):
            sending.submit_values(patient_viewer(pack), foreign, {"q1": 1}, now=NOW)


def test_link_01_a_link_opens_its_own_pack_only(session: Session, pack: Pack) -> None:
    with pytest.raises(NotFound):
        answering.save_answer(
            patient_viewer(pack, pack_id=uuid4()),
            task(session, pack),
            item="mo",
            value=1,
            version=1,
            now=NOW,
        )


def test_sms_06_the_last_task_of_a_pack_withdraws_its_texts(session: Session, pack: Pack) -> None:
    link, _token = make_token(pack)
    enqueue(
        key=f"{pack.id}:invite",
        service_id=pack.service_id,
        patient_id=pack.patient_id,
        about=pack.id,
        template="q-invite",
        words={"mins": "10"},
        to_number="+447700900001",
        link_id=link.id,
        due_at=NOW,
        useful_until=NOW + timedelta(days=1),
        now=NOW,
    )
    viewer = patient_viewer(pack)
    sending.submit_values(viewer, task(session, pack, 0), {"mo": 1}, now=NOW)
    text = session.query(OutboxMessage).one()
    assert text.state is MessageState.DUE
    sending.submit_values(viewer, task(session, pack, 1), {"q1": 1}, now=NOW)
    session.refresh(text)
    assert text.state is MessageState.WITHDRAWN


def api(client: FlaskClient, key: str = "key-of-this-act-1") -> dict[str, str]:
    token = client.get("/api/v1/me").json["csrf_token"]  # type: ignore[index]
    return {"X-CSRFToken": token, "Idempotency-Key": key}


def test_rel_01_rel_02_the_api_stores_once_and_answers_alike(
    client: FlaskClient, session: Session, pack: Pack
) -> None:
    sign_in_patient(client, pack)
    address = f"/api/v1/packs/{pack.id}/responses"
    body = {"responses": {"eq5d5l": WORST, "pseq": {f"q{n}": 3 for n in range(1, 11)}}}
    first = client.post(address, json=body, headers=api(client))
    again = client.post(address, json=body, headers=api(client))
    other = client.post(address, json={"responses": {"pseq": {"q1": 1}}}, headers=api(client))
    keyless = client.post(address, json=body, headers={"X-CSRFToken": api(client)["X-CSRFToken"]})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert other.status_code == 422
    assert keyless.status_code == 400
    assert next(iter(first.json)) == "advice"  # type: ignore[arg-type]
    assert session.query(Response).count() == 2
    assert session.query(IdempotencyKey).count() == 1
    sent = session.query(AuditEntry).filter_by(action="submitted answers").count()
    assert sent == 2
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_p6_a_refused_submission_with_a_cry_for_help_still_makes_its_alert(
    client: FlaskClient, session: Session, pack: Pack
) -> None:
    sign_in_patient(client, pack)
    address = f"/api/v1/tasks/{task(session, pack)}/response"
    first = client.post(address, json={"answers": WORST | {"ad": 1}}, headers=api(client))
    assert first.status_code == 201
    assert session.query(WorkItem).count() == 0
    second = client.post(address, json={"answers": WORST}, headers=api(client, "another-act-2"))
    assert second.status_code == 409
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_p6_a_stale_page_with_a_cry_for_help_shows_the_advice(
    client: FlaskClient, session: Session, pack: Pack
) -> None:
    sign_in_patient(client, pack)
    address = f"/tasks/{task(session, pack)}/questions/5"
    stale = client.get(address).text
    client.post(address, data=form_of(client.get(address).text, ad="2", act="answer"))
    response = client.post(address, data=form_of(stale, ad="5", act="answer"))
    assert response.status_code == 303
    assert "/advice/" in response.headers["Location"]
    assert session.query(Draft).one().value == 2
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_a_stale_page_shows_the_newer_answer_and_says_so(
    client: FlaskClient, session: Session, pack: Pack
) -> None:
    sign_in_patient(client, pack)
    address = f"/tasks/{task(session, pack)}/questions/1"
    stale = client.get(address).text
    client.post(address, data=form_of(client.get(address).text, mo="2", act="answer"))
    response = client.post(address, data=form_of(stale, mo="4", act="answer"))
    assert response.status_code == 409
    assert "You answered this again since" in response.text
    assert session.query(Draft).one().value == 2


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"{", 400),
        (b'{"answers": {"mo": 1, "mo": 2}}', 400),
        (b'{"answers": {"mo": NaN}}', 400),
        (b'{"answers": {"mo": 1}} x', 400),
        (b'{"answers": {"mo\\u0000": 1}}', 400),
        (b'{"answers": {"mo": "1"}}', 422),
        (b'{"answers": {"mo": true}}', 422),
        (b'{"answers": {"mo": 1.5}}', 422),
        (b'{"answers": {"mo": 1.0}}', 201),
        (b'{"answers": {}}', 422),
        (b'{"answers": {"mo": 1}, "score": 3}', 422),
        (b"[" * 2000, 400),
    ],
)
def test_io_06_bodies_are_read_strictly(
    client: FlaskClient, session: Session, pack: Pack, raw: bytes, status: int
) -> None:
    sign_in_patient(client, pack)
    response = client.post(
        f"/api/v1/tasks/{task(session, pack)}/response",
        data=raw,
        content_type="application/json",
        headers=api(client),
    )
    assert response.status_code == status, response.text
    if status >= 400:
        assert response.mimetype == "application/problem+json"


def test_io_06_a_body_over_64_kb_is_refused(client: FlaskClient, session: Session, pack: Pack) -> None:
    sign_in_patient(client, pack)
    response = client.post(
        f"/api/v1/tasks/{task(session, pack)}/response",
        data=b"[" + b"1," * 40_000 + b"1]",
        content_type="application/json",
        headers=api(client),
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("tasks/{task}/response", {"answers": WORST, "score": 1}, {}),
        ("tasks/{task}/response", {"answers": WORST | {"mo": 99}}, {}),
        ("tasks/{task}/response", {"answers": WORST}, {"Idempotency-Key": ""}),
        ("packs/{pack}/responses", {"responses": {"eq5d5l": WORST, "other": {"q1": 1}}}, {}),
        ("packs/{other}/responses", {"responses": {"eq5d5l": WORST}}, {}),
    ],
    ids=["unknown field", "out of range beside it", "no key", "unknown questionnaire", "wrong pack"],
)
def test_p6_whatever_is_refused_is_heard(
    client: FlaskClient,
    session: Session,
    pack: Pack,
    path: str,
    body: dict[str, object],
    headers: dict[str, str],
) -> None:
    sign_in_patient(client, pack)
    address = "/api/v1/" + path.format(task=task(session, pack), pack=pack.id, other=uuid4())
    response = client.post(address, json=body, headers=api(client) | headers)
    assert response.status_code >= 400
    assert session.query(Response).count() == 0
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_p6_the_same_key_with_a_worse_answer_is_heard(
    client: FlaskClient, session: Session, pack: Pack
) -> None:
    sign_in_patient(client, pack)
    address = f"/tasks/{task(session, pack)}/questions/5"
    form = form_of(client.get(address).text, act="answer", ad="3")
    client.post(address, data=form)
    refused = client.post(address, data=form | {"ad": "5"})
    assert refused.status_code == 422
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_p6_a_closed_alert_does_not_swallow_the_next_cry_for_help(session: Session, pack: Pack) -> None:
    staff = make_staff(session, session.get_one(Service, pack.service_id))
    clinician = staff_viewer(session.get_one(Service, pack.service_id), staff_id=staff.id)
    save(pack, task(session, pack), 5, item="ad")
    first = session.query(WorkItem).one()
    take(clinician, first.id, now=NOW)
    close(clinician, first.id, "called", now=NOW)
    save(pack, task(session, pack), 5, item="ad", version=2)
    save(pack, task(session, pack), 5, item="ad", version=3)
    assert session.query(WorkItem).filter_by(kind="alert").count() == 2


def said_of(session: Session, pack: Pack) -> list[tuple[int, bool]]:
    staff = staff_viewer(session.get(Service, pack.service_id))  # type: ignore[arg-type]
    ids = [item.id for item in session.query(WorkItem)]
    behind = said_behind(staff, ids)
    return [(one.value, one.kept) for item_id in ids for one in behind.get(item_id, [])]


def test_p6_an_alert_keeps_what_was_said_when_and_whether_it_was_kept(
    session: Session, pack: Pack
) -> None:
    """CLIN-03: a lesser answer later is shown beside the alert and lowers nothing."""
    first = task(session, pack)
    save(pack, first, 5, item="ad", version=1)
    save(pack, first, 5, item="ad", version=2)
    assert said_of(session, pack) == [(5, True)]
    save(pack, first, 2, item="ad", version=3)
    assert sorted(said_of(session, pack)) == [(2, True), (5, True)]
    answering.hear(patient_viewer(pack), first, {"ad": 5}, now=NOW)
    assert sorted(said_of(session, pack)) == [(2, True), (5, False), (5, True)]
    assert session.query(WorkItem).filter_by(kind="alert").count() == 1


def test_p6_an_answer_only_heard_is_said_to_be_so_and_others_see_nothing(
    session: Session, pack: Pack
) -> None:
    answering.hear(patient_viewer(pack), task(session, pack), {"ad": 5, "mo": 5}, now=NOW)
    assert said_of(session, pack) == [(5, False)]
    others = staff_viewer(make_service(session))
    assert said_behind(others, [item.id for item in session.query(WorkItem)]) == {}


def test_p6_what_was_never_worrying_makes_no_alert_and_keeps_nothing(
    session: Session, pack: Pack
) -> None:
    sending.submit_values(patient_viewer(pack), task(session, pack), WORST | {"ad": 1}, now=NOW)
    assert said_of(session, pack) == []
