"""OPS-01: `patientapp audit verify` finds every edit of the tables behind it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.audit import queries
from patientapp.audit.actions import record, record_system
from patientapp.cli import root
from tests.factories import NOW, make_service, staff_viewer

EDITS = {
    "actor": "UPDATE audit_entries SET actor = 'staff:9' WHERE chain = :chain AND seq = :seq",
    "action": "UPDATE audit_entries SET action = 'nothing' WHERE chain = :chain AND seq = :seq",
    "object": "UPDATE audit_entries SET object = 'x' WHERE chain = :chain AND seq = :seq",
    "result": "UPDATE audit_entries SET result = 'x' WHERE chain = :chain AND seq = :seq",
    "at": "UPDATE audit_entries SET at = '2020-01-01 00:00:00' WHERE chain = :chain AND seq = :seq",
    "removed": "DELETE FROM audit_entries WHERE chain = :chain AND seq = :seq",
    "moved": "UPDATE audit_entries SET seq = seq + 50 WHERE chain = :chain AND seq = :seq",
}
WHOLE = {
    "cut off": "DELETE FROM audit_entries WHERE chain = :chain AND seq > 2",
    "emptied": "DELETE FROM audit_entries WHERE chain = :chain",
    "beheaded": "DELETE FROM audit_chains WHERE chain = :chain",
    "head set back": "UPDATE audit_chains SET seq = 2 WHERE chain = :chain",
}


def written(session: Session) -> list[str]:
    """Two chains of four entries."""
    viewer = staff_viewer(make_service(session))
    for n in range(4):
        record(viewer, f"act {n}", now=NOW)
        record_system(f"act {n}", chain="service:test", now=NOW)
    session.commit()
    return [viewer.key, "service:test"]


def broken() -> dict[str, int | None]:
    found = {one.chain: one.broken_at for one in queries.system_checked()}
    return {chain: at for chain, at in found.items() if at is not None}


def test_ops_01_untouched_chains_are_whole(app: Flask, session: Session) -> None:
    written(session)
    done = CliRunner().invoke(root, ["audit", "verify"], obj=lambda: app)
    assert (done.exit_code, done.output) == (0, "2 chains, all whole.\n")


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
@pytest.mark.parametrize("edit", EDITS)
def test_ops_01_every_edit_of_every_entry_is_found(session: Session, edit: str, seq: int) -> None:
    chain, _other = written(session)
    session.execute(sa.text(EDITS[edit]), {"chain": chain, "seq": seq})
    session.expire_all()
    assert broken() == {chain: seq}


@pytest.mark.parametrize("edit", WHOLE)
def test_ops_01_a_chain_that_lost_its_end_or_its_head_is_found(
    app: Flask, session: Session, edit: str
) -> None:
    _other, chain = written(session)
    session.execute(sa.text(WHOLE[edit]), {"chain": chain})
    session.expire_all()
    assert set(broken()) == {chain}
    done = CliRunner().invoke(root, ["audit", "verify"], obj=lambda: app)
    assert done.exit_code == 1
    assert f"{chain}: changed" in done.output
    assert "1 of 2 chains" in done.output


def test_ops_01_a_hundred_edits_are_found_a_hundred_times(session: Session) -> None:
    """Every column of every entry of a longer chain, one at a time, each put back before the next."""
    viewer = staff_viewer(make_service(session))
    for n in range(20):
        record(viewer, f"act {n}", now=NOW)
    session.commit()
    found = 0
    for seq in range(1, 21):
        for edit in ("actor", "action", "object", "result", "removed"):
            kept = session.begin_nested()
            session.execute(sa.text(EDITS[edit]), {"chain": viewer.key, "seq": seq})
            session.expire_all()
            found += broken() == {viewer.key: seq}
            kept.rollback()
    assert (found, broken()) == (100, {})
