"""Section 11: whoever lost the way finds whom to call."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_service


def test_who_came_without_a_link_finds_each_service_and_its_number(
    client: FlaskClient, session: Session
) -> None:
    service = make_service(session)
    page = client.get("/").get_data(as_text=True)
    assert service.name in page
    assert service.phone in page
    assert "Find our phone number" not in page, "it stands here"


def test_a_page_that_is_not_there_leads_to_the_number(client: FlaskClient, session: Session) -> None:
    """No service is known then, so none can stand in the help block."""
    make_service(session)
    lost = client.get("/no-such-page")
    assert lost.status_code == 404
    assert '<a href="/">Find our phone number</a>' in lost.get_data(as_text=True)


def test_3_3_a_locked_phone_still_shows_whom_to_call(client: FlaskClient, session: Session) -> None:
    service = make_service(session)
    assert service.phone in client.get(f"/phone-locked/{service.slug}").get_data(as_text=True)
    unknown = client.get("/phone-locked/nobody")
    assert unknown.status_code == 200
    assert "Find our phone number" in unknown.get_data(as_text=True)
