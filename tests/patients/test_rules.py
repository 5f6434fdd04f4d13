"""What a record may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patientapp.patients.rules import (
    NewPatient,
    mistakes,
    parse_birth_date,
    parse_mobile,
    parse_nhs_number,
    spaced_nhs_number,
)

THIRD_OF_MARCH = date(1975, 3, 3)
TODAY = date(2026, 9, 22)
BORN = date(1975, 3, 3)


@pytest.mark.parametrize(
    "boxes",
    [
        ("3", "3", "1975"),
        ("03", "03", "1975"),
        ("3", "mar", "1975"),
        ("3", "March", "1975"),
        (" 3 ", "MAR.", " 1975 "),
        ("3 mar 1975", "", ""),
        ("", "3/3/1975", ""),
        ("3.3.1975", "", ""),
        ("3rd of March, 1975", "", ""),
        ("March 3 1975", "", ""),
        ("1975-03-03", "", ""),
        ("3mar1975", "", ""),
        ("٣", "٣", "١٩٧٥"),  # Arabic
        ("۳", "۳", "۱۹۷۵"),  # Persian and Urdu
        ("੩", "੩", "੧੯੭੫"),  # Gurmukhi
        ("３", "３", "１９７５"),  # full width
    ],
)
def test_a_birth_date_is_read_however_it_is_written(boxes: tuple[str, str, str]) -> None:
    assert parse_birth_date(*boxes) == THIRD_OF_MARCH


@pytest.mark.parametrize(
    "boxes",
    [
        ("", "", ""),
        ("3", "3", "75"),
        ("3 mar 75", "", ""),
        ("31", "2", "1975"),
        ("3", "13", "1975"),
        ("0", "3", "1975"),
        ("3", "ju", "1975"),
        ("3", "juu", "1975"),
        ("3", "3", "19750"),
        ("3", "3", "0000"),
        ("3", "3", ""),
        ("third", "march", "1975"),
        ("3", "3 3", "1975"),
        ("3²", "3", "1975"),
        ("-3", "mar", "x1975"),
    ],
)
def test_what_is_no_day_is_refused(boxes: tuple[str, str, str]) -> None:
    assert parse_birth_date(*boxes) is None


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_every_day_comes_back_from_boxes_and_words(day: date) -> None:
    assert parse_birth_date(str(day.day), str(day.month), str(day.year)) == day
    assert parse_birth_date(f"{day:%d %b %Y}") == day
    assert parse_birth_date(day.isoformat()) == day


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_date(day: str, month: str, year: str) -> None:
    found = parse_birth_date(day, month, year)
    assert found is None or found.year >= 1


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("9990000018", "9990000018"),
        ("999 000 0018", "9990000018"),
        ("999-000-0018", "9990000018"),
        ("٩٩٩٠٠٠٠٠١٨", "9990000018"),
        ("9990000019", None),
        ("9990000081", None),
        ("999000001", None),
        ("99900000180", None),
        ("999000001X", None),
        ("", None),
    ],
)
def test_an_nhs_number_is_ten_digits_that_check(written: str, number: str | None) -> None:
    assert parse_nhs_number(written) == number


@given(st.integers(0, 999_999), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_of_an_nhs_number_is_seen(middle: int, place: int, other: int) -> None:
    whole = next(
        (found for last in range(10) if (found := parse_nhs_number(f"999{middle:06d}{last}"))), None
    )
    if whole is not None and whole[place] != str(other):
        assert parse_nhs_number(whole[:place] + str(other) + whole[place + 1 :]) is None


def test_an_nhs_number_is_shown_as_it_is_read_aloud() -> None:
    assert spaced_nhs_number("9990000018") == "999 000 0018"
    assert spaced_nhs_number(None) == ""


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("07700 900123", "+447700900123"),  # drama numbers pass
        ("+44 7700 900 123", "+447700900123"),
        ("0044 7700 900123", "+447700900123"),
        ("(07700) 900-123", "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "+447700900123"),
        ("07624 123456", "+447624123456"),
        ("0113 496 0001", None),  # a landline takes no texts
        ("07012 345678", None),  # personal numbers
        ("07600 123456", None),  # pagers
        ("07700 90012", None),
        ("07700 900123 x5", None),
        ("hello", None),
        ("", None),
    ],
)
def test_a_mobile_is_a_number_that_texts_reach(written: str, number: str | None) -> None:
    assert parse_mobile(written) == number


RIGHT = NewPatient(given_name="Sam", family_name="Sample", birth_date=THIRD_OF_MARCH)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"given_name": " "}, "given_name"),
        ({"family_name": "x" * 101}, "family_name"),
        ({"birth_date": TODAY}, "birth_date"),
        ({"birth_date": date(1890, 1, 1)}, "birth_date"),
        ({"nhs_number": "9990000019"}, "nhs_number"),
        ({"mobile": "0113 496 0001"}, "mobile"),
        ({"email": "sam"}, "email"),
        ({"language": "english"}, "language"),
    ],
)
def test_a_mistake_is_named_by_its_field(wrong: dict[str, object], field: str) -> None:
    assert list(mistakes(replace(RIGHT, **wrong), today=TODAY)) == [field]  # type: ignore[arg-type]


def test_a_plain_record_has_no_mistake() -> None:
    assert mistakes(RIGHT, today=TODAY) == {}


@pytest.mark.parametrize("name", ["\u200b", "\u202e\u2066 ", "\u3164", "\u0301", "\ufeff\u2060"])
def test_a_name_that_nobody_can_see_is_none(name: str) -> None:
    assert list(mistakes(NewPatient(given_name=name, family_name="-", birth_date=BORN), today=TODAY)) == [
        "given_name"
    ]


@pytest.mark.parametrize("name", ["-", "Zoë", "李", "عمر", "O\u2019Neil", "नी\u200dल"])
def test_a_name_in_any_script_is_taken(name: str) -> None:
    assert mistakes(NewPatient(given_name=name, family_name=name, birth_date=BORN), today=TODAY) == {}
