"""Search values: dates with prefixes, tokens, references, places."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from patientapp.fhir.rules import Place, Prefix, Token, place_of, reference_of, span_of, token_of


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "prefix", "begin", "end"),
    [
        ("2026", Prefix.EQ, utc(2026, 1, 1), utc(2027, 1, 1)),
        ("ge2026-12", Prefix.GE, utc(2026, 12, 1), utc(2027, 1, 1)),
        ("lt2026-03-29", Prefix.LT, utc(2026, 3, 29), utc(2026, 3, 29, 23)),
        ("eq2026-07-06", Prefix.EQ, utc(2026, 7, 5, 23), utc(2026, 7, 6, 23)),
        ("sa2026-07-06T10:00:00Z", Prefix.SA, utc(2026, 7, 6, 10), utc(2026, 7, 6, 10, 0, 1)),
        ("2026-07-06T10:00+01:00", Prefix.EQ, utc(2026, 7, 6, 9), utc(2026, 7, 6, 9, 1)),
        ("2026-07-06T10:00:00-02:00", Prefix.EQ, utc(2026, 7, 6, 12), utc(2026, 7, 6, 12, 0, 1)),
        ("2026-07-06T10:00", Prefix.EQ, utc(2026, 7, 6, 9), utc(2026, 7, 6, 9, 1)),
    ],
)
def test_time_03_a_date_is_as_exact_as_it_is_written_and_its_days_are_londons(
    value: str, prefix: Prefix, begin: datetime, end: datetime
) -> None:
    found = span_of(value)
    assert (found.prefix, found.begin, found.end) == (prefix, begin, end)


@pytest.mark.parametrize(
    "value", ["", "today", "ap2026", "2026-02-30", "2026-13", "26-01-01", "9999-12-31"]
)
def test_what_is_no_date_says_so(value: str) -> None:
    with pytest.raises(ValueError, match="date"):
        span_of(value)


def test_tokens_and_references() -> None:
    some = uuid4()
    assert token_of("http://loinc.org|1-8") == Token("http://loinc.org", "1-8")
    assert (token_of("|x"), token_of("x")) == (Token("", "x"), Token(None, "x"))
    for value in (str(some), f"Patient/{some}", f"https://a.example/fhir/R4/Patient/{some}"):
        assert reference_of(value, "Patient") == some
    with pytest.raises(ValueError, match="Patient"):
        reference_of(f"Device/{some}", "Patient")


def test_a_place_comes_back_and_a_foreign_word_does_not() -> None:
    place = Place(utc(2026, 7, 6, 9), UUID(int=7), 3)
    assert place_of(place.word()) == place
    for word in ("", "a~b~c", "2026-01-01~x~0", place.word() + "x", place.word().replace("+00:00", "")):
        with pytest.raises(ValueError, match=r".*"):
            place_of(word)
