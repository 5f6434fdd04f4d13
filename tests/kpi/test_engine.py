"""Figures, bands, samples, exempt months, exclusions and the cases behind them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from patientapp.kpi.asked import Period
from patientapp.kpi.contract import Band, contract
from patientapp.kpi.days import number
from patientapp.kpi.engine import ask_of, is_met, only, value_of
from patientapp.kpi.letter_rules import sent_for
from patientapp.kpi.measures import Unit, measures, readings
from patientapp.kpi.returns import contract_of
from patientapp.kpi.shown import as_json, rows
from patientapp.kpi.tally import cases_of
from patientapp.questionnaires.tables import BrokenInstrument, Table
from tests.kpi.as_facts import facts_of
from tests.kpi.made import MAY, asked_of, empty, pair, referral

GONE = "discharged 2025-05-12T10:00 completed"


@pytest.mark.parametrize(
    ("numerator", "denominator", "band", "met"),
    [
        (750, 1000, "65-75", False),
        (751, 1000, ">75", True),
        (650, 1000, "65-75", False),
        (649, 1000, "<65", False),
        (1000, 1000, ">75", True),
        (0, 1000, "<65", False),
    ],
)
def test_c36_bands_at_their_exact_edges(numerator: int, denominator: int, band: str, met: bool) -> None:
    """C36, K1: 65.0 and 75.0 lie in the middle band, 75.1 above it; money moves at these edges."""
    line = next(one for one in contract_of("south_cheshire").lines if one.id == "K1")
    value = value_of(Unit.PERCENT, numerator, denominator)
    assert value is not None
    found = next(one for one in line.bands if one.holds(value))
    assert (found.name, is_met(line, value, found)) == (band, met)


def test_a_share_that_binary_cannot_hold_meets_its_threshold() -> None:
    """B61: 19 of 20 is 95%, exactly, and meets 95%."""
    line = next(one for one in contract_of("bassetlaw").lines if one.id == "K11")
    assert is_met(line, value_of(Unit.PERCENT, 19, 20), None) is True
    assert is_met(line, value_of(Unit.PERCENT, 189_999, 200_000), None) is False


@pytest.mark.parametrize("key", ["threshold", "bands"])
def test_a_threshold_over_100_is_refused(key: str) -> None:
    """A threshold of 750% names file, key and reason."""
    wrong = {"threshold": 750} if key == "threshold" else {"bands": [{"name": "x", "above": 750}]}
    table = Table({"kpis": [{"id": "K16", **wrong}]}, file="mine.toml")
    with pytest.raises(BrokenInstrument, match="from 0 to 100, not 750"):
        contract(table, profile="mine", first_day=None, closing=None)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"id": "K99"}, "is no measure"),
        ({"id": "K11"}, "also needs days"),
        ({"id": "K16", "dayz": 3}, "dayz is not known"),
    ],
)
def test_n66_a_line_that_cannot_be_counted_is_refused(line: dict[str, object], says: str) -> None:
    """N66: definitions are data, and a mistake in them is told, not guessed at."""
    with pytest.raises(BrokenInstrument, match=says):
        contract(Table({"kpis": [line]}, file="mine"), profile="mine", first_day=None, closing=None)


def test_an_unknown_reading_is_refused() -> None:
    """A reading has a name and a closed set of values."""
    table = Table({"kpis": [], "readings": {"month_end": "whenever"}}, file="mine")
    with pytest.raises(BrokenInstrument, match="clamped, first_of_next"):
        contract(table, profile="mine", first_day=None, closing=None)


def test_nobody_in_the_period_is_no_figure() -> None:
    """K18: "No discharges in this period", not 0%."""
    found = asked_of(empty(), "bassetlaw", "K18")
    assert (found.value, found.met, found.denominator) == (None, None, 0)
    assert found.notes == ("No discharges in this period",)


def test_c36_exempt_months_count_from_the_first_day() -> None:
    """C36: the first three months move no money; the figure itself is shown."""
    data = empty()
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 3)
    early = asked_of(data, "south_cheshire", "K1", first_day=date(2025, 3, 1))
    later = asked_of(data, "south_cheshire", "K1", first_day=date(2025, 2, 28))
    assert early.notes[0] == "Nobody to count: every case was left out"
    assert any(note.startswith("Exempt") for note in early.notes)
    assert not any(note.startswith("Exempt") for note in later.notes)


def test_x13_pairs_and_first_assessments_are_never_mixed() -> None:
    """X13, H11, K1b: no answer at discharge counts against in 004, and is no pair in 002."""
    data = empty()
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 3)
    key = referral(data, "2025-01-10T10:00", GONE)
    pair(data, key, 2, 3)
    data["responses"] = [row for row in data["responses"] if row["response_key"] != f"{key}TD"]
    found = asked_of(data, "durham_tier3", "K3")
    assert (found.numerator, found.denominator, found.excluded) == (1, 1, {"no_pair": 1})


def test_k1b_a_baseline_answered_after_the_discharge_answers_is_left_out() -> None:
    """K1b, readings `pair_order`: such an answer is no first assessment."""
    data = empty()
    for entry, leaving in (("2025-05-11T10:00", "2025-05-10T10:00"), ("2025-02-01T10:00", "")):
        key = referral(data, "2025-01-10T10:00", GONE)
        for point, at in (("T0", entry), ("TD", leaving)):
            row = {"response_key": f"{key}{point}", "referral_key": key, "instrument": "eq5d5l"}
            row |= {"time_point": point, "completed_at": at, "mode": "self", "value": "2"}
            data["responses"] += [row | {"item": one} for one in ("mo", "sc", "ua", "pd", "ad") if at]
    found = asked_of(data, "highly_specialist", "K1b")
    assert (found.numerator, found.denominator) == (0, 1)
    assert found.excluded == {"entry_after_discharge_answer": 1}


def test_x14_the_sample_is_a_figure_of_its_own() -> None:
    """X14, C36, N67: pairs against 90% of the referrals received, live in the period."""
    data = empty()
    for _one in range(10):
        referral(data, "2025-05-10T10:00")
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 3)
    sample = asked_of(data, "durham_tier3", "K1", sample_percent=90).sample
    assert sample is not None
    assert (sample.have, sample.need, sample.adequate) == (1, 9, False)


def test_c37_a_proxy_answer_is_in_no_outcome() -> None:
    """practice.md 3.10: proxy answers stay out of the main figure; the other reading stands beside."""
    data = empty()
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 3, mode="proxy")
    found = asked_of(data, "durham_tier3", "K3")
    assert (found.numerator, found.denominator) == (0, 0)
    assert "Read as left_out (proxy). Read as counted: 1 of 1" in found.notes


def test_d01_any_important_and_reliable_change_side_by_side() -> None:
    """D01, D37: 10 points are important (5.5) and inside the noise (11.52); both are said."""
    data = empty()
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 3)
    pair(data, referral(data, "2025-01-10T10:00", GONE), 2, 4)
    note = asked_of(data, "durham_tier3", "K1.pseq").notes[0]
    assert note == (
        "Of 2: any change 2, important change (at least 5.5) 2, reliable change (over 11.52) 1"
    )


@pytest.mark.parametrize(
    ("received", "triaged", "met"),
    [
        ("2025-05-02T17:30", "2025-05-08T09:00", 1),  # Friday; Monday 5 May is a bank holiday
        ("2025-05-02T17:31", "2025-05-09T09:00", 1),
        ("2025-05-02T17:30", "2025-05-09T09:00", 0),
        ("2025-05-03T11:00", "2025-05-09T09:00", 1),  # Saturday counts as Tuesday
    ],
)
def test_c04_the_operational_day(received: str, triaged: str, met: int) -> None:
    """C04, C37, X2: three Operational Days, and a receipt after 17:30 is the next one's."""
    data = empty()
    referral(data, received, f"triaged {triaged}")
    assert asked_of(data, "south_cheshire", "K11").numerator == met


@pytest.mark.parametrize(("mg", "high"), [("99", 0), ("99.9", 0), ("100", 1), ("101", 1)])
def test_d42_100_mg_in_24_hours(mg: str, high: int) -> None:
    """D42, K25a: at least 100 mg, with the notice to the GP."""
    data = empty()
    notice = "gp_opioid_notice 2025-05-12T10:00"
    referral(data, "2025-05-01T10:00", f"opioid_dose 2025-05-10T10:00 {mg}", notice)
    found = asked_of(data, "durham_tier3", "K25a")
    assert (found.numerator, found.denominator) == (high, high)


def test_letters_are_matched_by_their_id_or_else_by_their_type() -> None:
    """K19n: either part of the detail may be missing; each letter answers one that was due."""
    data = empty()
    due = ("notification_due 2025-05-01T10:00 a:1", "notification_due 2025-05-02T10:00 b:")
    sent = ("notification_sent 2025-05-20T10:00 :1", "notification_sent 2025-05-03T10:00 b")
    referral(data, "2025-04-01T10:00", *due, *sent)
    events = facts_of(data).events
    found = sent_for(events.of("notification_due"), events.of("notification_sent"))
    days = [int(one) // 86_400 - 20_209 for one in found]
    assert days == [19, 2]


def test_every_counted_and_every_excluded_case_can_be_listed() -> None:
    """B30, K14: who, when it began and ended, and why it was left out."""
    data = empty()
    chose = "wait_by_choice_from 2025-04-20T10:00"
    for events in ((), (chose,)):
        key = referral(data, "2025-04-10T10:00", *events)
        visit = {"referral_key": key, "kind": "first", "mode": "video", "status": "attended"}
        data["appointments"].append(visit | {"starts_at": "2025-05-07T09:00", "reminder_arm": ""})
    facts = facts_of(data)
    found = asked_of(data, "bassetlaw", "K14")
    period = Period(number(MAY[0]), number(MAY[1]))
    contract = only(contract_of("bassetlaw"), "K14")
    ask = ask_of(contract, facts, period, today=number(MAY[1]))
    listed = list(rows(cases_of(contract.lines[0], ask), facts))
    assert listed == [
        ["R0", "2025-04-10T10:00", "2025-05-07T09:00", "1", "1", "y", ""],
        ["R1", "2025-04-10T10:00", "2025-05-07T09:00", "1", "1", "n", "patient_choice"],
    ]
    assert as_json(found)["excluded"] == {"patient_choice": 1}


def test_k10_is_not_published_under_25_encounters() -> None:
    """N57: the authors of CollaboRATE publish from 25 complete encounters on."""
    data = empty()
    key = referral(data, "2025-05-01T10:00")
    for encounter in range(25):
        for item in ("q1", "q2", "q3"):
            row = {"response_key": f"C{encounter}", "referral_key": key, "instrument": "collaborate"}
            row |= {"time_point": "review", "completed_at": "2025-05-10T10:00", "mode": "self"}
            data["responses"].append(row | {"item": item, "value": "9"})
    whole = asked_of(data, "mid_notts", "K10")
    assert (whole.value, whole.denominator) == (Fraction(100), 25)
    data["responses"] = data["responses"][3:]
    fewer = asked_of(data, "mid_notts", "K10")
    assert (fewer.value, fewer.denominator) == (None, 24)


def test_every_measure_says_what_it_counts() -> None:
    """A commissioner can read each definition: numerator, denominator, exclusions and its source."""
    for one in measures().values():
        assert one.numerator
        assert one.exclusions
        assert one.source
    used = {name for one in measures().values() for name in one.readings}
    assert set(readings()) - used <= {"sample_activity", "k11_urgent"}


def test_a_band_without_an_edge_takes_the_rest() -> None:
    """The last band holds whatever no band before it held."""
    assert Band("<65").holds(Fraction(0))
