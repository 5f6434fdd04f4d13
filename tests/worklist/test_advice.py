"""CLIN-02: whoever writes of harming themselves reads first where help is, on every way onward."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.desk import forget_form_token
from tests.factories import (
    form_of,
    make_pack,
    make_patient,
    make_service,
    sign_in_patient,
)

RISK = "I want to die"
CALM = "The stairs are hard for me"


@pytest.fixture
def patient(session: Session, client: FlaskClient) -> FlaskClient:
    service = make_service(session, slug="upmoor")
    sign_in_patient(client, make_pack(session, make_patient(session, service)))
    return client


def filled(phone: FlaskClient, page: str, **values: str) -> dict[str, str]:
    """The form of a page, with its token."""
    forget_form_token()
    return form_of(phone.get(page).text, **values)


def is_first(page: str) -> bool:
    """Whether the emergency card stands before anything else that the page says."""
    main = page.split('id="maincontent"', 1)[1]
    return "tel:999" in main.split("<form", 1)[0]


FORMS = [
    ("/tell-us", {"kind": "complaint", "words": "{}", "wanted": ""}),
    ("/my-page/to-talk-about", {"talk": "{}", "hope": ""}),
    ("/feedback/upmoor", {"response": "1", "comment": "{}"}),
]


@pytest.mark.parametrize(("path", "form"), FORMS)
def test_clin_02_words_that_were_kept_lead_by_the_advice(
    patient: FlaskClient, path: str, form: dict[str, str]
) -> None:
    """Also where the same form is sent twice: the second answer is the one that a person sees."""
    typed = filled(patient, path, **{name: value.format(RISK) for name, value in form.items()})
    for _again in range(2):
        sent = patient.post(path, data=typed)
        assert sent.status_code == 303, sent.text
        page = patient.get(sent.headers["Location"]).text
        assert is_first(page)
        assert "Help for you now" in page
    calm = filled(patient, path, **{name: value.format(CALM) for name, value in form.items()})
    assert "/help-now" not in patient.post(path, data=calm).headers["Location"]


def test_clin_02_who_gave_no_name_is_not_promised_that_somebody_looks(
    session: Session, client: FlaskClient
) -> None:
    make_service(session, slug="upmoor")
    sent = client.post(
        "/feedback/upmoor", data=filled(client, "/feedback/upmoor", response="1", comment=RISK)
    )
    page = client.get(sent.headers["Location"]).text
    assert is_first(page)
    assert "nobody can call you" in page
    assert "asked somebody in your team" not in page


def test_clin_02_words_of_a_refused_form_are_answered_by_the_advice(patient: FlaskClient) -> None:
    refused = patient.post("/tell-us", data=filled(patient, "/tell-us", words=RISK))
    assert refused.status_code == 422
    assert is_first(refused.text)
    assert RISK in refused.text, "and nothing that was typed is lost"
    calm = patient.post("/tell-us", data=filled(patient, "/tell-us", words=CALM))
    assert "Help for you now" not in calm.text


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", ""])
def test_link_06_the_advice_leads_only_to_addresses_of_ours(client: FlaskClient, elsewhere: str) -> None:
    page = client.get("/help-now", query_string={"then": elsewhere}).text
    assert "evil" not in page
    assert 'href="/"' in page
    assert 'href="/my-page"' in client.get("/help-now?then=/my-page").text


def test_io_06_ends_of_lines_count_once_as_the_page_counts_them(patient: FlaskClient) -> None:
    """A form sends two characters for each; what fits the box is kept."""
    lines = "\r\n".join(["short line"] * 363)
    assert len(lines.replace("\r\n", "\n")) <= 4_000 < len(lines)
    typed = filled(patient, "/tell-us", kind="comment", words=lines, wanted="")
    assert patient.post("/tell-us", data=typed).status_code == 303
