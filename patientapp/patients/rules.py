"""What a patient record may say."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import phonenumbers

REGION = "GB"
LONGEST_NAME = 100
LONGEST_LIFE_YEARS = 125
_UK_MOBILE = re.compile(r"\+44(7[1-57-9]\d{8}|7624\d{6})\Z")  # 70 is personal numbers, 76 pagers
_IS_DAY = re.compile(r"[0-9]{1,2}\Z")
_IS_YEAR = re.compile(r"[0-9]{4}\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that are drawn as nothing
_MONTHS = [name.lower() for name in calendar.month_name[1:]]


class Sex(StrEnum):
    """As recorded by the NHS (administrative gender of FHIR R4)."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class Need(StrEnum):
    """Communication needs that the app acts on (CLIN-11)."""

    NO_TEXTS = "no_texts"
    PHONE_ONLY = "phone_only"
    PAPER = "paper"
    LARGE_PRINT = "large_print"
    EASY_READ = "easy_read"
    AUDIO = "audio"
    BRAILLE = "braille"
    INTERPRETER = "interpreter"
    BSL = "bsl"
    HOUSEBOUND = "housebound"  # no visit at the service: telephone, video, or at home (B54)
    MEETS_BY_PHONE = "meets_by_phone"  # a lasting wish, where the person has one (B35)
    MEETS_BY_VIDEO = "meets_by_video"
    MEETS_IN_PERSON = "meets_in_person"
    MEETS_IN_A_GROUP = "meets_in_a_group"


@dataclass(frozen=True, kw_only=True)
class NewPatient:
    """What staff say of a person new to the service, as they typed it."""

    given_name: str
    family_name: str
    birth_date: date
    nhs_number: str = ""
    sex: Sex = Sex.UNKNOWN
    mobile: str = ""
    email: str = ""
    language: str = "en"
    needs: tuple[Need, ...] = field(default_factory=tuple)
    texts_ok: bool = True


def ascii_digits(text: str) -> str:
    """The text with the digits of any script as 0 to 9."""
    return "".join(
        str(unicodedata.digit(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKC", text)
    )


def parse_nhs_number(text: str) -> str | None:
    """Ten digits whose last one checks (modulus 11), however they are spaced; None when not one."""
    digits = re.sub(r"[\s\-\u2010-\u2015]", "", ascii_digits(text))
    if not re.fullmatch(r"[0-9]{10}", digits):
        return None
    weighted = sum(int(digits[place]) * (10 - place) for place in range(9))
    return digits if (11 - weighted % 11) % 11 == int(digits[9]) else None


def spaced_nhs_number(number: str | None) -> str:
    """As people read it aloud: 999 000 0018."""
    return f"{number[:3]} {number[3:6]} {number[6:]}" if number else ""


def parse_mobile(text: str) -> str | None:
    """The number in E.164 if a text can reach it, else None.

    UK mobiles go by their range and not by the library's list of numbers in use, which leaves out
    the ones that Ofcom keeps for fiction; numbers of other countries must be known mobiles.
    """
    try:
        number = phonenumbers.parse(ascii_digits(text), REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if written.startswith("+44"):
        return written if _UK_MOBILE.match(written) else None
    return written if phonenumbers.number_type(number) in _MOBILE_TYPES else None


_MOBILE_TYPES = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def parse_birth_date(day: str, month: str = "", year: str = "") -> date | None:
    """The day that was meant, or None: any digits, months as words, in three boxes or all in one.

    A year has four digits: of two, nobody can say which century was meant.
    """
    written = " ".join(part for part in (day, month, year) if part.strip())
    words = re.findall(r"[0-9]+|[^\W\d_]+", ascii_digits(written).lower())
    words = [word for word in words if word not in {"st", "nd", "rd", "th", "of"}]
    if len(words) != 3:
        return None
    if len(words[0]) == 4 and words[0].isdecimal():
        words.reverse()
    elif _month(words[0]) is not None and not words[0].isdecimal():
        words[:2] = [words[1], words[0]]
    return _day(*words)


def _day(day: str, month: str, year: str) -> date | None:
    number = _month(month)
    if number is None or not _IS_DAY.match(day) or not _IS_YEAR.match(year):
        return None
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _month(word: str) -> int | None:
    if _IS_DAY.match(word):
        return int(word)
    meant = [number for number, name in enumerate(_MONTHS, 1) if _is_short_of(word, name)]
    return meant[0] if len(meant) == 1 else None


def _is_short_of(word: str, name: str) -> bool:
    return len(word) >= 3 and name.startswith(word)


def mistakes(new: NewPatient, *, today: date) -> dict[str, list[str]]:
    """What is wrong with a new record, by field, saying what to do; empty when nothing is."""
    wrong = {
        "given_name": _name_mistake(new.given_name),
        "family_name": _name_mistake(new.family_name),
        "birth_date": _birth_mistake(new.birth_date, today=today),
        "nhs_number": ""
        if not new.nhs_number.strip() or parse_nhs_number(new.nhs_number)
        else "Check the NHS number: it has 10 digits and these do not fit together.",
        "mobile": ""
        if not new.mobile.strip() or parse_mobile(new.mobile)
        else "Check the mobile number: a text cannot reach this one.",
        "email": ""
        if not new.email.strip() or _EMAIL.match(new.email.strip())
        else "Check the email address.",
        "language": "" if _LANGUAGE.match(new.language) else "Choose a language.",
    }
    return {name: [words] for name, words in wrong.items() if words}


def _name_mistake(name: str) -> str:
    if not is_visible(name):
        return "Give a name, or - if the person has only one."
    return "" if len(name) <= LONGEST_NAME else f"Use {LONGEST_NAME} characters or fewer."


def is_visible(text: str) -> bool:
    """Whether anything of it can be seen: not only spaces, marks, zero-width or direction characters."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def _birth_mistake(born: date, *, today: date) -> str:
    if born >= today:
        return "The date of birth is not in the past."
    old = today.year - born.year > LONGEST_LIFE_YEARS
    return "Check the year of birth." if old else ""
