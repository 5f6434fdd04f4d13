"""What a member of staff and a service may look like."""

from __future__ import annotations

import pytest

from patientapp.access.viewer import Role
from patientapp.services.rules import email_key, service_mistakes, staff_mistakes, with_patients

STAFF = {"email": "robin@moorside.example", "name": "Robin", "password": "three plain words"}
SERVICE = {"slug": "moorside", "name": "Moorside", "short_name": "Moorside", "phone": "0113 496 0100"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "robin"}, "email"),
        ({"email": "@"}, "email"),
        ({"name": " "}, "name"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
    ],
)
def test_a_wrong_member_of_staff_is_refused_by_field(wrong: dict[str, str], field: str) -> None:
    assert list(staff_mistakes(**STAFF | wrong)) == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "Moor Side"}, "slug"),
        ({"slug": "-moor"}, "slug"),
        ({"name": ""}, "name"),
        ({"short_name": "x" * 21}, "short_name"),
        ({"short_name": "Pain clinic chronic"}, "short_name"),
        ({"short_name": "Moor Fibromyalgia"}, "short_name"),
        ({"short_name": "Moor CFS/ME"}, "short_name"),
        ({"phone": ""}, "phone"),
    ],
)
def test_a_wrong_service_is_refused_by_field(wrong: dict[str, str], field: str) -> None:
    assert list(service_mistakes(**SERVICE | wrong)) == [field]


@pytest.mark.parametrize("name", ["Moorside Clinic", "Paignton Clinic", "Spain Lane", "Help for Me"])
def test_link_07_a_name_without_a_condition_may_begin_texts(name: str) -> None:
    assert service_mistakes(**SERVICE | {"short_name": name}) == {}


def test_right_ones_are_not() -> None:
    assert staff_mistakes(**STAFF) == service_mistakes(**SERVICE) == {}


def test_one_person_is_one_address_however_it_is_typed() -> None:
    assert email_key(" Robin@Moorside.EXAMPLE ") == "robin@moorside.example"


@pytest.mark.parametrize(
    ("role", "reaches"),
    [
        (Role.CLINICIAN, True),
        (Role.SERVICE_ADMIN, True),
        (Role.COMMISSIONER, False),
        (Role.SYSTEM_ADMIN, False),
        (Role.PATIENT, False),
    ],
)
def test_sec_04_only_the_care_team_reaches_patients(role: Role, reaches: bool) -> None:
    assert with_patients([role]) is reaches
