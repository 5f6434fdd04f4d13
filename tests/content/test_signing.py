"""Who stands by which words: the register, what it opens in production, and the command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from patientapp import doctor, i18n
from patientapp.content import catalogues
from patientapp.content.cli import content
from patientapp.content.due import due
from patientapp.content.library import default_library
from patientapp.content.page import BrokenContent
from patientapp.content.signing import FILE, sign, signatures
from patientapp.content.standing import As, Signature, Standing, needed, review

TODAY = date(2026, 11, 22)
PAGE = default_library().page("breathing", "en")  # three years, and no safety cards but talk
PLAIN = default_library().page("goals-do", "en")  # no safety cards at all


def signed(page: object = PLAIN, **over: object) -> Signature:
    facts = {"key": PLAIN.key, "digest": PLAIN.digest, "name": "R. Sample", "on": TODAY}
    return Signature(**(facts | {"signed_as": As.CLINICIAN} | over))  # type: ignore[arg-type]


def test_section_8_what_nobody_signed_is_not_for_production() -> None:
    found = review(PLAIN, [], TODAY)
    assert found.standing is Standing.UNREVIEWED
    assert not found.is_shown_in_production
    assert review(PLAIN, [signed()], TODAY).is_shown_in_production


def test_a_page_that_changed_since_counts_as_unread() -> None:
    assert review(PLAIN, [signed(digest="0" * 64)], TODAY).standing is Standing.UNREVIEWED
    assert review(PLAIN, [signed(key="sleep/en")], TODAY).standing is Standing.UNREVIEWED


def test_section_6_a_translation_needs_a_reader_of_the_language_and_a_clinician() -> None:
    """D21: translations stand once somebody who reads the language has checked them."""
    polish = replace(PLAIN, lang="pl")
    one = signed(key="goals-do/pl")
    assert needed("pl") == {As.CLINICIAN, As.LANGUAGE}
    assert review(polish, [one], TODAY).standing is Standing.UNREVIEWED
    both = [one, replace(one, signed_as=As.LANGUAGE, name="A. Reader")]
    found = review(polish, both, TODAY)
    assert (found.standing, found.names) == (Standing.CURRENT, ("R. Sample", "A. Reader"))


AGES = [
    ("the day it was signed", date(2026, 11, 22), Standing.CURRENT),
    ("61 days before", date(2029, 9, 22), Standing.CURRENT),
    ("59 days before: a task", date(2029, 9, 24), Standing.DUE_SOON),
    ("the day: a banner", date(2029, 11, 22), Standing.OVERDUE),
    ("29 days after", date(2029, 12, 21), Standing.OVERDUE),
    ("30 days after: hidden", date(2029, 12, 22), Standing.HIDDEN),
]


@pytest.mark.parametrize(("today", "standing"), [c[1:] for c in AGES], ids=[c[0] for c in AGES])
def test_section_8_past_its_review_date(today: date, standing: Standing) -> None:
    found = review(PLAIN, [signed()], today)
    assert (found.standing, found.review_by) == (standing, date(2029, 11, 22))
    assert found.is_shown_in_production is (standing is not Standing.HIDDEN)


def test_section_6_safety_text_is_never_hidden() -> None:
    own = signed(key=PAGE.key, digest=PAGE.digest)
    assert review(PAGE, [own], date(2040, 1, 1)).standing is Standing.OVERDUE


def test_section_8_what_is_to_be_read_again_is_told_60_days_before() -> None:
    cards = default_library().cards["en"]
    given = [signed(), signed(key=cards.key, digest=cards.digest)]
    assert due(default_library(), given, date(2027, 9, 22)) == []
    [soon] = due(default_library(), given, date(2027, 9, 24))
    assert (soon.key, soon.is_past, soon.review_by) == ("safety-cards/en", False, date(2027, 11, 22))
    late = due(default_library(), given, date(2029, 12, 22))
    assert [(one.key, one.standing) for one in late] == [
        ("safety-cards/en", Standing.OVERDUE),  # safety text is never hidden (section 6)
        ("goals-do/en", Standing.HIDDEN),
    ]


def test_the_doctor_tells_of_languages_and_of_what_is_past_its_review(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def told() -> dict[str, doctor.Finding]:
        return {one.name: one for one in doctor._without_database()}

    assert "ar (not signed)" in told()["languages"].detail
    assert told()["content"].is_well
    sign(PLAIN.key, PLAIN.digest, name="R. Sample", signed_as=As.CLINICIAN, on=TODAY)
    monkeypatch.setattr("patientapp.clock.now", lambda: datetime(2029, 11, 23, 12, tzinfo=UTC))
    assert "goals-do/en since 2029-11-22" in told()["content"].detail
    assert not told()["content"].is_well


def test_an_earlier_date_in_the_file_wins_and_a_leap_day_has_a_successor() -> None:
    assert review(replace(PLAIN, review_by=TODAY), [signed()], TODAY).standing is Standing.OVERDUE
    leap = review(PLAIN, [signed(on=date(2028, 2, 29))], TODAY)
    assert leap.review_by == date(2031, 2, 28)


def test_a_withdrawn_page_is_shown_nowhere() -> None:
    assert review(replace(PLAIN, withdrawn=True), [signed()], TODAY).standing is Standing.WITHDRAWN


def test_the_register_is_added_to_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "deep" / FILE
    assert signatures(file) == ()
    names = ['Zoë "Z" O\'Hara \\ Co', "محمد"]
    for name in names:
        sign(PLAIN.key, PLAIN.digest, name=name, signed_as=As.CLINICIAN, on=TODAY, file=file)
    assert [one.name for one in signatures(file)] == names
    assert signatures(file)[0] == signed(name=names[0])


@pytest.mark.parametrize("text", ["[[signed]]\nkey = 1\n", "[[signed]]\n", "signed = ["])
def test_a_damaged_register_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / FILE
    file.write_text(text)
    with pytest.raises(BrokenContent, match=FILE):
        signatures(file)


def run(*words: str) -> tuple[int, str]:
    """Exit code and everything said."""
    result = CliRunner().invoke(content, words)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service's data folder of this test."""
    monkeypatch.setenv("PATIENTAPP_DATA_DIR", str(tmp_path))
    return tmp_path


def test_the_command_lists_reading_age_and_who_signed(own_folder: Path) -> None:
    """N20: who reviewed what."""
    code, said = run()
    assert code == 0
    assert "Reading age in English: median" in said
    [line] = [line for line in said.splitlines() if line.startswith("goals-do/en")]
    assert line.split()[-2:] == ["unreviewed", "nobody"]
    assert run("sign", "goals-do/en", "--name", "R. Sample")[0] == 0
    [line] = [line for line in run()[1].splitlines() if line.startswith("goals-do/en")]
    assert line.endswith("R. Sample")
    assert "current" in line


def test_the_command_checks_every_page() -> None:
    code, said = run("check")
    assert (code, "are sound" in said) == (0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sign", "nowhere/en", "--name", "R. Sample"], "there is no nowhere/en"),
        (["sign", "goals-do/en", "--name", "  "], "--name is empty"),
        (["sign", "goals-do/en"], "--name"),
        (["sign", "goals-do/en", "--name", "R", "--as", "boss"], "boss"),
    ],
)
def test_a_signature_is_a_person_s_and_of_something(
    own_folder: Path, words: list[str], said: str
) -> None:
    code, output = run(*words)
    assert code == 2
    assert said in output
    assert not (own_folder / FILE).exists()


def test_a_language_is_offered_in_production_once_words_and_cards_are_signed() -> None:
    """Issue 6: shown in a demonstration, not offered in production until a named person signs."""
    languages = [one.lang for one in catalogues.found()]
    assert "pl" in languages
    for lang in languages:
        assert catalogues.gate(production=False)(lang)
        is_open = catalogues.gate(production=True)
        assert not is_open(lang)
        for what, role in [(lang, "language"), (f"safety-cards/{lang}", "language")]:
            assert run("sign", what, "--name", "A. Reader", "--as", role)[0] == 0
        assert not is_open(lang)
        assert run("sign", f"safety-cards/{lang}", "--name", "R. Sample", "--as", "clinician")[0] == 0
        assert is_open(lang)


WANTED = [
    ("pl", "pl"),
    ("pl-PL", "pl"),
    ("ur-PK", "ur"),
    ("pa", "pa"),
    ("pa-IN", "pa"),
    ("pa-Guru", "pa"),
    ("pa-Arab", None),
    ("pa-PK", None),
    ("en", i18n.DEFAULT),
    ("en-US", i18n.DEFAULT),
    ("cy", None),
    ("", None),
]


@pytest.mark.parametrize(("wanted", "found"), WANTED)
def test_the_language_of_a_record_finds_its_catalogue(wanted: str, found: str | None) -> None:
    """Punjabi in Arabic letters is not answered in Gurmukhi."""
    assert i18n.best(wanted, [i18n.DEFAULT, "pl", "ur", "pa"]) == found
