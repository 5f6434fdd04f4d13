"""Settings: read once from the environment; a wrong value stops the start and says what to do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PREFIX = "PATIENTAPP_"
SAMPLE = "development-only-not-a-secret"
LEAST_SECRET_LENGTH = 32


class SettingsError(Exception):
    """A setting is missing or wrong; the text names it and says what to do."""


THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class Environment(StrEnum):
    """Where this process runs; only production holds real people's records."""

    DEVELOPMENT = "development"
    TEST = "test"
    DEMO = "demo"
    PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that differs between deployments; each field is PATIENTAPP_<NAME>."""

    env: Environment = Environment.DEVELOPMENT
    database_url: str = "sqlite:///var/patientapp.db"
    data_dir: Path = Path("var")
    public_url: str = "http://127.0.0.1:8000"
    secret_key: str = SAMPLE  # signs cookies and CSRF tokens
    link_key: str = SAMPLE  # makes the tokens in texts (LINK-01); outside the database
    data_key: str = SAMPLE  # encrypts staff second-factor secrets at rest
    debug: bool = False
    gateway: str = "phone"  # phone (the built-in local phone) or twilio
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_from: str = ""  # the sender's number, or
    twilio_messaging_service: str = ""  # the Messaging Service that chooses one
    twilio_base_url: str = ""  # empty: Twilio's own address
    texts_per_second: int = 10  # the account's ceiling, shared by all dispatchers
    dispatch_lanes: int = 10  # calls to the carrier at once, per dispatcher; so many a crash leaves open
    metrics_port: int = 0  # of the scheduler, on 127.0.0.1 only; 0: none
    trusted_proxies: int = 0  # how many proxies in front may set X-Forwarded-For (IO-08)
    tick_seconds: int = 10  # how often the scheduler looks for due work
    backup_dir: str = ""  # where it puts a backup every 15 minutes; empty: somebody else sees to that

    @property
    def is_production(self) -> bool:
        """Whether real people's records are here."""
        return self.env is Environment.PRODUCTION

    @property
    def has_local_phone(self) -> bool:
        """Whether /dev/phone exists: never in production."""
        return self.gateway == "phone" and not self.is_production

    @property
    def cookies_secure(self) -> bool:
        """Cookies carry Secure wherever the public address is HTTPS, as it must be in production."""
        return urlsplit(self.public_url).scheme == "https"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read PATIENTAPP_* variables; raise SettingsError naming the first wrong one."""
        known = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        given = {known[key]: value for key, value in environ.items() if key in known and value}
        settings = cls(**{name: _parsed(name, value) for name, value in given.items()})
        if "env" not in given:
            _check_unsaid(settings)
        check(settings)
        return settings


_WHOLE_NUMBERS = {
    "trusted_proxies",
    "tick_seconds",
    "texts_per_second",
    "dispatch_lanes",
    "metrics_port",
}


def _parsed(name: str, value: str) -> Any:
    variable = PREFIX + name.upper()
    try:
        if name == "env":
            return Environment(value)
        if name in _WHOLE_NUMBERS:
            return int(value)
    except ValueError as error:
        raise SettingsError(f"{variable}={value!r} is not understood: {error}") from None
    if name == "debug":
        return value.lower() in {"1", "true", "yes", "on"}
    if name == "database_url":
        return database_url(value)
    return Path(value) if name == "data_dir" else value


def database_url(value: str) -> str:
    """The SQLAlchemy form of an address: PostgreSQL always through psycopg 3."""
    for short in ("postgres://", "postgresql://"):
        if value.startswith(short):
            return "postgresql+psycopg://" + value.removeprefix(short)
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(f"{PREFIX}DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    return value


def check(settings: Settings) -> None:
    """Raise SettingsError where these settings cannot be right (IO-10)."""
    address = urlsplit(settings.public_url)
    if address.scheme not in {"http", "https"} or not address.netloc:
        raise SettingsError(f"{PREFIX}PUBLIC_URL must be a full address, such as https://pain.example")
    if settings.gateway not in {"phone", "twilio"}:
        raise SettingsError(f"{PREFIX}GATEWAY must be phone or twilio, not {settings.gateway!r}")
    _check_samples(settings)
    if settings.is_production:
        _check_production(settings)
    if settings.gateway == "twilio":
        _check_twilio(settings)


def _has_local_database(settings: Settings) -> bool:
    """A file, or a server on this machine by its name or its socket."""
    address = urlsplit(settings.database_url)
    host = address.hostname or (parse_qs(address.query).get("host") or ["/"])[0]
    return host in THIS_MACHINE or host.startswith("/")


def _check_unsaid(settings: Settings) -> None:
    """A forgotten environment means development on this machine, and nothing else (IO-10).

    A database that belongs to production refuses by itself: it remembers whose it is.
    """
    is_here = urlsplit(settings.public_url).hostname in THIS_MACHINE
    if settings.gateway == "phone" and is_here and _has_local_database(settings):
        return
    raise SettingsError(
        f"{PREFIX}ENV is not set: say {PREFIX}ENV=production for real people's records "
        f"({PREFIX}ENV=development means made-up people only)"
    )


def _check_samples(settings: Settings) -> None:
    """Sample secrets open nothing but a database on this machine (IO-10)."""
    keys = {settings.secret_key, settings.link_key, settings.data_key}
    if SAMPLE in keys and not _has_local_database(settings):
        raise SettingsError(
            f"{PREFIX}DATABASE_URL is on another machine, and sample secrets are for this one alone: "
            f"set {PREFIX}SECRET_KEY, {PREFIX}LINK_KEY and {PREFIX}DATA_KEY"
        )


def _check_twilio(settings: Settings) -> None:
    missing = [
        f"{PREFIX}{name.upper()}"
        for name in ("twilio_account_sid", "twilio_auth_token")
        if not getattr(settings, name)
    ]
    if missing:
        raise SettingsError("PATIENTAPP_GATEWAY=twilio needs " + " and ".join(missing))
    if bool(settings.twilio_from) == bool(settings.twilio_messaging_service):
        raise SettingsError(
            f"set one of {PREFIX}TWILIO_FROM and {PREFIX}TWILIO_MESSAGING_SERVICE, not both"
        )
    if settings.texts_per_second < 1 or not 1 <= settings.dispatch_lanes <= 32:
        raise SettingsError(f"{PREFIX}TEXTS_PER_SECOND must be 1 or more, {PREFIX}DISPATCH_LANES 1 to 32")
    _check_carrier_address(settings)


def _check_carrier_address(settings: Settings) -> None:
    """HTTPS, but for a carrier on this machine outside production (IO-05)."""
    address = urlsplit(settings.twilio_base_url)
    if not settings.twilio_base_url or (address.scheme == "https" and address.netloc):
        return
    is_here = address.scheme == "http" and address.hostname in THIS_MACHINE
    if settings.is_production or not is_here:
        raise SettingsError(f"{PREFIX}TWILIO_BASE_URL must be HTTPS, or http on this machine for tests")


def _check_production(settings: Settings) -> None:
    for name in ("secret_key", "link_key", "data_key"):
        value = getattr(settings, name)
        if value == SAMPLE or len(value) < LEAST_SECRET_LENGTH:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is missing, a sample, or under {LEAST_SECRET_LENGTH} "
                "characters; make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
            )
    if len({settings.secret_key, settings.link_key, settings.data_key}) < 3:
        raise SettingsError("the three PATIENTAPP_*_KEY secrets must differ from each other")
    if settings.debug:
        raise SettingsError(f"{PREFIX}DEBUG must be off in production")
    if not settings.public_url.startswith("https://"):
        raise SettingsError(f"{PREFIX}PUBLIC_URL must be HTTPS in production")
    if settings.gateway == "phone":
        raise SettingsError(f"{PREFIX}GATEWAY=phone is for demonstrations; production needs twilio")
