"""IO-07: an error is short, has a reference, and tells nothing of the inside."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from patientapp.access.guard import public
from patientapp.errors import Problem


@pytest.fixture
def broken(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Every probe fails with something private in its hands."""

    @public
    def fail() -> str:
        private = "Sam Sample 9990000018"
        raise ValueError(private)

    monkeypatch.setitem(app.view_functions, "web.live", fail)
    monkeypatch.setitem(app.view_functions, "entry.front", fail)
    return client


@pytest.mark.parametrize("address", ["/health/live", "/"])
def test_io_07_an_unexpected_error_has_a_reference_and_nothing_internal(
    broken: FlaskClient, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    response = broken.get(address)
    logged = capsys.readouterr().err
    assert response.status_code == 500
    for inside in ("Sam Sample", "ValueError", "Traceback", "patientapp/"):
        assert inside not in response.text
    assert '"reference"' in logged
    assert '"locals"' not in logged


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/tasks", 405),
        ("GET", "/api/v1/tasks", 401),
    ],
)
def test_io_07_api_errors_are_problem_documents(
    client: FlaskClient, method: str, address: str, status: int
) -> None:
    response = client.open(address, method=method)
    assert response.status_code == status or (method != "GET" and response.status_code == 400)
    assert response.mimetype == "application/problem+json"
    assert response.json is not None
    assert set(response.json) >= {"type", "title", "status", "detail"}


def _families(family: type[Problem]) -> list[type[Problem]]:
    return [family, *(one for child in family.__subclasses__() for one in _families(child))]


def test_every_problem_says_what_it_is_and_its_page_opens(client: FlaskClient) -> None:
    for family in _families(Problem):
        assert family.__doc__, family
        assert family.title, family
        assert client.get(f"/problems/{family.slug()}").status_code == 200, family
