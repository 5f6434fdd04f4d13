"""Every page: valid HTML, one h1, labelled fields, nothing inline, headers on."""

from __future__ import annotations

import re

import html5lib
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.architecture.everywhere import KEPT, PATIENT, STAFF, world


@pytest.fixture
def facts(client: FlaskClient, session: Session) -> dict[str, str]:
    return world(client, session)


@pytest.mark.parametrize("address", PATIENT + KEPT + STAFF)
def test_clin_11_io_02_every_page_is_sound(
    client: FlaskClient, facts: dict[str, str], address: str
) -> None:
    response = client.get(address.format(**facts))
    assert response.mimetype == "text/html"
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(response.text)
    assert [error for error in parser.errors if error[1] != "unexpected-null-character"] == []
    assert len(re.findall(r"<h1[ >]", response.text)) == 1 or "api/v1/docs" in address
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]* src=)", response.text)
    assert not re.search(r"<(h1|h2|label|legend|a)[^>]*>\s*</", response.text)
    _check_labels(response.text)
    _check_headers(response.headers, "private, max-age=300" if address in KEPT else "no-store")


def _check_labels(page: str) -> None:
    fields = re.findall(r"<(?:input|textarea|select)([^>]*)>", page)
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    for attributes in fields:
        if 'type="hidden"' in attributes:
            continue
        name = re.search(r'\bid="([^"]+)"', attributes)
        assert name, attributes
        assert name[1] in labelled, f"{name[1]} has no label"


def _check_headers(headers: object, keeping: str) -> None:
    policy = headers["Content-Security-Policy"]  # type: ignore[index]
    assert "unsafe-inline" not in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"  # type: ignore[index]
    assert headers["X-Frame-Options"] == "DENY"  # type: ignore[index]
    assert headers["Cache-Control"] == keeping  # type: ignore[index]
    assert headers["Referrer-Policy"] == "no-referrer"  # type: ignore[index]
