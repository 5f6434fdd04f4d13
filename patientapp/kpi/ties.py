"""What holds between the counts of different lines of one return, as who reads it may know.

A count is written `line:side`: `met` is the numerator, `all` the denominator, `rest` their difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from patientapp.kpi.event_rules import DISCHARGES

REASONS = " ".join(f"K22.{reason}:met" for reason in DISCHARGES)
FAILED = "K29a:met K29b:met K29c:met"

# The first counts together are at least the second. Where they are the same, readers take it that the
# same people are meant, so it is then an equation.
TIES = (
    # visits: booked ones were attended, missed or cancelled; attended ones were first or review
    ("K29a:all", f"K16:all {FAILED}"),
    ("K29a:all", f"K14:all {FAILED}"),
    ("K29a:all", f"K27a:all {FAILED}"),
    ("K16:all", "K21:met K21:all"),
    ("K21:met", "K17a:met"),
    ("K21:all", "K14:all"),
    # referrals: sent back or approached
    ("K11:all", "K12:all K13:all"),
    ("K11:met", "K12:met"),
    # discharges: each for one reason; closed with a start, with a letter or with both answers
    ("K22:met", "K22.disengaged:met K22.left_area:met K22.no_longer_appropriate:met"),
    (REASONS, "K18:all"),
    (REASONS, "K1:all"),
    (REASONS, "K3:all"),
    (REASONS, "K19:all"),
    ("K19:all", REASONS),
    ("K19:all", f"K19n:all {REASONS}"),
    ("K19:all", "K18:all"),
    ("K19:all", "K1:all"),
    ("K19:all", "K3:all"),
    # outcomes: one of the measures beside all of them
    *(
        (f"K1:{side}", f"K1.{name}:{side}")
        for name in ("bpi_severity", "bpi_interference", "eq5d_index", "pseq")
        for side in ("met", "all")
    ),
    *(
        (f"K1.{name}:met", f"K1.{name}.mic:met")
        for name in ("bpi_severity", "bpi_interference", "eq5d_index", "pseq")
    ),
    ("K3:met", "K1.pseq:met"),
    *((f"K1b:{side}", f"K1n:{side}") for side in ("met", "rest", "all")),
    # treatments: of cancer pain or not; started within weeks or within days
    ("K26a:all K26b:all", "K2:all"),
    ("RTT18:all", "K15:all"),
    # surveys: those it concerns, those with the family's version beside them, answers counted twice
    ("K4:all", "K5:all"),
    ("K8b:all", "K8a:all"),
    ("K7r:met", "K7:all"),
)


def ties(is_there: Callable[[str, str], bool]) -> Iterator[dict[tuple[str, str], int]]:
    """Each tie as factors of (line, side) whose sum is not below 0; less of the second holds too."""
    for above, below in TIES:
        over = [_count(one) for one in above.split()]
        under = [cell for cell in map(_count, below.split()) if is_there(*cell)]
        if under and all(is_there(*cell) for cell in over):
            yield dict.fromkeys(over, 1) | dict.fromkeys(under, -1)


def _count(text: str) -> tuple[str, str]:
    line, _colon, side = text.partition(":")
    return line, side
