"""A service of any size: some simulated people, copied inside the database with new ids and keys.

A copy differs in its ids, keys and nothing else, so a figure over all of them is one that the people
copied have, so many times.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from patientapp.appointments.models import Appointment, AppointmentEvent
from patientapp.assessments.models import Response
from patientapp.columns import Id
from patientapp.db import db, dialect, table, transaction
from patientapp.episodes.models import Episode, EpisodeEvent
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.simulate import storing
from patientapp.simulate.cohort import stories
from tests.bench.planning import _app
from tests.bench.tools import database
from tests.factories import NOW, make_service

ORIGINALS = 1_400
FIRST, LAST = date(2024, 9, 1), date(2026, 8, 31)
COPIED = (Patient, Episode, EpisodeEvent, Appointment, AppointmentEvent, Response)
EMPTIED = ("nhs_number", "mark", "event_key")  # one of each only: a copy has none
SUFFIXED = ("patient_key", "referral_key", "response_key", "key")
SLUG = "many"


@contextmanager
def crowd(kind: str, people: int, *, keep: Path | None = None) -> Iterator[tuple[Flask, UUID]]:
    """A database with so many people in one service; one that is kept is built once."""
    with database(kind, keep=keep) as (made, folder, _postmaster):
        app = _app(made.url, folder)
        with app.app_context():
            found = db.session.scalar(sa.select(Service.id).where(Service.slug == SLUG))
            service_id = found or fill(people)
        yield app, service_id


def fill(people: int) -> UUID:
    """So many people, with two years of referrals, visits, events and answers."""
    with transaction():
        service = make_service(db.session(), profile="south_cheshire", slug=SLUG)
    few = min(people, ORIGINALS)
    for _done in storing.store(
        service.id, stories("south_cheshire", few, FIRST, LAST, seed=1), seed=1, now=NOW
    ):
        pass
    storing.of_the_service(service.id, FIRST, LAST, people, seed=1, now=NOW)
    multiply(service.id, people // few)
    return service.id


def multiply(service_id: UUID, times: int) -> None:
    """Everybody of a service so many times in all, table by table."""
    with db.engine.connect() as connection:
        if dialect() == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("SET maintenance_work_mem = '512MB'")
        else:
            connection.exec_driver_sql("PRAGMA foreign_keys = off")
            raw = connection.connection.driver_connection
            raw.create_function("unhexed", 1, bytes.fromhex, deterministic=True)
        for model in COPIED:
            began = time.perf_counter()
            if times > 1:
                _copy(connection, table(model), service_id, times)
            connection.commit()
            print(f"{model.__tablename__}: {time.perf_counter() - began:.0f} s", flush=True)
    with db.engine.connect() as connection:
        tidied = "VACUUM ANALYZE" if dialect() == "postgresql" else "ANALYZE"
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(tidied)


def _copy(connection: sa.Connection, whole: sa.Table, service_id: UUID, times: int) -> None:
    copies = _copies(connection, times)
    rest = [column for column in whole.columns if column.name not in EMPTIED]
    asked = sa.select(*(_copied(column, copies.c.n) for column in rest)).select_from(
        whole.join(copies, sa.true())
    )
    asked = asked.where(whole.c.service_id == service_id)
    if whole.c.get("episode_id") is not None:
        asked = asked.where(whole.c.episode_id.is_not(None))
    connection.execute(sa.insert(whole).from_select([column.name for column in rest], asked))


def _copies(connection: sa.Connection, times: int) -> sa.Subquery:
    if connection.dialect.name == "postgresql":
        return sa.select(sa.func.generate_series(1, times - 1).label("n")).subquery()
    start = sa.select(sa.literal(1).label("n")).cte("copies", recursive=True)
    return start.union_all(sa.select(start.c.n + 1).where(start.c.n < times - 1)).select().subquery()


def _copied(column: sa.Column[object], n: sa.ColumnElement[int]) -> sa.ColumnElement[object]:
    """A column of a copy: ids end in its number, keys get it added."""
    if isinstance(column.type, Id) and column.name != "service_id":
        return _other_id(column, n)
    if column.name in SUFFIXED:
        return sa.cast(column, sa.Text) + sa.literal("-") + sa.cast(n, sa.Text)
    return column


def _other_id(column: sa.Column[object], n: sa.ColumnElement[int]) -> sa.ColumnElement[object]:
    if dialect() == "postgresql":
        number = sa.func.lpad(sa.func.to_hex(n), 8, "0")
        return sa.cast(sa.func.overlay(sa.cast(column, sa.Text), number, 29), sa.Uuid)
    head = sa.func.substr(sa.func.hex(column), 1, 24)
    made = sa.func.unhexed(head + sa.func.printf("%08x", n, type_=sa.Text))
    return sa.case((column.is_(None), None), else_=made)
