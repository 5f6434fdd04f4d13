"""Groups of people for the equity view: each person is in one of each (B11, N53)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

AGE_STARTS = (0, 18, 40, 65, 80)
AGES = ("under 18", "18 to 39", "40 to 64", "65 to 79", "80 and over")
# NHS Data Dictionary, ethnic category: the five groups of the census.
ETHNIC = {
    "White": "ABC",
    "Mixed": "DEFG",
    "Asian or Asian British": "HJKL",
    "Black or Black British": "MNP",
    "Other": "RS",
}
NOT_KNOWN = "not known"
# Every group there is, whoever is here: a list of those that are here would tell of them.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "age": AGES,
    "sex": ("female", "male", "other", NOT_KNOWN),
    "ethnicity": (*ETHNIC, NOT_KNOWN),
    "deprivation": (*(f"fifth {fifth} of 5" for fifth in range(1, 6)), NOT_KNOWN),
    "language": ("English", "another language"),
    "needs": ("needs recorded", "none recorded"),
}
DIMENSIONS = tuple(GROUPS)


@dataclass(frozen=True)
class Person:
    """What a person's groups are made of."""

    birth_date: date
    sex: str
    ethnicity: str
    imd_decile: int | None
    language: str
    needs: Sequence[str]


def groups(person: Person, on: date) -> tuple[str, ...]:
    """The group of each dimension, in their order, on a day."""
    born = person.birth_date
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    letter = person.ethnicity
    ethnic = next((name for name, known in ETHNIC.items() if letter and letter in known), NOT_KNOWN)
    decile = person.imd_decile
    return (
        AGES[sum(age >= start for start in AGE_STARTS[1:])],
        NOT_KNOWN if person.sex == "unknown" else person.sex,
        ethnic,
        NOT_KNOWN if decile is None else f"fifth {(decile + 1) // 2} of 5",
        "English" if person.language.split("-")[0] == "en" else "another language",
        "needs recorded" if person.needs else "none recorded",
    )
