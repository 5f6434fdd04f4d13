"""Settings: a wrong value stops the start and says what to do."""

from __future__ import annotations

import pytest

from patientapp.config import Environment, Settings, SettingsError, database_url

GOOD = {
    "PATIENTAPP_ENV": "production",
    "PATIENTAPP_SECRET_KEY": "a" * 40,
    "PATIENTAPP_LINK_KEY": "b" * 40,
    "PATIENTAPP_DATA_KEY": "c" * 40,
    "PATIENTAPP_PUBLIC_URL": "https://pain.example",
    "PATIENTAPP_GATEWAY": "twilio",
    "PATIENTAPP_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "PATIENTAPP_TWILIO_AUTH_TOKEN": "d" * 32,
    "PATIENTAPP_TWILIO_FROM": "+447700900999",
}


def test_io_10_sound_production_settings_are_taken() -> None:
    assert Settings.from_environ(GOOD).env is Environment.PRODUCTION


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PATIENTAPP_SECRET_KEY": ""}, "PATIENTAPP_SECRET_KEY is missing"),
        ({"PATIENTAPP_LINK_KEY": "short"}, "PATIENTAPP_LINK_KEY is missing, a sample, or under"),
        ({"PATIENTAPP_DATA_KEY": "a" * 40}, "must differ"),
        ({"PATIENTAPP_DEBUG": "1"}, "DEBUG must be off"),
        ({"PATIENTAPP_PUBLIC_URL": "http://pain.example"}, "must be HTTPS"),
        ({"PATIENTAPP_GATEWAY": "phone"}, "for demonstrations"),
        ({"PATIENTAPP_TWILIO_AUTH_TOKEN": ""}, "needs PATIENTAPP_TWILIO_AUTH_TOKEN"),
        ({"PATIENTAPP_TWILIO_FROM": ""}, "TWILIO_FROM and PATIENTAPP_TWILIO_MESSAGING_SERVICE"),
        ({"PATIENTAPP_TWILIO_MESSAGING_SERVICE": "MG" + "0" * 32}, "not both"),
        ({"PATIENTAPP_TWILIO_BASE_URL": "http://127.0.0.1:4010"}, "must be HTTPS"),
        ({"PATIENTAPP_TEXTS_PER_SECOND": "0"}, "TEXTS_PER_SECOND must be 1 or more"),
        ({"PATIENTAPP_ENV": "prod"}, "PATIENTAPP_ENV='prod' is not understood"),
        ({"PATIENTAPP_TICK_SECONDS": "often"}, "PATIENTAPP_TICK_SECONDS='often'"),
    ],
)
def test_io_10_production_refuses_to_start(change: dict[str, str], said: str) -> None:
    """N36: nothing is served or sent to a carrier without HTTPS."""
    with pytest.raises(SettingsError, match=said):
        Settings.from_environ(GOOD | change)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgres://u@h/db", "postgresql+psycopg://u@h/db"),
        ("postgresql://u@h/db", "postgresql+psycopg://u@h/db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_database_addresses_always_mean_psycopg_3(given: str, taken: str) -> None:
    assert database_url(given) == taken


def test_another_database_is_refused_with_the_two_that_are_taken() -> None:
    with pytest.raises(SettingsError, match="sqlite:/// or postgresql"):
        database_url("mysql://u@h/db")


HERE = {"PATIENTAPP_DATABASE_URL": "sqlite:///var/patientapp.db"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PATIENTAPP_DATABASE_URL": "postgresql://u@db.example/p"}, "PATIENTAPP_ENV is not set"),
        ({"PATIENTAPP_PUBLIC_URL": "https://pain.example"}, "PATIENTAPP_ENV is not set"),
        ({"PATIENTAPP_GATEWAY": "twilio"}, "PATIENTAPP_ENV is not set"),
        (
            {"PATIENTAPP_ENV": "development", "PATIENTAPP_DATABASE_URL": "postgresql://u@db.example/p"},
            "sample secrets",
        ),
    ],
)
def test_io_10_a_forgotten_environment_is_not_development(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_environ(HERE | given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        HERE,
        {"PATIENTAPP_DATABASE_URL": "postgresql+psycopg://u@127.0.0.1:5432/p"},
        {"PATIENTAPP_ENV": "development", "PATIENTAPP_DATABASE_URL": "postgresql:///p"},
        {"PATIENTAPP_ENV": "test", "PATIENTAPP_DATABASE_URL": "postgresql://u@/p?host=/tmp/pg"},
        {"PATIENTAPP_ENV": "test", "PATIENTAPP_DATABASE_URL": "postgresql://u@localhost:5432/p"},
    ],
)
def test_io_10_on_this_machine_a_newcomer_need_say_nothing(given: dict[str, str]) -> None:
    assert not Settings.from_environ(given).is_production
