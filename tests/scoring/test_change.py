"""Change of one person and of a group: inclusive, exact thresholds and honest intervals."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patientapp.questionnaires.library import (
    Change,
    Library,
    OwnSpread,
    SpreadUsed,
    compare,
    compare_profiles,
    data_folder,
)
from patientapp.scoring.change import (
    ImportantChange,
    Paretian,
    Reduction,
    important_codes,
    paretian_codes,
    reduction_codes,
    reduction_percent,
)
from patientapp.scoring.group import group_mean, mean_change, share, t_975, top_share
from tests.scoring.oracle_change import severity_class

LIBRARY = Library.load(data_folder())
SEVENTHS = [Fraction(n, 7) for n in range(71)]
CLASSES = list(ImportantChange)


def test_one_point_in_means_of_sevenths_is_one_point() -> None:
    """The known traps: some pairs exactly one point apart are not 1.0 apart in binary."""
    traps = 0
    for base in SEVENTHS:
        for follow in SEVENTHS:
            gain = float(base) - float(follow)
            exact = base - follow
            wanted = "improved" if exact >= 1 else "deteriorated" if exact <= -1 else "unchanged"
            assert CLASSES[int(important_codes(gain, 1.0))] == wanted
            traps += exact == 1 and gain < 1.0
    assert traps, "without a tolerance some of these would be missed"


@pytest.mark.parametrize(
    ("name", "scale", "base", "follow", "direction", "important", "reliable"),
    [
        ("pseq", "total", 20, 20, "same", "unchanged", "no_reliable_change"),
        ("pseq", "total", 20, 25, "better", "unchanged", "no_reliable_change"),
        ("pseq", "total", 20, 26, "better", "improved", "no_reliable_change"),
        ("pseq", "total", 20, 31, "better", "improved", "no_reliable_change"),
        ("pseq", "total", 20, 32, "better", "improved", "reliable_improvement"),
        ("pseq", "total", 32, 20, "worse", "deteriorated", "reliable_deterioration"),
        ("bpi_sf", "interference_mean", 6, 5, "better", "improved", "no_reliable_change"),
        ("bpi_sf", "interference_mean", 6, 3.5, "better", "improved", "reliable_improvement"),
        ("bpi_sf", "interference_mean", 5, 6, "worse", "deteriorated", "no_reliable_change"),
        ("bpi_sf", "severity_mean", 6, 3.75, "better", "improved", "reliable_improvement"),
        ("bpi_sf", "severity_mean", 6, 4, "better", "improved", "no_reliable_change"),
        ("bpi_sf", "severity_mean", 8, 5.75, "better", "improved", "reliable_improvement"),
        ("bpi_sf", "severity_mean", 6, 4.25, "better", "unchanged", "no_reliable_change"),
        ("bpi_sf", "severity_mean", 0, 2, "worse", "unchanged", "no_reliable_change"),
        ("bpi_sf", "worst", 6, 4, "better", None, None),
        ("eq5d5l", "vas", 50, 58, "better", "improved", "no_reliable_change"),
        ("eq5d5l", "vas", 50, 57, "better", "unchanged", "no_reliable_change"),
        ("eq5d5l", "vas", 50, 73, "better", "improved", "reliable_improvement"),
        ("eq5d5l", "index_uk_5l_2026", 0.5, 0.578, "better", "improved", "no_reliable_change"),
        ("eq5d5l", "index_uk_5l_2026", 0.5, 0.577, "better", "unchanged", "no_reliable_change"),
        ("eq5d5l", "level_sum", 15, 10, "better", None, None),
    ],
)
def test_both_facts_stand_side_by_side(
    name: str,
    scale: str,
    base: float,
    follow: float,
    direction: str,
    important: str | None,
    reliable: str | None,
) -> None:
    """CLIN-05: direction is the scale's; important and reliable are two answers, never one."""
    change = compare(LIBRARY.get(name), scale, base, follow)
    assert change.difference == follow - base
    assert (change.direction, change.important, change.reliable) == (direction, important, reliable)


def test_severity_matters_from_2_2_points_or_30_percent_on() -> None:
    """instruments.md section 9: either, inclusive and exact, both ways, from every baseline."""
    quarters, bpi = [Fraction(n, 4) for n in range(41)], LIBRARY.get("bpi_sf")
    for base, follow in itertools.product(quarters, repeat=2):
        found = compare(bpi, "severity_mean", float(base), float(follow))
        assert found.important == severity_class(base, follow), (base, follow)
    assert compare(bpi, "severity_mean", 5, 5).important_threshold == 1.5
    assert compare(bpi, "severity_mean", 0, 5).important_threshold == 2.2


@pytest.mark.parametrize(
    ("name", "scale"),
    [("start_back", "total"), ("collaborate", "mean"), ("eq5d5l", "profile"), ("pseq", "n_answered")],
)
def test_no_change_where_none_is_defined(name: str, scale: str) -> None:
    with pytest.raises(ValueError, match=r"no change is formed|no direction"):
        compare(LIBRARY.get(name), scale, 1, 2)


@pytest.mark.parametrize(
    ("scale", "sdc95"),
    [
        ("severity_mean", 2.04),
        ("interference_mean", 2.11),
    ],
)
def test_noise_as_derived_in_the_reference(scale: str, sdc95: float) -> None:
    noise = LIBRARY.get("bpi_sf").scale(scale).reliability
    assert noise is not None
    assert noise.sdc95 == pytest.approx(sdc95, abs=0.005)


def test_the_services_own_sd_replaces_the_placeholder_from_100_people() -> None:
    bpi = LIBRARY.get("bpi_sf")

    def told(people: int, sd: float = 1.2) -> Change:
        own = OwnSpread(sd=sd, people=people, version="2026-01-31")
        return compare(bpi, "interference_mean", 5, 3.5, own=own)

    assert (told(99).reliable, told(99).sd_used) == (
        "no_reliable_change",
        SpreadUsed(sd=2.2, source="convention, until the service has its own", version="1", people=None),
    )
    assert told(100).sdc95 == pytest.approx(1.96 * 1.2 * (2 * 0.12) ** 0.5)
    assert (told(100).reliable, told(100).sd_used) == (
        "reliable_improvement",
        SpreadUsed(sd=1.2, source="own service at baseline", version="2026-01-31", people=100),
    )
    assert told(100, sd=0).sd_used == told(99).sd_used, "no noise at all is no figure"


@pytest.mark.parametrize(("name", "scale"), [("pseq", "total"), ("bpi_sf", "severity_mean")])
def test_a_published_sd_stays(name: str, scale: str) -> None:
    """instruments.md section 9: only the rows marked as conventions give way."""
    own = OwnSpread(sd=1, people=5000, version="2026-01-31")
    instrument = LIBRARY.get(name)
    with_own = compare(instrument, scale, 2, 3, own=own)
    assert with_own == compare(instrument, scale, 2, 3)
    assert with_own.sd_used is not None
    assert with_own.sd_used.people is None


def test_exactly_the_conventions_are_placeholders() -> None:
    found = {
        (one.id, scale.code, scale.reliability.sd)
        for one in LIBRARY
        for scale in one.scales
        if scale.reliability and scale.reliability.placeholder
    }
    assert found == {
        ("bpi_sf", "interference_mean", 2.2),
        ("eq5d5l", "vas", 20),
        ("eq5d5l", "index_uk_5l_2026", 0.25),
    }


@pytest.mark.parametrize(
    ("base", "follow", "percent", "category"),
    [
        (10, 5, 50, "substantial"),
        (10, 6, 40, "moderate"),
        (10, 7, 30, "moderate"),
        (3, 2.1, 30, "moderate"),
        (10, 9, 10, "minimal"),
        (10, 10, 0, "none"),
        (10, 9.5, 5, "none"),
        (5, 6, -20, "worse"),
        (7, 0, 100, "substantial"),
        (0, 0, None, "undefined"),
        (0, 4, None, "undefined"),
    ],
)
def test_fall_of_pain_by_share(base: float, follow: float, percent: float | None, category: str) -> None:
    found = reduction_percent([base], [follow])[0]
    assert np.isnan(found) if percent is None else found == pytest.approx(percent)
    assert list(Reduction)[reduction_codes([base], [follow])[0]] == category


@pytest.mark.parametrize(
    ("base", "follow", "wanted"),
    [
        ("21232", "21222", "Improve"),
        ("21222", "21232", "Worsen"),
        ("21232", "12232", "Mixed change"),
        ("21232", "21232", "No change"),
        ("11111", "11111", "No change"),
        ("55555", "11111", "Improve"),
    ],
)
def test_paretian_class(base: str, follow: str, wanted: str) -> None:
    assert compare_profiles(base, follow) == wanted


PROFILES = st.lists(st.integers(1, 5), min_size=5, max_size=5)


@given(base=PROFILES, follow=PROFILES)
def test_turning_time_round_turns_the_paretian_class(base: list[int], follow: list[int]) -> None:
    turned = {"Improve": "Worsen", "Worsen": "Improve"}
    there = list(Paretian)[paretian_codes([base], [follow])[0]]
    back = list(Paretian)[paretian_codes([follow], [base])[0]]
    assert back == turned.get(there, there)


def test_a_missing_dimension_has_no_class() -> None:
    assert paretian_codes([[0, 1, 1, 1, 1]], [[1, 1, 1, 1, 1]]).tolist() == [-1]


def test_group_mean_change_against_a_worked_example() -> None:
    """Ten differences 1 to 10: mean 5.5, SD 3.02765, t(9) 2.262157."""
    found = mean_change([0] * 10, range(1, 11))
    assert (found.people, found.mean) == (10, 5.5)
    assert found.low == pytest.approx(5.5 - 2.262157 * 3.027650 / 10**0.5, abs=1e-5)
    assert found.high == pytest.approx(5.5 + 2.262157 * 3.027650 / 10**0.5, abs=1e-5)


@pytest.mark.parametrize(
    ("df", "point"), [(1, 12.706205), (4, 2.776445), (60, 2.000298), (5000, 1.960438)]
)
def test_student_t_against_printed_tables(df: int, point: float) -> None:
    assert t_975(df) == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize("pairs", [0, 1])
def test_too_few_pairs_have_no_interval(pairs: int) -> None:
    found = mean_change([5] * pairs + [np.nan], [7] * (pairs + 1))
    assert (found.people, found.mean, found.low) == (pairs, 2 if pairs else None, None)


def test_a_share_leaves_missing_out_and_has_an_interval() -> None:
    """Wilson's interval of 81 in 263 is 25.5 to 36.6 per cent (Newcombe 1998)."""
    found = share([1] * 81 + [0] * 182 + [np.nan] * 5)
    assert (found.count, found.out_of) == (81, 263)
    assert (found.low, found.high) == pytest.approx((25.5, 36.6), abs=0.05)
    assert share([np.nan]).percent is None


def test_no_problems_at_both_times_is_its_own_class_where_asked_for() -> None:
    """instruments.md section 3: an option beside the four classes."""
    assert compare_profiles("11111", "11111", no_problems=True) == "No problems"
    assert compare_profiles("11112", "11112", no_problems=True) == "No change"
    assert compare_profiles("11112", "11111", no_problems=True) == "Improve"


def test_the_mean_of_a_group_leaves_incomplete_encounters_out() -> None:
    """CollaboRATE: the mean of individual means; never of two scales at once."""
    found = group_mean([9, 6, np.nan, 3], [9, 9, 9, 9])
    assert (found.people, found.mean, found.sd) == (3, 6, 3)
    assert found.low == pytest.approx(6 - 4.302653 * 3 / 3**0.5, abs=1e-5)
    with pytest.raises(ValueError, match="mixes scales with tops 4 and 9"):
        group_mean([4, 9], [4, 9])


def test_tops_of_two_scales_are_never_mixed() -> None:
    assert top_share([1, 1, 0, 0], [9, 9, 9, 9]).percent == 50
    with pytest.raises(ValueError, match="mixes scales with tops 4 and 9"):
        top_share([1, 1], [9, 4])
