"""A judged file is stored in short steps, and no kill leaves a part of it (REL-05, P1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.audit.models import AuditEntry
from patientapp.doctor import HalfImported, half_imported
from patientapp.imports import storing
from patientapp.imports.appointments import Appointments
from patientapp.imports.models import ImportRow, ImportRun
from patientapp.imports.queries import system_left_behind
from patientapp.jobs import import_once
from tests.factories import NOW
from tests.imports.test_appointments import World

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> World:
    return World(app, session, tmp_path)


def killed_at(call: int, owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Stop the process at the so-manieth call of something."""
    real: Callable[..., Any] = getattr(owner, name)
    calls: list[object] = []

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) == call:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, dies)
    return calls


def rows(world: World, count: int = 30) -> list[dict[str, str]]:
    return [world.row(appointment_key=f"A-{n}") for n in range(count)]


def test_p1_a_kill_while_rows_are_laid_aside_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "ASIDE", 10)
    with monkeypatch.context() as patch:
        calls = killed_at(15, storing, "_row", patch)
        assert world.rows(*rows(world)).exit_code != 0
    assert len(calls) == 15
    assert world.session.query(ImportRow).count() == 10
    assert world.visits() == {}
    assert import_once(world.app) == 0  # it was never taken
    assert world.visits() == {}
    storing.forget_rows_left_behind(now=NOW + timedelta(days=2))
    assert world.session.query(ImportRow).count() == 0
    assert world.session.query(ImportRun).count() == 0


def test_p1_a_kill_while_rows_are_stored_is_made_good_by_the_scheduler(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_at(2, Appointments, "store", patch)
        assert world.rows(*rows(world)).exit_code != 0
    there = len(world.visits())
    assert 0 < there < 30
    assert storing.finish_what_was_left(now=NOW) == 0  # perhaps it is still at work
    assert storing.finish_what_was_left(now=NOW + timedelta(minutes=3)) == 1
    world.session.expire_all()
    assert len(world.visits()) == 30
    assert storing.finish_what_was_left(now=NOW + timedelta(minutes=6)) == 0
    said = sa.select(AuditEntry.action).where(AuditEntry.chain == f"imports:{world.service.id}")
    assert world.session.scalars(said).all() == ["imported 30 new, 0 changed, 0 as before"]
    assert world.session.query(ImportRow).count() == 0


def test_p1_what_a_killed_import_left_is_shown_with_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_at(2, Appointments, "store", patch)
        assert world.rows(*rows(world)).exit_code != 0
    there = len(world.visits())
    assert system_left_behind(now=NOW) == [], "perhaps it is still at work"
    monkeypatch.setattr("patientapp.clock.now", lambda: NOW + timedelta(minutes=3))
    with pytest.raises(HalfImported) as told:
        half_imported()
    assert f"{there} rows are stored and {30 - there} wait" in str(told.value)
    assert world.service.slug in str(told.value)
    storing.finish_what_was_left(now=NOW + timedelta(minutes=3))
    assert half_imported() == "none was left half way"


def test_p1_the_next_import_first_finishes_the_one_that_was_killed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_at(2, Appointments, "store", patch)
        world.rows(*rows(world))
    again = world.rows(*rows(world))
    assert again.output == "30 rows. 0 new, 0 changed, 30 as before.\n"
    assert len(world.visits()) == 30


def test_two_that_store_the_same_file_store_each_row_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed_at(2, Appointments, "store", patch)
        world.rows(*rows(world))
    run_id = world.session.scalars(sa.select(ImportRun.id)).one()
    world.session.commit()
    kind = Appointments()
    stale = storing._read(run_id, kind, 5)
    assert stale is not None
    with storing.transaction():
        storing._store_part(stale, kind, now=NOW)
    with storing.transaction():
        storing._store_part(stale, kind, now=NOW)  # the second one finds it done
    counts = storing._store(run_id, kind, now=NOW)
    assert (counts.added, counts.changed, counts.same) == (30, 0, 0)


def test_a_second_file_waits_until_the_first_is_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patientapp.imports.cli.finish_what_was_left", lambda **_facts: 0)
    with monkeypatch.context() as patch:
        killed_at(2, Appointments, "store", patch)
        world.rows(*rows(world))
    second = world.rows(world.row(appointment_key="B-1"))
    assert second.exit_code != 0
    assert "B-1" not in world.visits()
    assert world.session.query(ImportRun).count() == 1
    storing.finish_what_was_left(now=NOW, service_id=world.service.id)
    assert world.rows(world.row(appointment_key="B-1")).exit_code == 0


def test_rel_05_parts_shrink_until_they_hold_the_writer_briefly(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REL-05: a slow machine stores fewer rows at a time, and a quick one more."""
    sizes: list[int] = []
    clock = iter(range(10_000))
    each = {"slow": 1.0, "quick": 0.0}
    for name, seconds in each.items():
        sizes.clear()
        real = storing._read

        def noted(run_id: Any, kind: Any, size: int, real: Any = real) -> Any:
            sizes.append(size)
            return real(run_id, kind, size)

        with monkeypatch.context() as patch:
            patch.setattr(storing, "_read", noted)
            patch.setattr(
                "patientapp.imports.storing.time.monotonic", lambda step=seconds: next(clock) * step
            )
            more = [world.row(appointment_key=f"{name}-{n}") for n in range(40)]
            assert world.rows(*more).exit_code == 0
        assert (sizes[1] < sizes[0]) is (name == "slow")
