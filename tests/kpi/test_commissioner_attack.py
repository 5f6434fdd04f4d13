"""SEC-05: subtractions and limits over a whole return, as a commissioner downloads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import product

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.access.viewer import Role
from patientapp.kpi import reports
from patientapp.kpi.measures import Span
from patientapp.kpi.periods import ended
from patientapp.kpi.published import Form
from patientapp.kpi.queries import system_contract
from patientapp.kpi.spreads import is_small, told
from patientapp.services.models import Service
from patientapp.simulate.cli import simulate
from patientapp.workdays import add_months
from tests.desk import desk_of
from tests.factories import make_service

JANUARY = datetime(2027, 1, 6, 9, 30, tzinfo=UTC)
LAST = date(2026, 12, 31)
SMALL = range(1, 5)
REASONS = ("completed", "disengaged", "left_area", "no_longer_appropriate", "self_discharge", "died")
Shown = Mapping[str, str]

# what a commissioner subtracts: a total, what is known to lie in it, and what is left over
SUBTRACTED = (
    ("K29a of", ("K16 of",), ("K29a", "K29b", "K29c")),
    ("K29a of", ("K27a of",), ("K29a", "K29b", "K29c")),
    ("K18 of", (), tuple(f"K22.{one}" for one in REASONS)),
    ("K19 of", (), tuple(f"K22.{one}" for one in REASONS)),
    ("K11 of", ("K13 of",), ("K12 of",)),
    ("K16 of", (), ("K21", "K21 of")),
    ("K22", (), ("K22.disengaged", "K22.left_area", "K22.no_longer_appropriate")),
    ("K7r", (), ("K7 of",)),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "profile", ["bassetlaw", "mid_notts", "durham_tier3", "south_cheshire", "highly_specialist"]
)
def test_sec_05_a_whole_return_tells_no_hidden_count(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    """SEC-05: 18 months of a return, every subtraction and every limit of 1 to 4: 0 recovered."""
    from patientapp import clock

    monkeypatch.setattr(clock, "now", lambda: JANUARY)
    service = make_service(session, profile=profile)
    session.commit()
    _made_up(app, service)
    client = desk_of(app, session, service, Role.COMMISSIONER, at=JANUARY)
    hidden, recovered = 0, []
    for month in (add_months(LAST.replace(day=1), -back) for back in range(18)):
        text = client.get(f"/staff/returns.csv?month={month:%Y-%m}").text
        shown = _sides(list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))))
        truth = _truth(service, month)
        assert not [name for name, cell in shown.items() if cell and is_small(truth[name])]
        hidden += sum(not cell and is_small(truth[name]) for name, cell in shown.items())
        found = _worked_out(shown)
        recovered += [(month, name) for name, n in found.items() if n == truth[name]]
    assert hidden, "the attack needs something to look for"
    assert not recovered


def _made_up(app: Flask, service: Service) -> None:
    size = ("--patients", "150", "--months", "18", "--seed", "3", "--until", LAST.isoformat())
    done = CliRunner().invoke(simulate, ["--service", service.slug, *size], obj=lambda: app)
    assert done.exit_code == 0, done.output


def _sides(rows: list[dict[str, str]]) -> Shown:
    """Every count of people of a return: `K16` the numerator, `K16 of` the denominator."""
    met = {row["id"]: row["numerator"] for row in rows if row["unit"] != "days"}
    all_ = {f"{row['id']} of": row["denominator"] for row in rows if row["unit"] != "count"}
    return {name: "" if cell == "hidden" else cell for name, cell in (met | all_).items()}


def _truth(service: Service, month: date) -> dict[str, int]:
    contract, found = system_contract(service), {}
    for span in {line.measure.period for line in contract.lines}:
        days = ended(Span(span), month)
        for one in reports.worked_out(
            service, contract, days, span=span, form=Form.TOTALS, today=JANUARY.date()
        ):
            found |= {
                one.line.id: one.total.numerator or 0,
                f"{one.line.id} of": one.total.denominator or 0,
            }
    return found


def _worked_out(shown: Shown) -> dict[str, int]:
    """Hidden counts to which one way alone leads, over every subtraction for itself."""
    found = {}
    for total, within, parts in SUBTRACTED:
        if any(not shown.get(one) for one in (total, *within)):
            continue
        here = [one for one in parts if one in shown]
        unseen = [one for one in here if not shown[one]]
        left = int(shown[total]) - sum(int(shown[one]) for one in within)
        left -= sum(int(shown[one]) for one in here if shown[one])
        ways = [way for way in product(SMALL, repeat=len(unseen)) if sum(way) == left]
        if len(unseen) == 1 and left in SMALL:
            ways = [(left,)]
        for at, name in enumerate(unseen):
            fits = {way[at] for way in ways}
            if len(fits) == 1:
                found[name] = fits.pop()
    return found


def test_sec_05_whole_numbers_tell_less_than_sums_do() -> None:
    """SEC-05: three hidden counts with 3 in all are 1 each; with 6 in all they may be many things."""
    cells = ("a", "b", "c")
    for each, known in ((1, set(cells)), (2, set()), (4, set(cells))):
        values = {"all": 3 * each, **dict.fromkeys(cells, each)}
        tie = {"all": 1, "a": -1, "b": -1, "c": -1}
        assert set(told(values, [tie], [], set(cells))) == known
        assert set(told(values, [], [tie], set(cells))) == (set(cells) if each == 1 else set())
