"""The outcome measures of contracts: their scores, directions and important changes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from patientapp.kpi.pair_rules import Outcome
from patientapp.questionnaires.library import default_library

# contract.md section 4 and readings.md `k1_rule` name these; which scale each is.
SCALES = {
    "bpi_severity": ("bpi_sf", "severity_mean"),
    "bpi_interference": ("bpi_sf", "interference_mean"),
    "eq5d_index": ("eq5d5l", "index_uk_5l_2026"),
    "eq5d_vas": ("eq5d5l", "vas"),
    "pseq": ("pseq", "total"),
}
# Said on returns and pages; scores have codes, commissioners have words.
NAMES = {
    "bpi_severity": "pain severity, BPI",
    "bpi_interference": "pain in daily life, BPI",
    "eq5d_index": "health index, EQ-5D-5L",
    "eq5d_vas": "health today, EQ VAS",
    "pseq": "confidence, PSEQ",
}


@cache
def every() -> dict[str, Outcome]:
    """Each outcome measure with the figures of its instrument."""
    found = {}
    for name, (instrument, code) in SCALES.items():
        scale = default_library().get(instrument).scale(code)
        assert scale.better is not None
        assert scale.important is not None
        assert scale.reliability is not None
        noise = scale.reliability.sdc95
        found[name] = Outcome(instrument, code, scale.better.sign, scale.important, noise)
    return found


def outcomes(choices: Mapping[str, str]) -> dict[str, Outcome]:
    """The outcome measures as this contract reads them (readings `eq5d_improved`)."""
    found = dict(every())
    if choices["eq5d_improved"] == "vas":
        found["eq5d_index"] = found["eq5d_vas"]
    return found
