"""N31: each text that is sent carries a record of who agreed to its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy.orm import Session

from patientapp.audit.models import AuditEntry
from patientapp.cli import root
from patientapp.messaging import agreements, texts
from patientapp.messaging.models import TextAgreement
from tests.factories import make_service

pytestmark = pytest.mark.usefixtures("now")
WHO = "A. Example, for the commissioner"
Shell = Callable[..., Result]


@pytest.fixture
def shell(app: Flask, session: Session) -> Shell:
    make_service(session, slug="upmoor")
    make_service(session, slug="downmoor")
    return lambda *words: CliRunner().invoke(root, ["messaging", *words], obj=lambda: app)


def standing(shell: Shell, slug: str, name: str) -> str:
    lines = shell("texts", "--service", slug).output.splitlines()
    return next(line for line in lines if line.startswith(f"{name}: "))


def test_n31_who_agreed_to_a_text_is_on_record_until_its_words_change(
    shell: Shell, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "nobody has agreed" in standing(shell, "upmoor", "appt-7d")
    done = shell("agree", "appt-7d", "--service", "upmoor", "--name", WHO, "--on", "2026-01-05")
    assert done.exit_code == 0, done.output
    assert standing(shell, "upmoor", "appt-7d").endswith(f"agreed by {WHO} on 2026-01-05")
    assert "nobody has agreed" in standing(shell, "upmoor", "appt-2d"), "only what was named"
    assert "nobody has agreed" in standing(shell, "downmoor", "appt-7d"), "each service for itself"
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.at.desc())).first()
    assert entry is not None
    assert entry.action == "recorded who agreed to texts"
    other = texts._of(lambda: "{service}: other words {phone}", has_link=False)
    monkeypatch.setattr(agreements, "TEMPLATES", dict(texts.TEMPLATES) | {"appt-7d": other})
    assert standing(shell, "upmoor", "appt-7d").endswith("its words have changed since")


def test_n31_all_texts_at_once(shell: Shell, session: Session) -> None:
    assert shell("agree", "--service", "upmoor", "--name", WHO).exit_code == 0
    count = sa.select(sa.func.count()).select_from(TextAgreement)
    assert session.scalar(count) == len(texts.TEMPLATES)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such", "--service", "upmoor", "--name", WHO], "There is no text 'no-such'"),
        (["--service", "upmoor", "--name", " "], "Say who agreed"),
        (["--service", "upmoor", "--name", WHO, "--on", "2099-01-01"], "not one to come"),
        (["--service", "nowhere", "--name", WHO], "There is no service 'nowhere'"),
    ],
)
def test_n31_a_wrong_agreement_is_refused_and_nothing_is_kept(
    shell: Shell, session: Session, words: list[str], said: str
) -> None:
    refused = shell("agree", *words)
    assert refused.exit_code == 2
    assert said in refused.output
    assert session.scalar(sa.select(sa.func.count()).select_from(TextAgreement)) == 0
