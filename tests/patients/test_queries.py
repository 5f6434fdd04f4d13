"""The wall around patients (SEC-02, SEC-03, SEC-04)."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.errors import Invalid, NotFound
from patientapp.patients.queries import Listing, page, patient, visible_ids
from tests.factories import make_pack, make_patient, make_service, patient_viewer, staff_viewer


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SERVICE_ADMIN])
def test_sec_03_the_care_team_sees_its_own_service_and_no_other(session: Session, role: Role) -> None:
    ours, theirs = make_service(session), make_service(session)
    own, foreign = make_patient(session, ours), make_patient(session, theirs)
    viewer = staff_viewer(ours, role)
    assert set(session.scalars(visible_ids(viewer))) == {own.id}
    for unseen in (foreign.id, uuid4()):
        with pytest.raises(NotFound):
            patient(viewer, unseen)


@pytest.mark.parametrize("role", [Role.COMMISSIONER, Role.SYSTEM_ADMIN, Role.PATIENT])
def test_sec_04_other_roles_see_nobody(session: Session, role: Role) -> None:
    service = make_service(session)
    make_patient(session, service)
    assert list(session.scalars(visible_ids(staff_viewer(service, role)))) == []


def test_sec_02_a_patient_sees_themselves_alone(session: Session) -> None:
    service = make_service(session)
    me, neighbour = make_patient(session, service), make_patient(session, service)
    viewer = patient_viewer(make_pack(session, me))
    assert list(session.scalars(visible_ids(viewer))) == [me.id]
    with pytest.raises(NotFound):
        patient(viewer, neighbour.id)


@pytest.mark.parametrize("sort", ["name", "born", "added"])
def test_pages_hold_everyone_once(session: Session, sort: str) -> None:
    service = make_service(session)
    made = {
        make_patient(session, service, family_name=name, given_name="Sam").id
        for name in ("Ash", "Ash", "ash", "Beech", "Ébène", "O'Oak", "Yew")
    }
    viewer = staff_viewer(service)
    seen: list[UUID] = []
    after = None
    while True:
        found = page(viewer, Listing(sort=sort, after=after, size=2))
        seen += [one.id for one in found.patients]
        after = found.next_after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == len(made)
    assert set(seen) == made


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sam", ["Sample"]),
        ("SAMP", ["Sample"]),
        ("sample robin", ["Sample"]),
        ("robin sample", ["Sample"]),
        ("ample", []),
        ("éb", ["Ébène"]),
        ("ÉB", ["Ébène"]),
        ("%", []),
        ("_ample", []),
        ("999 000 0018", ["Sample"]),
        ("9990000018", ["Sample"]),
        ("9990000026", []),
        ("", ["Oak", "Sample", "Ébène"]),
        ("o'oak", []),
        ("' OR 1=1 --", []),
    ],
)
def test_io_01_a_search_is_a_value_and_never_a_pattern(
    session: Session, search: str, found: list[str]
) -> None:
    service = make_service(session)
    make_patient(session, service, given_name="Robin", family_name="Sample", nhs_number="9990000018")
    make_patient(session, service, given_name="Alex", family_name="Ébène")
    make_patient(session, service, given_name="Alex", family_name="Oak", nhs_number=None)
    listed = page(staff_viewer(service), Listing(search=search))
    assert sorted(one.family_name for one in listed.patients) == found


def test_io_01_a_sort_or_a_place_that_does_not_exist_is_refused(session: Session) -> None:
    ours, theirs = make_service(session), make_service(session)
    foreign = make_patient(session, theirs)
    for wrong in (Listing(sort="nhs_number"), Listing(after=foreign.id), Listing(after=uuid4())):
        with pytest.raises(Invalid):
            page(staff_viewer(ours), wrong)
