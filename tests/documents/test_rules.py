"""Which blocks each contract needs, to whom a document goes, and by when."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from patientapp.documents.fhir import Issued, care_plan, document_reference, plain_text
from patientapp.documents.kinds import BrokenKind, _blocks, kinds, read_kind
from patientapp.documents.rules import Audience, due_on, missing
from patientapp.documents.terms import blocks_of, terms_for
from patientapp.services.profiles import profiles

CONTRACTS = ("bassetlaw", "south_cheshire", "durham_tier3", "mid_notts", "highly_specialist")
GIVEN = ("gp_actions", "dates")

# requirement, kind, contract, route, blocks without which it cannot be issued
NEEDED = [
    ("B41", "care_plan", "bassetlaw", "", {"when_to_return", "flare_ups", "contact_first"}),
    ("N22", "care_plan", "mid_notts", "", {"when_to_return", "flare_ups", "contact_first"}),
    (
        "C15",
        "care_plan",
        "south_cheshire",
        "",
        {
            "goals_and_outcomes",
            "health_needs",
            "social_needs",
            "day_to_day",
            "crisis",
            "agreed_plan",
            "contacts",
        },
    ),
    ("C14", "care_plan", "south_cheshire", "", {"expectations", "goals_and_outcomes"}),
    ("C50", "care_plan", "south_cheshire", "", {"education"}),
    ("D20", "care_plan", "durham_tier3", "", {"flare_ups"}),
    (
        "H14",
        "care_plan",
        "highly_specialist",
        "",
        {"clinical_lead", "management_strategies", "review_procedure"},
    ),
    ("B40", "care_plan", "bassetlaw", "", {"agreed_plan", "review_procedure"}),
    ("N18", "care_plan", "mid_notts", "", {"agreed_plan", "review_procedure"}),
    ("N07", "care_plan", "mid_notts", "", {"family_and_carers"}),
    (
        "B47",
        "discharge_plan",
        "bassetlaw",
        "",
        {
            "assessment_and_findings",
            "treatment_and_outcomes",
            "future_plan",
            "test_results",
            "recommended_procedures",
            "ongoing_care",
            "rereferral_indicators",
        },
    ),
    (
        "N23",
        "discharge_plan",
        "mid_notts",
        "",
        {
            "future_plan",
            "test_results",
            "recommended_procedures",
            "ongoing_care",
            "rereferral_indicators",
        },
    ),
    (
        "C31",
        "discharge_plan",
        "south_cheshire",
        "",
        {"self_management", "community_services", "future_access"},
    ),
    ("D23", "discharge_plan", "durham_tier3", "", {"support_plan", "future_access"}),
    ("B45", "discharge_summary", "bassetlaw", "gp", {"opioids_and_dependency", "future_plan"}),
    ("B57", "discharge_summary", "bassetlaw", "gp", {"gp_actions", "dates", "onward_referral"}),
    (
        "C33",
        "discharge_summary",
        "south_cheshire",
        "gp",
        {
            "gp_actions",
            "dates",
            "treatment",
            "medicine_changes",
            "plan",
            "responsible_clinician",
            "onward_referral",
        },
    ),
    (
        "D25",
        "discharge_summary",
        "durham_tier3",
        "gp",
        {
            "dates",
            "treatment",
            "medicine_changes",
            "adverse_reactions",
            "plan",
            "emergency_plan",
            "responsible_clinician",
            "treatment_exhausted",
            "onward_referral",
        },
    ),
    (
        "N39",
        "discharge_summary",
        "mid_notts",
        "gp",
        {
            "dates",
            "treatment",
            "medicine_changes",
            "future_plan",
            "responsible_clinician",
            "onward_referral",
            "future_access",
        },
    ),
    ("H02", "discharge_summary", "highly_specialist", "referrer", {"future_plan"}),
    ("H02", "discharge_summary", "highly_specialist", "gp", {"ongoing_care"}),
    ("H02", "discharge_summary", "highly_specialist", "self_care", {"self_management", "future_access"}),
    ("C32", "notification", "south_cheshire", "", {"summary", "outcome", "plan", "medicine_changes"}),
    ("N38", "notification", "mid_notts", "", {"onward_referral"}),
    ("N64", "clinic_letter", "mid_notts", "", {"opioid_review", "reduction_advice"}),
    ("D43", "prescribing_advice", "durham_tier3", "", {"recommendation", "patient_told"}),
    ("D42", "gp_opioid_notice", "durham_tier3", "", {"dose", "gp_actions"}),
    ("D22", "long_episode", "durham_tier3", "", {"reason"}),
    ("C21", "no_progress", "south_cheshire", "", {"decision", "plan"}),
    (
        "H12",
        "written_information",
        "highly_specialist",
        "",
        {
            "service_and_team",
            "pathway",
            "involvement",
            "psychological_and_social",
            "condition_and_treatment",
            "contacts",
        },
    ),
]


@pytest.mark.parametrize(
    ("clause", "kind", "contract", "route", "blocks"),
    NEEDED,
    ids=[f"{row[0]}-{row[1]}-{row[3]}" for row in NEEDED],
)
def test_a_document_without_a_needed_block_cannot_be_issued(
    clause: str, kind: str, contract: str, route: str, blocks: set[str]
) -> None:
    """B40, B41, B45, B47, B57, C14, C15, C21, C31, C32, C33, C50, D20, D22, D23, D25, D42, D43,
    H02, H12, H14, N07, N18, N22, N23, N38, N39, N64: every block by itself."""
    needed = terms_for(kind, contract, route).needed
    assert blocks <= set(needed), clause
    whole = dict.fromkeys(needed, "x")
    assert missing(needed, whole) == []
    for block in blocks:
        assert missing(needed, whole | {block: " \n"}) == [block]


@pytest.mark.parametrize(
    ("kind", "contract", "days"),
    [
        ("discharge_summary", "bassetlaw", 5),
        ("discharge_summary", "south_cheshire", 5),
        ("discharge_summary", "durham_tier3", 3),
        ("discharge_summary", "mid_notts", 5),
        ("discharge_summary", "highly_specialist", None),
        ("notification", "south_cheshire", 5),
        ("notification", "mid_notts", 3),
        ("clinic_letter", "mid_notts", 5),
        ("significant_event", "bassetlaw", 5),
        ("prescribing_advice", "durham_tier3", 3),
        ("discharge_plan", "durham_tier3", 3),
    ],
)
def test_x5_x6_each_contract_has_its_own_clock(kind: str, contract: str, days: int | None) -> None:
    """B45, B69, C41, C42, D24, D43, N28, N38, N64."""
    assert terms_for(kind, contract).working_days == days


def test_x5_x6_the_text_of_001_says_3_days_and_its_figure_5() -> None:
    for kind in ("notification", "discharge_summary"):
        terms = terms_for(kind, "south_cheshire")
        assert (terms.text_working_days, terms.working_days) == (3, 5)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 9, 22), 5, date(2026, 9, 29)),  # a Tuesday
        (date(2026, 9, 19), 3, date(2026, 9, 24)),  # a Saturday counts from Monday
        (date(2026, 4, 2), 3, date(2026, 4, 9)),  # over Good Friday and Easter Monday
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day falls on a Saturday: Monday instead
        (date(2026, 9, 22), None, None),
    ],
)
def test_due_days_are_working_days(start: date, days: int | None, expected: date | None) -> None:
    assert due_on(start, days) == expected


@pytest.mark.parametrize(
    ("kind", "contract", "route", "expected"),
    [
        ("discharge_summary", "bassetlaw", "gp", ("gp", "patient")),
        ("discharge_summary", "highly_specialist", "referrer", ("patient", "gp", "referrer")),
        ("discharge_summary", "south_cheshire", "referrer", ("gp", "patient", "referrer")),
        ("care_plan", "durham_tier3", "", ("patient", "referrer", "tier2")),
        ("care_plan", "south_cheshire", "", ("patient", "gp")),
        ("notification", "mid_notts", "", ("gp",)),
    ],
)
def test_h02_d05_c15_recipients_by_route_and_contract(
    kind: str, contract: str, route: str, expected: tuple[str, ...]
) -> None:
    assert set(terms_for(kind, contract, route).recipients) == set(expected)


def test_b57_c33_actions_for_the_gp_stand_first_in_whatever_goes_to_the_gp() -> None:
    to_gp = [kind for kind in kinds().values() if kind.audience is Audience.GP]
    assert len(to_gp) >= 7
    assert {kind.block_ids[0] for kind in to_gp} == {"gp_actions"}


def test_every_contract_names_its_clause_where_it_asks_for_more() -> None:
    for kind in kinds().values():
        assert all(terms.clause for terms in kind.contracts.values()), kind.id
        assert set(kind.contracts) <= set(CONTRACTS)


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"blocks": ["summary", "gp_actions"]}, "stand first"),
        ({"blocks": ["gp_actions", "nothing"]}, "'nothing' is not in blocks.toml"),
        ({"needed": ["dose"]}, "'dose' is not one of its blocks"),
        ({"recipients": ["everybody"]}, "nobody we know"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"contracts": {"bassetlaw": {"days": 3}}}, "bassetlaw: unknown key 'days'"),
    ],
)
def test_a_broken_kind_says_what_is_wrong(over: dict[str, object], says: str) -> None:
    good = {
        "title": "Letter",
        "audience": "gp",
        "start": "notification_due",
        "blocks": ["gp_actions", "summary"],
        "needed": ["gp_actions"],
        "recipients": ["gp"],
    }
    assert read_kind("letter", good, _blocks()).id == "letter"
    with pytest.raises(BrokenKind, match=says):
        read_kind("letter", good | over, _blocks())


ISSUED = Issued(
    document_id=UUID(int=7),
    version=2,
    is_newest=True,
    kind="discharge_summary",
    title="Discharge summary",
    patient_id=UUID(int=8),
    author="Robin Staff",
    service="Moorside",
    language="en",
    issued_at=datetime(2026, 9, 22, 9, 30, tzinfo=UTC),
    blocks=[("gp_actions", "Actions for the GP", "Review in May"), ("plan", "The plan", "Walk & rest")],
)


def test_b45_a_document_reference_carries_the_words_with_the_gps_actions_first() -> None:
    made = document_reference(ISSUED)
    data = b64decode(made["content"][0]["attachment"]["data"]).decode()
    assert data == plain_text(ISSUED)
    assert data.index("Review in May") < data.index("Walk & rest")
    assert made["status"] == "current"
    assert made["type"]["coding"][0]["code"] == "18842-5"
    assert made["subject"] == {"reference": f"Patient/{UUID(int=8)}"}
    assert document_reference(replace(ISSUED, is_newest=False))["status"] == "superseded"
    assert "coding" not in document_reference(replace(ISSUED, kind="long_episode"))["type"]


def test_a_care_plan_has_an_activity_for_each_block() -> None:
    made = care_plan(replace(ISSUED, kind="care_plan", agreed_on=date(2026, 9, 20)))
    assert [one["detail"]["description"] for one in made["activity"]] == ["Review in May", "Walk & rest"]
    assert made["period"] == {"start": "2026-09-20"}
    assert (made["status"], made["intent"]) == ("active", "plan")


@pytest.mark.parametrize("contract", CONTRACTS)
def test_each_document_of_a_profile_is_a_kind_and_each_of_its_blocks_is_needed(contract: str) -> None:
    for said in profiles()[contract].documents:
        assert said.kind in kinds(), said.kind
        assert set(blocks_of(said)) <= set(kinds()[said.kind].block_ids), said.kind
        needed = terms_for(said.kind, contract, next(iter(kinds()[said.kind].routes), "")).needed
        assert set(blocks_of(said)) <= set(needed), said.kind
        assert terms_for(said.kind, contract).working_days == said.days
