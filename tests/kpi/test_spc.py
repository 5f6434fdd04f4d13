"""The chart over time: limits and special causes, on series worked by hand."""

from __future__ import annotations

import pytest

from patientapp.kpi.spc import Cause, control


def test_limits_are_the_mean_and_2_66_moving_ranges() -> None:
    """Alternating 4 and 6: mean 5, every moving range 2, so limits at 5 - 5.32 and 5 + 5.32."""
    found = control([4, 6] * 6)
    assert found is not None
    assert (found.mean, found.lower, found.upper) == (5, pytest.approx(-0.32), pytest.approx(10.32))
    assert set(found.causes) == {None}


def test_a_point_outside_the_limits() -> None:
    """One leap among steady points is a special cause; the steady ones are not."""
    found = control([50, 51] * 8 + [80])
    assert found is not None
    assert found.causes[-1] is Cause.OUTSIDE
    assert found.causes[0] in (None, Cause.SHIFT)


def test_seven_on_one_side_are_a_shift_and_six_are_not() -> None:
    """Making Data Count: seven."""
    six = control([9, 1, 9, 1, 9, 1, 6, 7, 6, 7, 6, 7, 1, 2, 1, 8])
    seven = control([1, 9, 1, 9, 1, 9, 1, 6, 7, 6, 7, 6, 7, 6, 1, 2])
    assert six is not None
    assert seven is not None
    assert Cause.SHIFT not in six.causes[6:12]
    assert set(seven.causes[7:14]) == {Cause.SHIFT}


def test_seven_rising_are_a_trend() -> None:
    """Each higher than the one before; across the mean, so no shift."""
    found = control([9, 1, 9, 1, 2, 3, 4, 6, 7, 8, 9, 1, 9, 1])
    assert found is not None
    assert set(found.causes[3:11]) == {Cause.TREND}


def test_two_of_three_near_a_limit() -> None:
    """Two of three in the outer third on one side."""
    found = control([5, 6, 4, 5, 6, 4, 5, 6, 4, 9, 8.5, 5, 4, 5, 6])
    assert found is not None
    assert found.upper is not None
    assert Cause.NEAR_LIMIT in found.causes[9:11] or Cause.OUTSIDE in found.causes[9:11]


def test_a_short_series_has_no_limits() -> None:
    """Of nothing there is no chart; of nine points no limits."""
    assert control([]) is None
    found = control([1.0] * 9)
    assert found is not None
    assert found.lower is None
