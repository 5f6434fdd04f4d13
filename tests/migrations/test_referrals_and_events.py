"""What was stored before the third migration is all there after it, on both databases (OPS-03)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from patientapp.app import create_app
from patientapp.cli import upgrade
from patientapp.config import Environment, Settings
from patientapp.db import Id, Json, UtcDateTime, db, transaction
from tests.databases import postgresql, sqlite
from tests.factories import LINK_KEY, NOW

pytestmark = pytest.mark.slow
LATE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # already July in London


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An app on an empty database of its own, not migrated yet."""
    if request.param == "sqlite":
        yield create_app(settings_for(sqlite(tmp_path).url, tmp_path))
        return
    with postgresql(f"older_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as made:
        app = create_app(settings_for(made.url, tmp_path))
        yield app
        with app.app_context():
            db.engine.dispose()


def settings_for(url: str, folder: Path) -> Settings:
    return Settings(
        env=Environment.TEST,
        database_url=url,
        data_dir=folder,
        public_url="http://localhost",
        secret_key="test-secret-key-of-enough-letters-1",
        link_key=LINK_KEY,
        data_key="test-data-key-of-enough-letters-333",
    )


def insert(name: str, /, **values: Any) -> None:
    kinds = {UUID: Id(), datetime: UtcDateTime(), date: sa.Date(), dict: Json, list: Json}
    columns = [sa.column(key, kinds.get(type(value))) for key, value in values.items()]
    db.session.execute(sa.insert(sa.table(name, *columns)).values(**values))


def older_rows(service: UUID, patient: UUID, episode: UUID, pack: UUID, task: UUID) -> None:
    yes = dict.fromkeys(
        ("texts_ok", "visit_texts_ok", "questionnaire_texts_ok", "feedback_texts_ok"), True
    )
    service_words = dict.fromkeys(("short_name", "phone", "hours", "text_relay", "duty_phone"), "x")
    insert("services", id=service, slug="s", name="S", schedule="standard", daily_text_ceiling=1,
           **service_words)  # fmt: skip
    insert("patients", id=patient, service_id=service, given_name="Sam", family_name="Sample",
           birth_date=date(1970, 1, 1), sex="female", mobile="", email="", language="en", needs=[],
           chosen_time="10:00", created_at=NOW, **yes)  # fmt: skip
    insert("episodes", id=episode, patient_id=patient, service_id=service, pain_site="back",
           created_at=NOW)  # fmt: skip
    for on, said in ((date(2026, 6, 1), NOW), (date(2026, 6, 2), NOW.replace(year=2027))):
        insert("episode_events", id=uuid4(), episode_id=episode, kind="received", on=on,
               recorded_at=said, recorded_by="staff:x")  # fmt: skip
    insert("packs", id=pack, episode_id=episode, patient_id=patient, service_id=service,
           time_point="T0", opens_on=date(2026, 6, 1), due_on=date(2026, 6, 8),
           closes_on=date(2026, 7, 1), assigned_at=NOW)  # fmt: skip
    insert("tasks", id=task, pack_id=pack, patient_id=patient, instrument="pseq", instrument_version=1,
           position=1)  # fmt: skip
    insert("responses", id=uuid4(), task_id=task, patient_id=patient, service_id=service,
           time_point="T0", instrument="pseq", instrument_version=1, rule_version="1", language="en",
           wording="own", answered_by="helped", birth_date_confirmed=True, answers={"q1": 3},
           scores={"total": 3}, started_at=LATE, answered_at=LATE, received_at=LATE)  # fmt: skip


def test_ops_03_older_rows_are_kept_and_filled(app: Flask) -> None:
    service, patient, episode, pack, task = (uuid4() for _ in range(5))
    with app.app_context():
        upgrade("0002")
        with transaction():
            older_rows(service, patient, episode, pack, task)
        upgrade()
        from patientapp.assessments.models import Pack, Response, Task
        from patientapp.episodes.models import Episode, EpisodeEvent
        from patientapp.patients.models import Patient

        found = db.session.get_one(Episode, episode)
        assert (found.patient_id, found.received_on) == (patient, date(2026, 6, 2))  # the newest record
        assert (found.urgency, found.source, found.cohort, found.cancer) == (
            "routine",
            "other",
            "pain",
            False,
        )
        events = db.session.scalars(sa.select(EpisodeEvent)).all()
        assert {(one.service_id, one.kind, one.on) for one in events} == {
            (service, "received", date(2026, 6, 1)),
            (service, "received", date(2026, 6, 2)),
        }
        response = db.session.scalars(sa.select(Response)).one()
        assert (response.task_id, response.episode_id) == (task, episode)
        assert (response.mode, response.answered_on) == ("helped", date(2026, 7, 1))
        assert db.session.get_one(Pack, pack).occurrence == 1
        assert db.session.get_one(Task, task).pack_id == pack
        person = db.session.get_one(Patient, patient)
        assert (person.postcode, person.interpreter, person.veteran) == ("", False, None)


def test_what_the_new_tables_refuse(app: Flask) -> None:
    service, patient, episode, pack, task = (uuid4() for _ in range(5))
    with app.app_context():
        upgrade("0002")
        with transaction():
            older_rows(service, patient, episode, pack, task)
        upgrade()
        for wrong in (
            "UPDATE packs SET time_point = 'T9'",
            "UPDATE responses SET mode = 'guess'",
            "UPDATE responses SET time_point = 'T9'",
            "UPDATE episodes SET urgency = 'soon'",
            "UPDATE episodes SET cohort = 'sheep'",
            "UPDATE episode_events SET kind = ''",
            "DELETE FROM packs",
        ):
            with pytest.raises(sa.exc.IntegrityError):
                db.session.execute(sa.text(wrong))
            db.session.rollback()
        for right in ("UPDATE packs SET time_point = 'TPIFU'", "UPDATE responses SET mode = 'paper'"):
            db.session.execute(sa.text(right))
        db.session.rollback()
