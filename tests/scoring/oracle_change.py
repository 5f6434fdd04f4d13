"""Change of one person by the published rules, in fractions and plain loops, apart from the code.

Nothing here is imported from the package. Differences are follow-up minus baseline.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.scoring.oracle import DIMENSIONS, bpi_sf, eq5d5l, good, pseq

if TYPE_CHECKING:
    from tests.scoring.oracle import Answers, Result

IMPORTANT = {1: "improved", 0: "unchanged", -1: "deteriorated"}
RELIABLE = {1: "reliable_improvement", 0: "no_reliable_change", -1: "reliable_deterioration"}


def difference(before: Result, after: Result, score: str) -> Fraction | None:
    base, follow = before[score], after[score]
    return follow - base if isinstance(base, Fraction) and isinstance(follow, Fraction) else None


def at_least(gain: Fraction, size: Fraction) -> int:
    return 1 if gain >= size else -1 if -gain >= size else 0


def beyond(gain: Fraction, noise: Fraction) -> int:
    return 1 if gain > noise else -1 if -gain > noise else 0


def fall(base: Fraction, follow: Fraction) -> tuple[Fraction | None, str]:
    """In percent of the baseline, and its category (Dworkin 2008; the edges by convention)."""
    if base == 0:
        return None, "undefined"
    percent = 100 * (base - follow) / base
    for least, name in ((50, "substantial"), (30, "moderate"), (10, "minimal"), (0, "none")):
        if percent >= least:
            return percent, name
    return percent, "worse"


def change_of_bpi(base: Answers, follow: Answers) -> Result:
    before, after = bpi_sf(base), bpi_sf(follow)
    interference = difference(before, after, "interference_mean")
    average = before["average"], after["average"]
    percent, category = None, None
    if isinstance(average[0], Fraction) and isinstance(average[1], Fraction):
        percent, category = fall(average[0], average[1])
    return {
        "severity_change": difference(before, after, "severity_mean"),
        "interference_change": interference,
        "interference_class": (
            None if interference is None else IMPORTANT[at_least(-interference, Fraction(1))]
        ),
        "average_pain_reduction_pct": percent,
        "average_pain_category": category,
    }


def severity_class(base: Fraction, follow: Fraction) -> str:
    """instruments.md section 9: 2.2 points or 30%, whichever comes first, inclusive, both ways."""
    gain, sizes = base - follow, [Fraction("2.2")]
    if base > 0:
        sizes.append(base * 3 / 10)
    return IMPORTANT[at_least(gain, min(sizes))]


def change_of_pseq(base: Answers, follow: Answers) -> Result:
    gain = difference(pseq(base), pseq(follow), "total")
    if gain is None:
        return {"total_change": None, "mic_class": None, "reliable_class": None}
    return {
        "total_change": gain,
        "mic_class": IMPORTANT[at_least(gain, Fraction("5.5"))],
        "reliable_class": RELIABLE[beyond(gain, Fraction("11.52"))],
    }


def change_of_eq5d(base: Answers, follow: Answers) -> Result:
    before, after = eq5d5l(base), eq5d5l(follow)
    return {
        "pchc": paretian(good(base, DIMENSIONS, 1, 5), good(follow, DIMENSIONS, 1, 5)),
        "vas_change": difference(before, after, "vas"),
        "change_uk_5l_2026": difference(before, after, "index_uk_5l_2026"),
        "change_england_5l_2018": difference(before, after, "index_england_5l_2018"),
    }


def paretian(base: list[int], follow: list[int]) -> str | None:
    if len(base) < 5 or len(follow) < 5:
        return None
    better = any(b < a for a, b in zip(base, follow, strict=True))
    worse = any(b > a for a, b in zip(base, follow, strict=True))
    if better and worse:
        return "Mixed change"
    return "Improve" if better else "Worsen" if worse else "No change"


CHANGES = {"bpi_sf": change_of_bpi, "pseq": change_of_pseq, "eq5d5l": change_of_eq5d}
