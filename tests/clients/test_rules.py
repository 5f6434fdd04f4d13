"""Tokens: for one audience, for minutes, through clocks that differ."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from patientapp.clients.rules import MOST_SKEW, TOKEN_LIFE, WhyNot, claims, why_not
from patientapp.clients.tokens import read, signed
from tests.factories import NOW

HERE = "https://pain.example"
KEY = "a-secret-key-of-enough-letters-12345"


def said(**over: Any) -> dict[str, Any]:
    made = claims(client_id="c", scope="changes.read", audience=HERE, token_id="t", now=NOW)
    return made | over


@pytest.mark.parametrize(
    ("minutes", "refusal"),
    [
        (-6, WhyNot.EARLY),
        (-3, None),  # the clock that issued it is 3 minutes ahead of ours
        (0, None),
        (3, None),  # or 3 minutes behind
        (9, None),
        (10, WhyNot.EXPIRED),
        (13, WhyNot.EXPIRED),
    ],
)
def test_time_04_clocks_five_minutes_apart_are_borne_with(minutes: int, refusal: WhyNot | None) -> None:
    assert why_not(said(), audience=HERE, now=NOW + timedelta(minutes=minutes)) is refusal


def test_the_figures_are_as_the_rules_say() -> None:
    assert timedelta(minutes=5) == MOST_SKEW
    assert timedelta(minutes=15) >= TOKEN_LIFE


@pytest.mark.parametrize(
    ("over", "refusal"),
    [
        ({"aud": "https://other.example"}, WhyNot.AUDIENCE),
        ({"aud": [HERE, "https://other.example"]}, WhyNot.AUDIENCE),
        ({"iss": "https://other.example"}, WhyNot.ISSUER),
        ({"exp": int((NOW + timedelta(days=1)).timestamp())}, WhyNot.LONG),
        ({"exp": "soon"}, WhyNot.SHAPE),
        ({"exp": True}, WhyNot.SHAPE),
        ({"scope": None}, WhyNot.SHAPE),
        ({"client_id": 7}, WhyNot.SHAPE),
    ],
)
def test_a_token_that_is_not_for_us_is_refused_with_the_reason(
    over: dict[str, Any], refusal: WhyNot
) -> None:
    assert why_not(said(**over), audience=HERE, now=NOW) is refusal


def test_a_token_comes_back_as_it_was_signed_and_by_no_other_key() -> None:
    token = signed(said(), key=KEY)
    assert read(token, key=KEY) == said()
    assert read(token, key=KEY + "x") is None
    head, body, mark = token.split(".")
    for broken in ("", "x", f"{head}.{body}.", f"{head}.{body}.{mark[:-2]}AA", "a.b.c", "é.é.é"):
        assert read(broken, key=KEY) is None


def test_what_is_signed_otherwise_is_no_access_token() -> None:
    raw = OctKey.import_key(KEY)
    plain = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, said(), raw)  # the key as it stands
    assert read(plain, key=KEY) is None
    none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0." + signed(said(), key=KEY).split(".")[1] + "."
    assert read(none, key=KEY) is None
