"""A value set by age and sex takes them from the record, as of the day of the answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.assessments.models import Response
from patientapp.assessments.rules import whole_years
from patientapp.patients.rules import Sex
from patientapp.questionnaires import library as shelf
from patientapp.questionnaires.library import Library, data_folder
from patientapp.scoring.scale import Method, Scale
from patientapp.scoring.values import DIMENSIONS, GROUPS, PROFILES, ValueSet
from tests.factories import make_pack, make_patient, make_service, sign_in_patient


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1975, 9, 22), date(2026, 9, 22), 51),
        (date(1975, 9, 23), date(2026, 9, 22), 50),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_in_whole_years(born: date, on: date, years: int) -> None:
    assert whole_years(born, on) == years


@pytest.fixture
def by_group(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A made-up map: its index is the place of the group, age band x 2 + sex."""
    table = np.tile(np.arange(GROUPS, dtype=float), PROFILES)
    made = ValueSet(id="by_group", title="x", source="made up", table=table, by_group=True)
    scale = Scale(code="index_by_group", method=Method.VALUE_SET, items=DIMENSIONS, value_set=made)
    library = Library.load(data_folder())
    eq5d5l = library.get("eq5d5l")
    eq5d5l = replace(eq5d5l, scales=(*eq5d5l.scales, scale))
    held = Library(
        library.versions | {("eq5d5l", 1): eq5d5l},  # type: ignore[operator]
        newest=library.newest | {"eq5d5l": eq5d5l},  # type: ignore[operator]
    )
    monkeypatch.setattr(shelf.SHELF, "held", held)
    monkeypatch.setattr(shelf.SHELF, "look_after", float("inf"))
    yield
    shelf.SHELF.look()


@pytest.mark.usefixtures("by_group", "now")
@pytest.mark.parametrize(
    ("born", "sex", "expected"),
    [
        (date(2008, 9, 22), Sex.FEMALE, 0.0),
        (date(1991, 9, 23), Sex.MALE, 1.0),
        (date(1991, 9, 22), Sex.MALE, 3.0),
        (date(1926, 9, 22), Sex.FEMALE, 8.0),
        (date(1925, 9, 22), Sex.FEMALE, {"reason": "no_value_set_inputs"}),
        (date(2008, 9, 23), Sex.FEMALE, {"reason": "no_value_set_inputs"}),
        (date(1975, 1, 1), Sex.OTHER, {"reason": "no_value_set_inputs"}),
        (date(1975, 1, 1), Sex.UNKNOWN, {"reason": "no_value_set_inputs"}),
    ],
)
def test_the_record_gives_age_and_sex(
    born: date, sex: Sex, expected: object, client: FlaskClient, session: Session
) -> None:
    patient = make_patient(session, make_service(session), birth_date=born, sex=sex)
    pack = make_pack(session, patient, ("eq5d5l",))
    sign_in_patient(client, pack)
    token = client.get("/api/v1/me").get_json()["csrf_token"]
    answers = dict.fromkeys(DIMENSIONS, 1) | {"vas": 80}
    sent = client.post(
        f"/api/v1/packs/{pack.id}/responses",
        json={"responses": {"eq5d5l": answers}},
        headers={"X-CSRFToken": token, "Idempotency-Key": "b" * 22},
    )
    assert sent.status_code == 201, sent.text
    kept = session.query(Response).one()
    assert kept.scores["index_by_group"] == expected
    assert kept.scores["index_uk_5l_2026"] == 1
    assert not {"age", "sex"} & set(kept.answers), "nothing of the record is copied into the answers"
