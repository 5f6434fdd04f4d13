"""Pulling the changes of a service: pages, filters, streams, walls and the audit."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.assessments.rules import TimePoint
from patientapp.audit.models import AuditEntry
from patientapp.extracts import queries
from patientapp.services.models import Service
from tests.desk import answer, desk_of
from tests.factories import NOW, make_episode, make_patient, make_service

pytestmark = pytest.mark.usefixtures("now")
MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 6, 10, 0, tzinfo=UTC)


def changed(session: Session, service: Service, *, to: int = 4, at: datetime = JULY) -> Any:
    """Somebody whose PSEQ went from 20 to ten times `to`."""
    person = make_patient(session, service)
    episode = make_episode(session, person)
    answer(session, person, episode, values=2, at=MARCH)
    answer(session, person, episode, when=TimePoint.TD, values=to, at=at)
    return person


def pulled(client: FlaskClient, **filters: Any) -> dict[str, Any]:
    response = client.get("/api/v1/changes", query_string=filters)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.get_json()
    return found


def test_a_change_is_told_with_whose_it_is_and_both_occasions(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = changed(session, service)
    client = desk_of(app, session, service)
    [total] = [one for one in pulled(client)["changes"] if one["scale"] == "total"]
    assert (total["patient_id"], total["difference"]) == (str(person.id), 20.0)
    assert (total["baseline"]["value"], total["follow_up"]["value"]) == (20.0, 40.0)
    assert total["important_change"] == "improved"
    own = client.get(f"/api/v1/patients/{person.id}/changes").get_json()["changes"]
    assert [{"patient_id": str(person.id)} | one for one in own] == pulled(client)["changes"]


def test_pages_hold_every_change_once_in_order_of_arrival(app: Flask, session: Session) -> None:
    service = make_service(session)
    people = [changed(session, service, at=JULY + timedelta(minutes=n // 2)) for n in range(5)]
    client, seen, cursor = desk_of(app, session, service), [], None
    for _page in range(9):
        page = pulled(client, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [one for one in page["changes"] if one["scale"] == "total"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(one["patient_id"] for one in seen) == sorted(str(one.id) for one in people)
    arrived = [one["follow_up"]["received_at"] for one in seen]
    assert arrived == sorted(arrived)


def test_filters_by_day_arrival_and_questionnaire(app: Flask, session: Session) -> None:
    service = make_service(session)
    changed(session, service, at=JULY)
    changed(session, service, at=JULY + timedelta(days=3))
    client = desk_of(app, session, service)

    def count(**filters: Any) -> int:
        return len({one["patient_id"] for one in pulled(client, **filters)["changes"]})

    assert count() == 2
    assert count(**{"from": "2026-07-07"}) == 1
    assert count(to="2026-07-06") == 1
    assert count(**{"from": "2026-07-06", "to": "2026-07-09"}) == 2
    assert count(since="2026-07-07T00:00:00Z") == 1
    assert count(instrument="bpi_sf") == 0
    assert count(instrument="pseq", service=service.slug) == 2


def test_going_on_from_complete_until_misses_nothing(app: Flask, session: Session) -> None:
    service = make_service(session)
    client = desk_of(app, session, service)
    changed(session, service, at=NOW - timedelta(seconds=20))  # its transaction may yet be under way
    first = pulled(client)
    assert first["changes"] == []
    later = queries.changes_page(
        asked_of(service, since=datetime.fromisoformat(first["complete_until"])),
        after=None,
        before=NOW + timedelta(minutes=1),
        size=10,
    )
    assert len({one["patient_id"] for one in later[0]}) == 1


def asked_of(service: Service, **over: Any) -> queries.Asked:
    return queries.Asked(service_id=service.id, **over)


def test_clin_06_a_late_baseline_brings_the_change_when_it_arrives(app: Flask, session: Session) -> None:
    service = make_service(session)
    episode = make_episode(session, person := make_patient(session, service))
    answer(session, person, episode, when=TimePoint.TD, values=4, at=MARCH)
    client = desk_of(app, session, service)
    assert pulled(client)["changes"] == []
    answer(session, person, episode, values=2, at=JULY)
    [total] = [
        one for one in pulled(client, since="2026-07-01T00:00:00Z")["changes"] if one["scale"] == "total"
    ]
    assert (total["difference"], total["follow_up"]["time_point"]) == (20.0, "TD")


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("patient=x", "patient", "no such filter. Use cursor, format, from, instrument"),
        ("instrument=nope", "instrument", "Use one of: "),
        ("from=2026-02-30", "from", "valid date"),
        ("from=2026-03-02&to=2026-03-01", "to", "before from"),
        ("since=yesterday", "since", "valid"),
        ("cursor=Zm9v", "cursor", "no such place"),
        ("format=xlsx", "format", "one of"),
        ("limit=0", "limit", "1"),
        ("limit=101", "limit", "100"),
    ],
)
def test_io_01_a_wrong_filter_is_named_and_told_what_to_do(
    app: Flask, session: Session, query: str, field: str, words: str
) -> None:
    response = desk_of(app, session, make_service(session)).get(f"/api/v1/changes?{query}")
    assert response.status_code == 422
    assert words.lower() in " ".join(response.get_json()["errors"]["query"][field]).lower()


def test_sec_02_another_service_is_the_same_404_as_none(app: Flask, session: Session) -> None:
    own, other = make_service(session), make_service(session)
    changed(session, other)
    client = desk_of(app, session, own)
    answers = [
        client.get(f"/api/v1/changes{path}?instrument=pseq&service={word}")
        for path in ("", "/summary")
        for word in (other.slug, str(other.id), "nobody")
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.text for one in answers}) == 1
    assert pulled(client)["changes"] == []
    for form in ("csv", "ndjson"):
        assert len(client.get(f"/api/v1/changes?format={form}").text.splitlines()) <= 1


@pytest.mark.parametrize("role", [Role.SERVICE_ADMIN, Role.COMMISSIONER, Role.SYSTEM_ADMIN])
def test_sec_04_only_clinicians_pull(app: Flask, session: Session, role: Role) -> None:
    client = desk_of(app, session, make_service(session), role)
    for address in ("/api/v1/changes", "/api/v1/changes/summary?instrument=pseq"):
        assert client.get(address).status_code == 403


def test_streams_hold_what_the_pages_hold(app: Flask, session: Session) -> None:
    service = make_service(session)
    for n in range(3):
        changed(session, service, at=JULY + timedelta(minutes=n))
    client = desk_of(app, session, service)
    paged = pulled(client)["changes"]
    text = client.get("/api/v1/changes?format=ndjson").text
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(one["patient_id"], one["scale"], one["difference"]) for one in lines] == [
        (one["patient_id"], one["scale"], one["difference"]) for one in paged
    ]
    assert {"sd", "source", "version", "people"} <= set(lines[0]["sd_used"])
    response = client.get("/api/v1/changes?format=csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.mimetype == "text/csv"
    assert [(row["patient_id"], float(row["difference"])) for row in rows] == [
        (one["patient_id"], one["difference"]) for one in paged
    ]
    assert rows[0]["baseline_time_point"] == "T0"


def test_a_stream_is_read_a_batch_at_a_time(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PERF-12: what is held at once does not grow with the service."""
    service = make_service(session)
    for n in range(5):
        changed(session, service, at=JULY + timedelta(minutes=n))
    monkeypatch.setattr(queries, "BATCH", 2)
    sizes = []
    whole = queries.changes_page

    def watched(*args: Any, **named: Any) -> Any:
        found, place = whole(*args, **named)
        sizes.append(len({one["patient_id"] for one in found}))
        return found, place

    monkeypatch.setattr(queries, "changes_page", watched)
    lines = desk_of(app, session, service).get("/api/v1/changes?format=ndjson").text.splitlines()
    assert sizes == [2, 2, 1]
    assert len({json.loads(line)["patient_id"] for line in lines}) == 5


def test_ops_01_every_pull_and_download_stands_in_the_audit(app: Flask, session: Session) -> None:
    service = make_service(session)
    person = changed(session, service)
    client = desk_of(app, session, service)
    pulled(client, instrument="pseq")
    client.get("/api/v1/changes?format=csv&from=2026-07-01")
    client.get("/api/v1/changes/summary?instrument=pseq")
    said = session.execute(
        sa.select(AuditEntry.action, AuditEntry.object).where(
            AuditEntry.service_id == service.id, AuditEntry.actor.startswith("staff:")
        )
    ).all()
    assert [tuple(one) for one in said] == [
        ("pulled changes", f"instrument=pseq: {person.id}"),
        ("downloaded changes as csv", "from=2026-07-01"),
        ("summed up changes", "instrument=pseq"),
    ]


def test_a_summary_is_of_the_same_changes_as_the_pages(app: Flask, session: Session) -> None:
    """B01, N02: what the changes of a whole service come to."""
    service = make_service(session)
    for to in (2, 3, 5, 6):
        changed(session, service, to=to)
    client = desk_of(app, session, service)
    told = client.get("/api/v1/changes/summary?instrument=pseq").get_json()
    for scale in told["scales"]:
        same = [one for one in pulled(client)["changes"] if one["scale"] == scale["scale"]]
        gains = [one["difference"] for one in same]
        assert scale["people"] == len(gains) == 4
        assert scale["change"]["value"] == pytest.approx(sum(gains) / 4)
        better = sum(one["important_change"] == "improved" for one in same)
        if scale["improved"]:
            assert (scale["improved"]["count"], scale["improved"]["of"]) == (better, 4)
    assert {one["scale"] for one in told["scales"]} == {one["scale"] for one in pulled(client)["changes"]}
    none = client.get("/api/v1/changes/summary?instrument=pseq&from=2026-08-01").get_json()
    assert none["scales"] == []


def test_a_page_asks_the_database_as_often_whatever_its_size(app: Flask, session: Session) -> None:
    service = make_service(session)
    for n in range(6):
        changed(session, service, at=JULY + timedelta(minutes=n))
    counts, asking = [], asked_of(service)
    for size in (1, 6):
        asked: list[str] = []

        def count(*args: Any, asked: list[str] = asked) -> None:
            asked.extend([args[2]] if args[2].startswith("SELECT") else [])

        sa.event.listen(session.get_bind(), "before_cursor_execute", count)
        queries.changes_page(asking, after=None, before=NOW, size=size)
        sa.event.remove(session.get_bind(), "before_cursor_execute", count)
        counts.append(len(asked))
    assert counts[0] == counts[1] == 3
