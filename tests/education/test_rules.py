"""Who gets which page, what is said about it, and what is offered when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from patientapp.content.library import default_library
from patientapp.content.page import BrokenContent, Page, Status
from patientapp.content.standing import As, Signature
from patientapp.education.directory import Category, leaflet, read
from patientapp.education.rules import (
    Notice,
    last_months,
    occasions,
    offered_to,
    reading,
    suits,
)

LIBRARY = default_library()
TODAY = date(2026, 11, 22)
ENGLISH = LIBRARY.page("sleep", "en")
POLISH = replace(ENGLISH, lang="pl", translation_status=Status.IN_TRANSLATION, translated_from_version=1)
BOTH = replace(LIBRARY, pages={("sleep", "en"): ENGLISH, ("sleep", "pl"): POLISH})


def by(page: Page, *roles: As) -> list[Signature]:
    facts = {"key": page.key, "digest": page.digest, "name": "R. Sample", "on": TODAY}
    return [Signature(signed_as=role, **facts) for role in roles]  # type: ignore[arg-type]


SEEN = [
    ("demo, nobody signed", [], False, "pl", [Notice.UNCHECKED_TRANSLATION]),
    ("demo, English", [], False, "en", [Notice.UNCHECKED]),
    ("demo, no such language", [], False, "en", [Notice.ENGLISH_ONLY, Notice.UNCHECKED]),
    ("production, nobody signed", [], True, None, []),
    ("production, English signed", by(ENGLISH, As.CLINICIAN), True, "en", [Notice.ENGLISH_ONLY]),
    (
        "production, both signed",
        by(ENGLISH, As.CLINICIAN) + by(POLISH, As.CLINICIAN, As.LANGUAGE),
        True,
        "pl",
        [],
    ),
    ("production, half signed", by(POLISH, As.LANGUAGE), True, None, []),
]
ASKED = {"demo, English": "en", "demo, no such language": "ar"}


@pytest.mark.parametrize("case", SEEN, ids=[case[0] for case in SEEN])
def test_a_page_falls_back_to_english_and_says_so(case: tuple[object, ...]) -> None:
    """Section 8: production refuses what nobody signed; a demonstration says that nobody did."""
    name, signed, production, lang, notices = case
    seen = reading(
        BOTH,
        "sleep",
        ASKED.get(str(name), "pl"),
        signatures=signed,  # type: ignore[arg-type]
        today=TODAY,
        production=bool(production),
    )
    assert (seen and seen.page.lang) == lang
    assert seen is None or list(seen.notices) == notices


def test_a_page_past_its_date_says_so_and_later_is_gone() -> None:
    signed = by(ENGLISH, As.CLINICIAN)
    plain = replace(ENGLISH, safety_cards=())
    library = replace(LIBRARY, pages={("sleep", "en"): plain})
    facts = {"signatures": signed, "production": True}
    late = reading(library, "sleep", "en", today=date(2029, 11, 25), **facts)  # type: ignore[arg-type]
    assert late
    assert late.notices == (Notice.OVERDUE,)
    assert reading(library, "sleep", "en", today=date(2030, 1, 1), **facts) is None  # type: ignore[arg-type]


def test_n01_people_with_me_cfs_are_never_sent_exercise() -> None:
    """N01: on no occasion, in no list of theirs."""
    for occasion in occasions(["moving-more", *LIBRARY.start_here()]):
        given = offered_to(LIBRARY, (*occasion.topics, "moving-more"), "cfs")
        assert "moving-more" not in given
        assert given[0] == "me-cfs"
        assert "moving-more" in offered_to(LIBRARY, ("moving-more",), "pain")
    assert not suits(LIBRARY.page("moving-more", "en"), "cfs")
    assert suits(LIBRARY.page("moving-more", "en"), "all")
    assert not suits(LIBRARY.page("me-cfs", "en"), "all")


def test_c10_carers_and_professionals_have_lists_of_their_own() -> None:
    """C10: two audiences and more. N08, D19: carers have pages of their own."""
    listed = {who: {p.id for p in LIBRARY.topics if suits(p, who)} for who in ("carer", "professional")}
    assert {"for-carers", "talk-to-family", "sleep"} <= listed["carer"]
    assert listed["professional"] == {"for-professionals"}


def test_months_go_back_over_the_year() -> None:
    assert last_months(date(2026, 2, 28), 3) == [date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1)]


def test_b60_c18_the_demonstration_has_every_kind_of_place() -> None:
    """B39, B60, C17, C18: benefits, work, groups, leisure, voluntary, drug and alcohol, veterans.

    N10: groups for people with long-standing pain are listed. N12: children's 0 to 19 services.
    """
    found = leaflet("moorside")
    assert found
    assert set(found.by_category()) == set(Category)


BAD = [
    ("key gone", lambda s: s.replace("about = ", "intro = ", 1), "intro: is not known"),
    ("no list", lambda s: s.replace("team = [", "team = 3 # ["), "moor.toml"),
    ("kind", lambda s: s.replace('"veterans"', '"pub"'), "category: is one of"),
    ("paid", lambda s: s + "nhs_funded = true\n", "nhs_funded: the NHS does not pay"),
    ("web", lambda s: s + 'web = "javascript:alert(1)"\n', "web: begins with https://"),
    ("nameless", lambda s: s.replace('name = "Example Steps"\n', ""), "name: is missing"),
]


@pytest.mark.parametrize(("change", "said"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
def test_d45_a_directory_that_is_wrong_is_named(change: object, said: str) -> None:
    """D45: complementary therapy never stands there as paid for by the NHS."""
    from patientapp.content.library import content_folder

    source = (content_folder() / "places" / "moorside.toml").read_text(encoding="utf-8")
    with pytest.raises(BrokenContent, match=said):
        read(change(source), "places/moor.toml")  # type: ignore[operator]
