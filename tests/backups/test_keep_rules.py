"""OPS-02: which regular backups there are to be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from patientapp.backups.keep_rules import DAILY_FOR, age, name_of, taken_at, to_let_go

NOW = datetime(2026, 11, 22, 10, 7, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def test_ops_02_one_name_a_quarter_of_an_hour() -> None:
    assert name_of(NOW) == "patientapp-20261122-1000Z.zip"
    assert name_of(NOW + timedelta(minutes=8)) == "patientapp-20261122-1015Z.zip"
    assert taken_at(name_of(NOW)) == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_ops_02_a_day_of_quarters_then_one_a_day_for_a_month() -> None:
    """Five weeks of backups, let go of as time went on."""
    kept: set[str] = set()
    for step in range(35 * 96):
        at = NOW - timedelta(days=35) + step * QUARTER
        kept.add(name_of(at))
        if step % 16 == 0 or step > 34 * 96 + 90:
            kept -= set(to_let_go(kept, now=at))
    times = sorted(at for name in kept if (at := taken_at(name)))
    last = NOW - QUARTER
    assert sum(last - at <= timedelta(hours=24) for at in times) >= 96
    older = [at.date() for at in times if last - at > timedelta(hours=24)]
    assert len(older) == len(set(older))
    assert DAILY_FOR.days - 1 <= len(older) <= DAILY_FOR.days
    assert age(kept, now=NOW) == timedelta(minutes=22)


def test_ops_02_the_newest_stays_however_old_and_strangers_files_are_left_alone() -> None:
    names = [name_of(NOW), "patientapp-99999999-9999Z.zip", "notes.zip", "patientapp-20200101-0000.zip"]
    assert list(to_let_go(names, now=NOW + timedelta(days=400))) == []
    assert age(["notes.zip"], now=NOW) is None
