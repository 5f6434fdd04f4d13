"""The five contracts as data: what each says, and how a mistake in a file is told (issue 5 part 1)."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.cli import root
from patientapp.config import Environment
from patientapp.episodes.rules import EpisodeEventKind
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.schedule import schedule
from patientapp.services import profiles as shipped
from patientapp.services.models import Service
from patientapp.services.naming import service_of
from patientapp.services.profile import LimitUnit, Profile, Route
from patientapp.services.profiles import BrokenProfile, profiles, read
from patientapp.services.queries import profile_of
from tests.factories import NOW, make_service

B, C, D, N, H = "bassetlaw", "south_cheshire", "durham_tier3", "mid_notts", "highly_specialist"


def clock(profile: str, name: str) -> tuple[str, int, str]:
    found = next(one for one in profiles()[profile].clocks if one.id == name)
    return found.start, found.limit, found.unit.value


def test_all_five_contracts_are_shipped_and_know_the_events_of_every_service() -> None:
    assert set(profiles()) == {B, C, D, N, H}
    assert set(EpisodeEventKind) == shipped.EVENTS  # the room above holds the same names


@pytest.mark.parametrize(
    ("name", "age", "closes"),
    [(B, 16, None), (C, 18, time(17, 30)), (D, 18, None), (N, 16, time(18, 30)), (H, 18, None)],
)
def test_x1_c04_b55_c25_d28_n24_ages_and_the_hour_after_which_a_receipt_waits(
    name: str, age: int, closes: time | None
) -> None:
    assert (profiles()[name].minimum_age, profiles()[name].closes) == (age, closes)


def test_n25_the_hours_of_the_contract_are_its_own() -> None:
    assert profiles()[N].hours == "08:00 to 18:30"


def test_x2_x3_x4_clocks_differ_in_length_and_in_what_starts_them() -> None:
    """B26, B27, B29, B32, B34, C07, C38 to C40, D16, N26 to N28."""
    assert clock(B, "triage") == ("received", 3, "working_days")
    assert clock(B, "return") == ("received", 3, "working_days")
    assert clock(B, "contact") == ("received", 5, "working_days")
    assert clock(B, "first_visit") == ("received", 20, "working_days")
    assert clock(B, "treatment") == ("received", 30, "working_days")
    assert clock(C, "triage_urgent") == ("received", 1, "working_days")
    assert clock(C, "first_visit") == ("triaged", 20, "working_days")
    assert clock(C, "first_visit_urgent") == ("triaged", 5, "working_days")
    assert clock(C, "programme") == ("received", 20, "working_days")
    assert clock(D, "review") == ("received", 2, "working_days")
    assert clock(D, "treatment") == ("received", 18, "weeks")
    assert clock(N, "advice") == ("advice_asked", 2, "working_days")
    assert clock(N, "contact") == ("received", 5, "working_days")
    assert profiles()[H].clocks == ()


def test_x5_x6_letters_have_two_figures_where_text_and_kpi_differ() -> None:
    """B45, C32, C33, C41, C42, D24, D43, N38, N39, N64."""
    due = {
        (name, letter.kind): (letter.days, letter.text_days)
        for name, one in profiles().items()
        for letter in one.documents
    }
    assert due[C, "notification"] == (5, 3)
    assert due[C, "discharge_summary"] == (5, 3)
    assert due[B, "discharge_summary"] == (5, None)
    assert due[D, "discharge_summary"] == (3, None)
    assert due[N, "notification"] == (3, None)
    assert due[N, "clinic_letter"] == (5, None)
    assert due[H, "discharge_summary"] == (None, None)


def test_x7_b44_c20_d22_h01_limits_of_an_episode() -> None:
    limits = {name: one.episode for name, one in profiles().items()}
    assert (limits[B].months, limits[B].start) == (6, ("received",))  # type: ignore[union-attr]
    assert (limits[C].months, limits[C].warn_months) == (6, 5)  # type: ignore[union-attr]
    assert limits[D].months == 9  # type: ignore[union-attr]
    assert limits[N] is limits[H] is None
    assert profiles()[H].review_months == 6


def test_x8_x9_c26_n14_support_window_and_the_way_back() -> None:
    ways = {name: (one.support.route, one.support.months) for name, one in profiles().items()}
    assert ways == {
        B: (Route.DIRECT, 12),
        C: (Route.WITHIN_WINDOW, 12),
        D: (Route.SINGLE_POINT, None),
        N: (Route.DIRECT, None),
        H: (Route.REFERRER, None),
    }


def test_c54_d47_programmes() -> None:
    cheshire = profiles()[C].programme
    assert cheshire is not None
    assert (cheshire.hours, cheshire.sessions, cheshire.most_people) == (24, 6, 15)
    durham = profiles()[D].programme
    assert durham is not None
    assert durham.hours == 18
    assert profiles()[B].programme is None


def test_x11_x12_b33_c12_c13_c53_d02_n01_packs_by_contract() -> None:
    """Each contract's packs exist, hold what it names, and only questionnaires that there are."""
    known = {one.id for one in default_library()}
    for one in profiles().values():
        for cohort in one.cohorts:
            asked = {ask.instrument for pack in schedule(cohort.schedule).packs for ask in pack.asked}
            assert asked <= known
    points = {name: [pack.code for pack in schedule(name).packs] for name in (B, C, D, N, H)}
    assert points[B] == ["T0", "TPs", "TPe", "TD", "T3", "T6", "TPIFU"]
    assert points[C] == ["T0", "TPs", "TPe", "review", "TD", "T6", "TPIFU"]
    assert points[D] == ["T0", "TPs", "TPe", "TD", "T3", "TPIFU"]
    assert "review" in points[H]
    same = [
        {ask.instrument for ask in pack.asked} for pack in schedule(D).packs if pack.code in {"T0", "T3"}
    ]
    assert same[0] == same[1] == {"pseq", "eq5d5l", "bpi_sf"}  # the same tools along the pathway
    cfs = profiles()[N].schedule_of("cfs")
    assert "bpi_sf" not in {ask.instrument for pack in schedule(cfs).packs for ask in pack.asked}
    assert profiles()[N].cohorts[1].never_sent == ("active_exercise",)
    assert schedule(B).packs[0].instruments("back")[-1] == "start_back"
    assert "start_back" not in schedule(B).packs[0].instruments("neck")


def test_h01_a_review_comes_again_every_six_months_until_discharge() -> None:
    review = next(pack for pack in schedule(H).packs if pack.code == "review")
    began = {"treatment_started": date(2026, 1, 31)}
    due = [window.due_on for window in review.windows(began)]
    assert due[:3] == [date(2026, 7, 31), date(2027, 1, 31), date(2027, 7, 31)]
    assert len(due) == 7  # three more years after the first
    ended = list(review.windows(began | {"discharged": date(2027, 1, 31)}))
    assert [window.due_on for window in ended] == [date(2026, 7, 31)]


def shipped_text(name: str) -> str:
    return (shipped.FOLDER / f"{name}.toml").read_text(encoding="utf-8")


WRONG = [
    (B, "minimum = 16", "minimum = 160", "ages.minimum: must be from 0 to 120"),
    (B, "minimum = 16", 'minimum = "sixteen"', "ages.minimum: must be a whole number"),
    (
        B,
        "threshold = 95\ndays = 3",
        "threshold = 750\ndays = 3",
        "threshold: must be from 0 to 100, not 750",
    ),
    (B, 'clause = "5.1 k1"', 'clause = "9.9"', "clause: '9.9' is none of the contract's `clauses`"),
    (B, 'ends = ["contacted", "returned"]', 'ends = ["rung"]', "ends: 'rung' is no event"),
    (B, "working_days = 20", "working_days = 20\nweeks = 4", "needs exactly one of working_days"),
    (B, 'schedule = "bassetlaw"', 'schedule = "basetlaw"', "there is no 'basetlaw'; there is: bassetlaw"),
    (B, 'route = "direct"', 'route = "by_post"', "support.route: 'by_post' is none of: direct"),
    (B, "warn_months = 5", "warn_months = 7", "episode.warn_months: must be from 0 to 6, not 7"),
    (B, "choice_pauses = true", "choice_pause = true", "choice_pause: is not known here"),
    (B, 'id = "bassetlaw"', 'id = "worksop"', "id: must be the name of the file"),
    (B, 'period = "month"', 'period = "week"', "surveys[1].period: 'week' is none of: month"),
    (B, "version = 1", "", "version: is missing"),
    (B, 'id = "offer"', 'id = "contact"', "clocks: 'contact' stands twice"),
    (C, "closes = 17:30:00", "closes = 05:30:00", "working_day.closes: must be in the afternoon"),
    (C, "complete_share = 1.0", "complete_share = 7.5", "programme.complete_share: must be above 0"),
    (C, "exempt_months = 3", "exempt_months = -3", "exempt_months: must be from 0 to 120"),
    (N, 'name = "advice_asked"', 'name = "triaged"', "events[1].name: 'triaged' is an event of every"),
    (N, 'name = "advice_asked"', 'name = "Advice!"', "events[1].name: use small letters"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), WRONG)
def test_a_mistake_is_told_with_file_key_and_reason(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    text = shipped_text(name)
    assert old in text
    path = tmp_path / f"{name}.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BrokenProfile) as error:
        read(path)
    assert str(error.value).startswith(f"{name}.toml: ")
    assert said in str(error.value)
    result = CliRunner().invoke(root, ["services", "check", str(path)])
    assert result.exit_code == 2
    assert said in result.output


def test_every_figure_of_every_contract_has_its_clause() -> None:
    for name in profiles():
        for line in shipped_text(name).split("[[kpis]]")[1:]:
            assert 'clause = "' in line


def test_the_command_lists_and_checks() -> None:
    listed = CliRunner().invoke(root, ["services"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == sorted(profiles())
    right = CliRunner().invoke(root, ["services", "check", str(shipped.FOLDER / f"{B}.toml")])
    assert right.exit_code == 0
    assert "bassetlaw.toml is right" in right.output


def test_a_service_is_found_by_id_slug_or_profile_and_made_of_its_profile(session: Session) -> None:
    made = service_of(C, now=NOW)
    assert (made.slug, made.profile, made.schedule) == ("south-cheshire", C, C)
    assert service_of(C, now=NOW).id == service_of("south-cheshire", now=NOW).id == made.id
    assert service_of(str(made.id), now=NOW).id == made.id
    other = make_service(session, slug="vale")
    assert service_of("vale", now=NOW).id == other.id
    with pytest.raises(Exception, match=r"there is, or could be: .*bassetlaw"):
        service_of("nowhere", now=NOW)


def test_production_makes_no_service_by_itself(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Production:
        is_production = True
        env = Environment.PRODUCTION

    monkeypatch.setattr("patientapp.services.naming.settings", Production)
    with pytest.raises(Exception, match="patientapp service add durham-tier3 --profile durham_tier3"):
        service_of(D, now=NOW)
    assert session.query(Service).filter_by(profile=D).count() == 0


def test_a_service_may_have_its_own_first_day(session: Session) -> None:
    assert profile_of(make_service(session)) is None
    own = profile_of(make_service(session, profile=C, contract_first_day=date(2025, 7, 1)))
    assert isinstance(own, Profile)
    assert own.first_day == date(2025, 7, 1)
    plain: Any = profile_of(make_service(session, profile=C))
    assert plain.first_day == profiles()[C].first_day
    assert LimitUnit.WORKING_DAYS in {one.unit for one in plain.clocks}
