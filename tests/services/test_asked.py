"""What each contract's packs ask, at which time points, held against the clause that wants it."""

from __future__ import annotations

from datetime import date

import pytest

from patientapp.assessments.staff_schemas import NewEpisodeSchema, NewEventSchema
from patientapp.patients.schemas import NewPatientSchema
from patientapp.questionnaires.library import default_library, score_one
from patientapp.questionnaires.schedule import schedule
from patientapp.services.profiles import profiles


def points_of(contract: str, instrument: str) -> list[str]:
    """The time points at which this contract's schedule asks this questionnaire, in their order."""
    return [pack.code for pack in schedule(contract).packs if instrument in pack.instruments("back")]


@pytest.mark.parametrize("instrument", ["bpi_sf", "functioning"])
def test_b01_b05_pain_and_functioning_are_asked_from_entry_to_six_months_after(instrument: str) -> None:
    """B01: pain from T0 to TD and after; B05: physical and social functioning, entry and follow-up."""
    assert {"T0", "TD", "T3", "T6"} <= set(points_of("bassetlaw", instrument))
    changes = {"bpi_sf": {"severity", "interference"}, "functioning": {"physical", "social"}}[instrument]
    told = {change.column for change in default_library().get(instrument).changes}
    assert {f"{name}_change" for name in changes} <= told


@pytest.mark.parametrize("good", ["physical", "psychological", "social"])
def test_b04_a_good_outcome_in_any_of_three_areas(good: str) -> None:
    """B04: three answers, each for itself, and any-of-three derived from them."""
    assert "TD" in points_of("bassetlaw", "outcome_survey")
    survey = default_library().get("outcome_survey")
    none = {"physical": 0, "psychological": 0, "social": 0, "no_medicines": 1}
    assert none.keys() <= {item.code for item in survey.items}
    assert score_one(survey, none)["positive"].text == "no"
    assert score_one(survey, none | {good: 1})["positive"].text == "yes"


def test_b09_experience_is_asked_beside_the_friends_and_family_test() -> None:
    """B09: FFT each month and an experience questionnaire when care ends."""
    assert {"fft", "experience"} <= {survey.instrument for survey in profiles()["bassetlaw"].surveys}
    assert points_of("bassetlaw", "experience") == ["TD"]


@pytest.mark.parametrize("contract", ["south_cheshire", "mid_notts", "mid_notts_cfs"])
def test_c01_n04_use_of_services_is_asked_again_so_that_it_can_change(contract: str) -> None:
    """C01, N04: GP, A&E and hospital because of pain, at entry and again, with the change of each."""
    asked = points_of(contract, "health_use")
    assert asked[0] == "T0"
    assert "TD" in asked
    instrument = default_library().get("health_use")
    assert {"gp_change", "emergency_change"} <= {change.column for change in instrument.changes}


@pytest.mark.parametrize("contract", ["bassetlaw", "mid_notts", "mid_notts_cfs"])
def test_b12_b17_n42_children_are_asked_about_again(contract: str) -> None:
    """B12, B17, N42: at entry, when somebody comes back, and when care ends."""
    assert points_of(contract, "children") == ["T0", "TD", "TPIFU"]


def test_c19_c59_four_questions_prepare_the_review_of_medicines() -> None:
    """C19: before each review while care lasts; C59: relief, effects, activity, taking it as agreed."""
    assert points_of("south_cheshire", "medicine_review") == ["review"]
    (pack,) = [one for one in schedule("south_cheshire").packs if one.code == "review"]
    first = {"first_appointment": date(2026, 1, 5), "discharged": date(2026, 8, 1)}
    assert [one.due_on for one in pack.windows(first)] == [date(2026, 4, 5), date(2026, 7, 5)]
    scales = {scale.code for scale in default_library().get("medicine_review").scales}
    assert {"relief", "effects", "activity", "as_agreed"} <= scales
    wanted = {one.form: one for one in profiles()["south_cheshire"].reviews}["medicines_review"]
    assert (wanted.days, wanted.months) == (90, 3)


def test_c61_access_information_and_management_are_asked_apart() -> None:
    """C61: whether patients are satisfied with each of the three, when care ends."""
    assert points_of("south_cheshire", "satisfaction") == ["TD"]
    scales = [scale.code for scale in default_library().get("satisfaction").scales]
    assert scales == ["access", "information", "management"]


@pytest.mark.parametrize(("age", "expected"), [(17, False), (18, True), (None, True)])
def test_h20_a_questionnaire_of_a_pack_has_its_own_least_age(age: int | None, expected: bool) -> None:
    (entry,) = [pack for pack in schedule("highly_specialist").packs if pack.code == "T0"]
    assert ("pseq" in entry.instruments("back", age)) is expected
    assert "eq5d5l" in entry.instruments("back", age)


def test_n02_pain_and_quality_of_life_by_validated_tools() -> None:
    """N02: BPI and EQ-5D at entry, discharge and after; N06: asked at entry and throughout."""
    for instrument in ("bpi_sf", "eq5d5l"):
        assert points_of("mid_notts", instrument) == ["T0", "TD", "T6", "TPIFU"]


def test_n65_confidence_is_asked_along_the_whole_way() -> None:
    """N65: knowledge, skills and confidence by PSEQ; the slot for PAM stands in tests/assessments."""
    assert points_of("mid_notts", "pseq") == ["T0", "TPs", "TPe", "TD", "T6"]


def test_d14_nothing_asks_about_litigation_or_motivation() -> None:
    """D14: no field of a person, referral or event could keep somebody out on these grounds."""
    gates = ("litig", "claim", "compensation", "legal", "motivat", "complian", "willing")
    for schema in (NewPatientSchema, NewEpisodeSchema, NewEventSchema):
        fields = [name.lower() for name in schema().fields]
        assert fields
        assert not [name for name in fields if any(word in name for word in gates)]
