"""Forms of clinicians: what fields take, what flags a record, when a form is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from patientapp.findings.report_rules import WorkPair, work_change
from patientapp.findings.rules import Facts, check_reviews, due_on, flags, forms, mistakes, read
from patientapp.questionnaires.tables import BrokenInstrument
from patientapp.services.profile import Review
from patientapp.services.profiles import profiles

DAY = date(2026, 9, 1)


def review(**over: object) -> Review:
    facts = {"form": "family_review", "after": "first_appointment", "after_form": False}
    return Review(**(facts | {"days": 0, "months": 3, "clause": "s"} | over))  # type: ignore[arg-type]


AFTER_CHANGE = review(
    form="medicines_review", after="medicine_change", after_form=True, days=42, months=0
)


@pytest.mark.parametrize(
    ("wanted", "facts", "expected"),
    [
        (review(), Facts(events={}, last={}), None),
        (review(), Facts(events={"first_appointment": DAY}, last={}), DAY),
        (
            review(),
            Facts(events={"first_appointment": DAY}, last={"family_review": date(2026, 11, 30)}),
            date(2027, 2, 28),
        ),
        (review(months=0), Facts(events={"first_appointment": DAY}, last={"family_review": DAY}), None),
        (AFTER_CHANGE, Facts(events={}, last={}), None),
        (AFTER_CHANGE, Facts(events={}, last={"medicine_change": DAY}), date(2026, 10, 13)),
        (
            AFTER_CHANGE,
            Facts(events={}, last={"medicine_change": DAY, "medicines_review": date(2026, 8, 31)}),
            date(2026, 10, 13),
        ),
        (
            AFTER_CHANGE,
            Facts(events={}, last={"medicine_change": DAY, "medicines_review": DAY}),
            None,
        ),
    ],
)
def test_b17_c19_d41_when_a_review_is_due(wanted: Review, facts: Facts, expected: date | None) -> None:
    """B17, C19: again and again; D41: within six weeks (42 days) of each change of a medicine."""
    assert due_on(wanted, facts) == expected


@pytest.mark.parametrize(
    ("done", "expected"),
    [({}, DAY), ({"family_review": date(2026, 8, 31)}, DAY), ({"family_review": DAY}, date(2026, 12, 1))],
)
def test_b12_an_answer_of_the_patient_asks_for_a_review_at_once(
    done: Mapping[str, date], expected: date
) -> None:
    facts = Facts(events={}, last=done, asked={"family_review": DAY})
    assert due_on(review(), facts) == expected


def answers(form: str, **over: str) -> dict[str, str]:
    """The first option of every needed field, and these."""
    fields = {one.code: next(iter(one.options), "words") for one in forms()[form].fields if one.needed}
    return fields | over


@pytest.mark.parametrize("name", list(forms()))
def test_a_form_is_kept_with_what_it_needs_and_with_nothing_else(name: str) -> None:
    form = forms()[name]
    assert mistakes(form, answers(name)) == {}
    for field in form.fields:
        if field.needed:
            assert mistakes(form, answers(name) | {field.code: ""})[field.code] == "missing"
        if field.options:
            assert mistakes(form, answers(name, **{field.code: "?"}))[field.code] == "no_option"
    assert mistakes(form, answers(name, other="1")) == {"other": "unknown"}


@pytest.mark.parametrize(
    ("typed", "expected"), [("0", True), ("60", True), ("61", False), ("-1", False), ("²", False)]
)
def test_c57_a_physical_test_is_a_number_in_its_range(typed: str, expected: bool) -> None:
    assert (mistakes(forms()["physical_tests"], {"sit_to_stand": typed}) == {}) is expected


def test_c65_each_of_the_four_ds_is_a_flag_of_its_own_and_no_score_is_made() -> None:
    said = answers("four_ds", depression="yes", disability="no", drugs="not_known", diagnosis="yes")
    assert list(flags({"four_ds": (DAY, said)})) == ["Depression", "Doubt about the diagnosis"]


def test_b28_a_referral_is_flagged_until_the_team_has_reviewed_it() -> None:
    sent = (DAY, answers("onward_referral", mdt="no"))
    known = {"onward_referral": sent}
    assert list(flags(known)) == ["Onward referral not reviewed by the team yet"]
    before = date(2026, 8, 30)
    assert list(flags(known | {"mdt_review": (before, answers("mdt_review"))}))
    assert not list(flags(known | {"mdt_review": (DAY, answers("mdt_review"))}))


@pytest.mark.parametrize(("entry", "later", "counted"), [
    ({"in_work": "yes", "days_lost": 8}, {"in_work": "yes", "days_lost": 2}, "fewer"),
    ({"in_work": "yes", "days_lost": 2}, {"in_work": "yes", "days_lost": 2}, "same"),
    ({"in_work": "yes", "days_lost": 0}, {"in_work": "yes", "days_lost": 9}, "more"),
    ({"in_work": "yes", "days_lost": 8}, {"in_work": "no", "days_lost": 0}, "not_in_work"),
    ({"in_work": "no", "days_lost": 0}, {"in_work": "yes", "days_lost": 0}, "not_in_work"),
    ({"in_work": {"reason": "incomplete"}}, {"in_work": "yes"}, "not_in_work"),
    ({"in_work": "yes", "days_lost": {"reason": "x"}}, {"in_work": "yes", "days_lost": 1}, "not_known"),
])  # fmt: skip
def test_b03_days_lost_are_of_people_in_work_at_both_points(
    entry: Mapping[str, object], later: Mapping[str, object], counted: str
) -> None:
    found = work_change([WorkPair(entry, later)])
    assert getattr(found, counted) == 1
    assert found.people == int(counted in {"fewer", "same", "more"})
    assert (found.entry_mean is None) is (found.people == 0)


def test_a_contract_cannot_want_a_form_that_is_not_there() -> None:
    class Wrong:
        reviews = (review(form="nothing"),)
        figures = profiles()["bassetlaw"].figures

    with pytest.raises(BrokenInstrument, match="no form 'nothing'"):
        check_reviews([Wrong()])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('kind = "choice"', 'kind = "choices"', "is none of"),
        ('values = ["yes"]', 'values = ["perhaps"]', "must be options"),
        ('reason = "children_at_risk"', "", "reason"),
        ("needed = true", "neded = true", "not known"),
    ],
)
def test_a_broken_form_says_where(tmp_path: Path, old: str, new: str, why: str) -> None:
    text = (Path(read.__code__.co_filename).parent / "forms/family_review.toml").read_text()
    broken = tmp_path / "family_review.toml"
    broken.write_text(text.replace(old, new, 1) if "values" not in old else text.replace(old, new))
    with pytest.raises(BrokenInstrument, match=why):
        read(broken)


def test_every_form_is_a_draft_with_its_source() -> None:
    for form in forms().values():
        assert form.status.startswith("draft")
        assert form.source
