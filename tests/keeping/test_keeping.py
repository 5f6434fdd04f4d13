"""OPS-06: all that is held of a person can be given out and erased; leftovers go; the audit stays."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session as DbSession

from patientapp.assessments import sending
from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.db import Base
from patientapp.imports.models import ImportRow, ImportRun
from patientapp.messaging.actions import enqueue
from patientapp.messaging.models import InboundText
from patientapp.patients.models import Patient
from patientapp.services.models import Service
from patientapp.signin.models import SignInFailure
from patientapp.worklist.actions import raise_item
from patientapp.worklist.models import WorkItem
from patientapp.worklist.rules import ItemKind
from patientapp.worklist.taking import close, take
from tests.factories import (
    NOW,
    make_pack,
    make_patient,
    make_service,
    make_staff,
    make_token,
    patient_viewer,
    staff_viewer,
    tasks_of,
)

pytestmark = pytest.mark.usefixtures("now")


def typed(app: Flask, *words: str) -> Result:
    return CliRunner().invoke(root, list(words), obj=lambda: app)


def person_with_everything(session: DbSession, *, alert: bool = False) -> Patient:
    """Somebody with an episode, a link, a text, answers, a task and a word to us."""
    service = make_service(session)
    person = make_patient(session, service, given_name="Unmistakable")
    pack = make_pack(session, person)
    link, _token = make_token(pack)
    sending.submit_values(patient_viewer(pack), tasks_of(session, pack)[0].id, {"q1": 3}, now=NOW)
    enqueue(
        key=f"{pack.id}:invite",
        service_id=service.id,
        patient_id=person.id,
        about=pack.id,
        template="q-invite",
        words={"mins": "6"},
        to_number=person.mobile,
        link_id=link.id,
        due_at=NOW,
        useful_until=NOW + timedelta(days=1),
        now=NOW,
    )
    raise_item(
        ItemKind.ALERT if alert else ItemKind.TASK,
        service_id=service.id,
        patient_id=person.id,
        reason="not_me",
        source=f"{person.id}:x",
        now=NOW,
    )
    session.add(inbound(person.mobile))
    session.commit()
    return person


def inbound(number: str, **over: Any) -> InboundText:
    facts = {"from_number": number, "to_number": "+447700900999", "body": "words", "received_at": NOW}
    return InboundText(carrier_id=f"SM{uuid4().hex}", **(facts | over))


def rows(session: DbSession) -> dict[str, int]:
    counts = {}
    for table in Base.metadata.sorted_tables:
        counts[table.name] = session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    return counts


def test_ops_06_an_erased_person_leaves_no_row_but_the_audit(app: Flask, session: DbSession) -> None:
    """Another person is untouched, row for row."""
    other = person_with_everything(session)
    before = rows(session)
    person = person_with_everything(session)
    identifiers = (str(person.id), person.id.hex, person.mobile, "Unmistakable")
    entries = session.scalars(sa.select(AuditEntry.hash)).all()
    done = typed(app, "patient", "erase", str(person.id), "--yes")
    assert done.exit_code == 0, done.output
    for kept in ("outbox", "links", "responses", "inbound_texts", "patients"):
        assert kept in done.output
    after = rows(session)
    stays = {"audit_entries", "audit_chains", "services"}
    assert {name: n for name, n in after.items() if name not in stays} == {
        name: n for name, n in before.items() if name not in stays
    }
    assert set(entries) < set(session.scalars(sa.select(AuditEntry.hash)))
    for table in Base.metadata.sorted_tables:
        if table.name not in stays:
            said = str(session.execute(sa.select(table)).all()).replace(str(other.given_name), "")
            assert not any(one in said for one in identifiers[:3]), table.name
    assert session.get(Patient, other.id) is not None


def test_ops_06_an_open_alert_stops_an_erasure_until_it_is_closed(app: Flask, session: DbSession) -> None:
    person = person_with_everything(session, alert=True)
    before = rows(session)
    refused = typed(app, "patient", "erase", str(person.id), "--yes")
    assert refused.exit_code == 2
    assert "alert of this person is open" in refused.output
    assert rows(session) == before
    service = session.get(Service, person.service_id)
    assert service is not None
    clinician = staff_viewer(service, staff_id=make_staff(session, service).id)
    item_id = session.scalars(sa.select(WorkItem.id).where(WorkItem.patient_id == person.id)).one()
    take(clinician, item_id, now=NOW)
    close(clinician, item_id, "spoke", now=NOW)
    session.commit()
    assert typed(app, "patient", "erase", str(person.id), "--yes").exit_code == 0


def test_ops_06_a_person_gets_all_that_is_held_of_them_and_no_secret(
    app: Flask, session: DbSession
) -> None:
    person = person_with_everything(session)
    person_with_everything(session)
    given = typed(app, "patient", "export", str(person.id))
    assert given.exit_code == 0, given.output
    held = json.loads(given.stdout)
    assert [one["id"] for one in held["patients"]] == [str(person.id)]
    assert {
        "episodes",
        "packs",
        "tasks",
        "responses",
        "links",
        "outbox",
        "inbound_texts",
        "audit",
    } <= set(held)
    assert held["responses"][0]["answers"]["q1"] == 3
    assert "token_hash" not in given.stdout
    actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert "exported a patient" in actions


@pytest.mark.parametrize("verb", [["export"], ["erase", "--yes"]])
def test_an_unknown_person_is_said_in_one_line(app: Flask, session: DbSession, verb: list[str]) -> None:
    refused = typed(app, "patient", verb[0], str(uuid4()), *verb[1:])
    assert (refused.exit_code, "There is no patient" in refused.output) == (2, True)


def test_ops_06_nobody_is_erased_while_a_file_that_may_hold_them_is_stored(
    app: Flask, session: DbSession
) -> None:
    """The row that waits would bring them back."""
    person = person_with_everything(session)
    under_way = ImportRun(
        kind="patients",
        service_id=person.service_id,
        storing=person.service_id,
        digest="a",
        header=["patient_key"],
        begun_at=NOW,
        taken_at=NOW,
    )
    session.add(under_way)
    session.flush()
    refused = typed(app, "patient", "erase", str(person.id), "--yes")
    assert refused.exit_code == 2, refused.output
    assert "once it is stored" in refused.output
    under_way.storing = None
    session.flush()
    assert typed(app, "patient", "erase", str(person.id), "--yes").exit_code == 0


def test_ops_06_retention_deletes_rows_of_files_that_were_never_taken(
    app: Flask, session: DbSession
) -> None:
    service = make_service(session)
    left = ImportRun(
        kind="patients", service_id=service.id, digest="a", header=[], begun_at=NOW - timedelta(days=2)
    )
    session.add(left)
    session.flush()
    session.add(ImportRow(run_id=left.id, number=1, line=2, cells=["a name"]))
    session.flush()
    assert "import_runs                  1" in typed(app, "retention", "run").output
    assert session.scalar(sa.select(sa.func.count()).select_from(ImportRow)) == 0


def test_ops_06_retention_deletes_what_is_past_its_use_with_counts(
    app: Flask, session: DbSession
) -> None:
    old = NOW - timedelta(days=91)
    session.add_all([SignInFailure(who=b"1" * 32, at=old), SignInFailure(who=b"1" * 32, at=NOW)])
    session.add(inbound("+447700900001", received_at=old, acted_at=old))
    session.add(inbound("+447700900001", received_at=old))  # nobody has acted on it: it stays
    make_pack(session, make_patient(session, make_service(session)))
    session.commit()
    before = rows(session)
    done = typed(app, "retention", "run")
    assert done.exit_code == 0, done.output
    assert "2 rows deleted" in done.output
    after = rows(session)
    gone = {name: before[name] - n for name, n in after.items() if n < before[name]}
    assert gone == {"sign_in_failures": 1, "inbound_texts": 1}
