"""Every route stands in the matrix and every API route in the description, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from patientapp.access.guard import PUBLIC, policies
from patientapp.access.matrix import Permission
from patientapp.web.api import PREFIX

MATRIX = Path(__file__).parent / "access_matrix.txt"
DESCRIPTION = Path(__file__).parent.parent / "web" / "openapi.json"
NOT_IN_DESCRIPTION = {f"{PREFIX}/openapi.json", f"{PREFIX}/docs"}
UPDATE = "run `python -m tests.architecture.snapshots` if you mean it"


def matrix_of(app: Flask) -> str:
    """One line a route: policy, method, path."""
    lines = sorted(f"{policy:<16} {method:<6} {path}" for method, path, policy in policies(app))
    return "\n".join(lines) + "\n"


def description_of(app: Flask) -> str:
    """The OpenAPI description, in a form whose changes can be read."""
    spec = app.extensions["patientapp.api"].spec.to_dict()
    return json.dumps(spec, indent=1, sort_keys=True) + "\n"


def test_sec_01_every_route_stands_in_the_access_matrix_and_nothing_more(app: Flask) -> None:
    assert matrix_of(app) == MATRIX.read_text(), UPDATE


def test_sec_01_every_policy_is_a_permission_or_public(app: Flask) -> None:
    known = {permission.value for permission in Permission} | {PUBLIC}
    assert {policy for _method, _path, policy in policies(app)} <= known


def test_the_api_is_as_described(app: Flask) -> None:
    assert description_of(app) == DESCRIPTION.read_text(), UPDATE


def test_sec_01_every_api_route_is_described_and_nothing_more(app: Flask) -> None:
    spec = app.extensions["patientapp.api"].spec.to_dict()
    described = {
        (method.upper(), path)
        for path, operations in spec["paths"].items()
        for method in operations
        if method in {"get", "post", "put", "patch", "delete"}
    }
    served = {
        (method, _as_described(path))
        for method, path, _policy in policies(app)
        if path.startswith(PREFIX) and path not in NOT_IN_DESCRIPTION
    }
    assert described == served
    assert spec["openapi"].startswith("3.1")


def _as_described(path: str) -> str:
    for kind in ("uuid:", "int:", "path:"):
        path = path.replace(kind, "")
    return path.replace("<", "{").replace(">", "}")


@pytest.mark.parametrize("name", ["DEFAULT_ERROR", "UNPROCESSABLE_ENTITY"])
def test_errors_are_described_as_problem_documents(app: Flask, name: str) -> None:
    spec = app.extensions["patientapp.api"].spec.to_dict()
    assert list(spec["components"]["responses"][name]["content"]) == ["application/problem+json"]
