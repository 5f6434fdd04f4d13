"""The service's own SD at baseline, from 100 people on (instruments.md section 9)."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.access.viewer import AnsweredBy
from patientapp.assessments.models import BaselineSpread, Pack, Response, Task
from patientapp.assessments.rules import AnswerMode, TimePoint
from patientapp.assessments.spread_actions import keep_spreads, reckon_spreads
from patientapp.assessments.spread_queries import system_own_spreads
from patientapp.assessments.spread_rules import Running, is_worth_reckoning
from patientapp.services.models import Service
from tests.factories import (
    make_episode,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    sign_in_staff,
    tasks_of,
)

OF_SCALE = ("bpi_sf", 1, "1", "interference_mean")


@pytest.mark.parametrize(
    ("people", "before", "worth"),
    [(99, 0, False), (100, 0, True), (100, 100, False), (109, 100, False), (110, 100, True)],
)
def test_when_a_figure_is_reckoned_again(people: int, before: int, *, worth: bool) -> None:
    assert is_worth_reckoning(people, before=before) is worth


def test_mean_and_sd_are_exact_far_from_nought() -> None:
    running, values = Running(), [1e6 + step for step in (0.25, 0.5, 4.0, 7.75)]
    for value in values:
        running.add(value)
    assert running.mean == pytest.approx(statistics.mean(values), rel=1e-15)
    assert running.sd == pytest.approx(statistics.stdev(values), rel=1e-9)


def answered(session: Session, task: Task, pack: Pack, now: datetime, scores: dict[str, Any]) -> Response:
    row = Response(
        task_id=task.id,
        episode_id=pack.episode_id,
        patient_id=pack.patient_id,
        service_id=pack.service_id,
        time_point=pack.time_point,
        instrument=task.instrument,
        instrument_version=1,
        rule_version="1",
        language="en",
        wording="demonstration",
        answered_by=AnsweredBy.SELF,
        mode=AnswerMode.SELF,
        birth_date_confirmed=True,
        answers={},
        scores=scores,
        started_at=now,
        answered_at=now,
        answered_on=now.date(),
        received_at=now,
    )
    session.add(row)
    return row


def with_baselines(session: Session, service: Service, values: list[Any], now: datetime) -> None:
    """One person for each value of the scale, who has answered at entry."""
    for value in values:
        pack = make_pack(session, make_patient(session, service), ("bpi_sf",))
        scores = {"interference_mean": value, "worst": 9}
        answered(session, tasks_of(session, pack)[0], pack, now, scores)
    session.flush()


def figures(session: Session, service: Service) -> list[BaselineSpread]:
    asked = sa.select(BaselineSpread).where(BaselineSpread.service_id == service.id)
    return list(session.scalars(asked.order_by(BaselineSpread.reckoned_on)))


def reckon(now: datetime) -> int:
    return keep_spreads(reckon_spreads(now=now))


def test_from_100_people_on_the_service_has_its_own(session: Session, now: datetime) -> None:
    service, other = make_service(session), make_service(session)
    values = [round(i % 7 * 1.1, 3) for i in range(99)]
    with_baselines(session, service, [*values, {"reason": "incomplete"}], now)
    with_baselines(session, other, [0, 10], now)
    assert reckon(now) == 0, "100 answered, and 99 have the score"
    with_baselines(session, service, [5.0], now)
    assert reckon(now) == 1
    [row] = figures(session, service)
    assert (row.scale, row.people) == ("interference_mean", 100)
    assert row.sd == pytest.approx(statistics.stdev([*values, 5.0]))
    found = system_own_spreads(service.id)[OF_SCALE]
    assert (found.people, found.version) == (100, "2026-09-22")
    assert system_own_spreads(other.id) == {}


def test_a_figure_is_added_and_never_changed(session: Session, now: datetime) -> None:
    service = make_service(session)
    with_baselines(session, service, [i % 11 for i in range(100)], now)
    reckoned = reckon_spreads(now=now)
    assert [keep_spreads(reckoned), keep_spreads(reckoned), reckon(now)] == [1, 0, 0], "twice is once"
    with_baselines(session, service, [i % 3 for i in range(11)], now)
    assert reckon(now + timedelta(days=30)) == 1
    assert [row.people for row in figures(session, service)] == [100, 111]
    assert system_own_spreads(service.id)[OF_SCALE].people == 111


def test_a_person_with_two_episodes_counts_once_by_the_first(session: Session, now: datetime) -> None:
    service = make_service(session)
    with_baselines(session, service, [i % 11 for i in range(99)], now)
    patient = make_patient(session, service)
    for days, value in ((5, 10.0), (0, 0.0)):
        pack = make_pack(session, patient, ("bpi_sf",), episode=make_episode(session, patient))
        task = tasks_of(session, pack)[0]
        answered(session, task, pack, now + timedelta(days=days), {"interference_mean": value})
    session.flush()
    assert reckon(now) == 1
    [row] = figures(session, service)
    assert (row.people, row.sd) == (
        100,
        pytest.approx(statistics.stdev([*(i % 11 for i in range(99)), 0])),
    )


def test_each_change_says_which_sd_was_used(client: FlaskClient, session: Session, now: datetime) -> None:
    """Page and API: the service's own with its number of people, else the convention."""
    service = make_service(session)
    patient = make_patient(session, service)
    episode = make_episode(session, patient)
    for point, value in ((TimePoint.T0, 6.0), (TimePoint.TD, 4.5)):
        pack = make_pack(session, patient, ("bpi_sf",), episode=episode, time_point=point)
        scores = {"interference_mean": value, "severity_mean": value}
        answered(session, tasks_of(session, pack)[0], pack, now, scores)
    sign_in_staff(client, service, make_staff(session, service))

    def told() -> tuple[dict[str, Any], str]:
        got = client.get(f"/api/v1/patients/{patient.id}/changes").get_json()["changes"]
        by_scale = {one["scale"]: one for one in got}
        assert by_scale["severity_mean"]["sd_used"]["people"] is None, "published: it stays"
        page = client.get(f"/staff/patients/{patient.id}").get_data(as_text=True)
        return by_scale["interference_mean"], page

    before, page = told()
    assert before["reliable_change"] == "no_reliable_change"
    assert before["sd_used"] == {
        "sd": 2.2,
        "source": "convention, until the service has its own",
        "version": "1",
        "people": None,
    }
    assert "SD 2.2: convention, until the service has its own (version 1)" in page
    facts = {"instrument_version": 1, "rule_version": "1", "people": 140, "mean": 6.0, "sd": 1.1}
    own = {"service_id": service.id, "instrument": "bpi_sf", "scale": "interference_mean"}
    session.add(BaselineSpread(**own, **facts, reckoned_on=now.date()))
    session.add(
        BaselineSpread(
            **(own | {"service_id": make_service(session).id}),
            **(facts | {"sd": 9.9}),
            reckoned_on=now.date(),
        )
    )
    session.commit()
    after, page = told()
    assert after["reliable_change"] == "reliable_improvement"
    assert after["sd_used"] == {
        "sd": 1.1,
        "source": "own service at baseline",
        "version": "2026-09-22",
        "people": 140,
    }
    assert "SD 1.1 of this service at baseline: 140 people" in page
