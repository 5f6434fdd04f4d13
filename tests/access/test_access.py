"""SEC-01, SEC-04: nothing unless the table says so."""

from __future__ import annotations

from uuid import uuid4

import pytest
from flask import Flask

from patientapp.access.guard import RouteWithoutPolicy, public, refuse_undeclared
from patientapp.access.matrix import HOLDERS, LISTED_ACTS, Permission, may
from patientapp.access.viewer import Role, Viewer

EVERY_ACT = frozenset(LISTED_ACTS.values())


def viewer(role: Role, **over: object) -> Viewer:
    facts: dict[str, object] = {"roles": frozenset({role}), "service_id": uuid4(), "session_id": uuid4()}
    facts |= (
        {"patient_id": uuid4(), "birth_date_confirmed": True}
        if role is Role.PATIENT
        else {"patient_id": uuid4(), "carer_id": uuid4(), "carer_confirmed": True, "acts": EVERY_ACT}
        if role is Role.CARER
        else {"staff_id": uuid4()}
    )
    return Viewer(**(facts | over))  # type: ignore[arg-type]


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("role", list(Role))
def test_sec_04_a_role_has_exactly_what_the_matrix_gives(role: Role, permission: Permission) -> None:
    assert may(viewer(role), permission) == (role in HOLDERS[permission])


@pytest.mark.parametrize("permission", list(Permission))
def test_link_04_before_the_birth_date_a_link_opens_nothing_else(permission: Permission) -> None:
    early = viewer(Role.PATIENT, birth_date_confirmed=False)
    first = {Permission.BEGIN_ANSWERING, Permission.SAY_SIGNS}  # signs are heard first (CLIN-02)
    assert may(early, permission) == (permission in first)


@pytest.mark.parametrize("permission", list(Permission))
def test_rel_03_while_idle_only_the_answer_being_given_is_saved(permission: Permission) -> None:
    idle = viewer(Role.PATIENT, idle=True)
    left = {Permission.SAVE_OWN_ANSWER, Permission.BEGIN_ANSWERING, Permission.SAY_SIGNS}
    assert may(idle, permission) == (permission in left)


def test_sec_04_commissioners_and_system_admins_see_no_patient() -> None:
    for role in (Role.COMMISSIONER, Role.SYSTEM_ADMIN):
        assert not may(viewer(role), Permission.SEE_PATIENTS)
        assert not may(viewer(role), Permission.SEE_PROGRESS)


def test_sec_01_an_app_with_an_undeclared_route_does_not_start() -> None:
    app = Flask("x", static_folder=None)
    app.add_url_rule("/open", "open", public(lambda: ""))
    refuse_undeclared(app)
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RouteWithoutPolicy, match="GET /forgotten"):
        refuse_undeclared(app)


@pytest.mark.parametrize("permission", list(Permission))
@pytest.mark.parametrize("over", [{"carer_confirmed": False}, {"idle": True}])
def test_sec_11_before_the_code_and_while_idle_a_carer_may_only_give_it(
    permission: Permission, over: dict[str, object]
) -> None:
    early = viewer(Role.CARER, **over)
    assert may(early, permission) == (permission is Permission.ENTER_AS_CARER)


@pytest.mark.parametrize("permission", LISTED_ACTS)
def test_sec_11_an_act_that_is_not_listed_is_no_act(permission: Permission) -> None:
    others = EVERY_ACT - {LISTED_ACTS[permission]}
    assert not may(viewer(Role.CARER, acts=others), permission)
