"""`patientapp doctor`: is everything here that the app needs, and what to do where it is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from patientapp import clock
from patientapp.app import create_app
from patientapp.backups.actions import age_of_newest
from patientapp.backups.keep_rules import LATE
from patientapp.config import PREFIX, Settings, SettingsError
from patientapp.content import catalogues
from patientapp.content.due import due
from patientapp.content.library import default_library as default_content
from patientapp.content.page import BrokenContent
from patientapp.content.signing import signatures
from patientapp.db import db
from patientapp.i18n import installed
from patientapp.imports.queries import system_left_behind
from patientapp.questionnaires.library import default_library
from patientapp.questionnaires.register import ENGLISH, entries
from patientapp.questionnaires.schedule import check_all
from patientapp.services.queries import system_services, untold
from patientapp.web.assets import load_manifest
from patientapp.web.installation import refuse_foreign
from patientapp.workdays import holidays_known_until, london_day

HERE = Path(__file__).parent
HALF_A_YEAR = timedelta(days=183)
SECRET = {"secret_key", "link_key", "data_key", "twilio_auth_token", "database_url"}


class HalfImported(RuntimeError):
    """A file was taken and its process was killed before all of it was stored."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_well: bool
    detail: str

    def line(self) -> str:
        """As the command prints it."""
        return f"{'ok  ' if self.is_well else 'FAIL'}  {self.name:<14} {self.detail}"


def settings_table() -> str:
    """Every setting with its default."""
    lines = []
    for field in fields(Settings):
        default = "(secret)" if field.name in SECRET - {"database_url"} else str(field.default)
        lines.append(f"{PREFIX}{field.name.upper():<22} default: {default}")
    return "\n".join(lines)


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at everything; a later check is left out when what it stands on failed."""
    findings = list(_without_database())
    try:
        settings = Settings.from_environ(environ)
    except SettingsError as error:
        return [Finding("settings", is_well=False, detail=str(error)), *findings]
    findings.insert(0, Finding("settings", is_well=True, detail=f"{settings.env} mode"))
    has_data = all(finding.is_well for finding in findings)
    findings.append(_carrier(settings))
    findings.append(_backups(settings))
    if all(finding.is_well for finding in findings):
        findings.extend(_database(settings))
    if has_data:
        findings.append(_wording(settings))
    return findings


def _without_database() -> Iterator[Finding]:
    yield _tried("instruments", lambda: ", ".join(instrument.key for instrument in default_library()))
    yield _tried("schedules", lambda: ", ".join(schedule.id for schedule in check_all()))
    yield _tried("languages", _languages)
    yield _reviews()
    yield _holidays()
    yield _tried("front end", lambda: load_manifest(HERE / "web/static")("app.css").rpartition("/")[2])


def _languages() -> str:
    """Each language, and whether production would offer it."""
    own = {one.lang: catalogues.is_offered_in_production(one) for one in catalogues.found()}
    return ", ".join(f"{lang} ({_STANDS[own.get(lang)]})" for lang in installed())


_STANDS = {None: "source", True: "signed", False: "not signed"}


def _reviews() -> Finding:
    """Pages and safety cards that somebody must read again; what nobody has signed is not shown in
    production, and is counted by `patientapp content`."""
    try:
        found = due(default_content(), signatures(), london_day(clock.now()))
    except BrokenContent as error:
        return Finding("content", is_well=False, detail=str(error))
    past = ", ".join(f"{one.key} since {one.review_by.isoformat()}" for one in found if one.is_past)
    soon = ", ".join(f"{one.key} by {one.review_by.isoformat()}" for one in found if not one.is_past)
    if past:
        todo = f"past review: {past}. Read again, then patientapp content sign"
        return Finding("content", is_well=False, detail=todo)
    return Finding("content", is_well=True, detail=f"to read again: {soon or 'nothing'}")


def _holidays() -> Finding:
    """Clocks and windows stop where bank holidays are not known (TIME-03): told half a year before."""
    until = holidays_known_until()
    is_well = london_day(clock.now()) + HALF_A_YEAR < until
    todo = "" if is_well else ": add the next years to patientapp/bank_holidays.toml"
    return Finding("bank holidays", is_well=is_well, detail=f"known until {until.isoformat()}{todo}")


def _tried(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, is_well=True, detail=look())
    except Exception as error:  # noqa: BLE001 - whatever is wrong is the finding
        return Finding(name, is_well=False, detail=f"{type(error).__name__}: {error}")


def _wording(settings: Settings) -> Finding:
    """Whether every questionnaire that is scheduled has words that may be shown (licence gate)."""
    asked = {asked.instrument for one in check_all() for pack in one.packs for asked in pack.asked}
    missing = [
        f"{entry.instrument.id} ({entry.standing})"
        for entry in entries(
            default_library(), today=london_day(clock.now()), production=settings.is_production
        )
        if entry.offer.why and entry.language == ENGLISH and entry.instrument.id in {*asked, "fft"}
    ]
    if missing:
        todo = "; ".join(missing) + ": run patientapp wording import"
        return Finding("wording", is_well=False, detail=todo)
    return Finding("wording", is_well=True, detail="every scheduled questionnaire may be asked")


def _backups(settings: Settings) -> Finding:
    """Whether a backup is taken every 15 minutes, and the newest one is whole and new (OPS-02)."""
    if not settings.backup_dir:
        told = f"{PREFIX}BACKUP_DIR is not set: see to a backup every 15 minutes by other means"
        return Finding("backups", is_well=True, detail=told if settings.is_production else "none")
    age = age_of_newest(Path(settings.backup_dir), now=clock.now())
    if age is None or age > LATE:
        found = "none" if age is None else f"the newest is {age.total_seconds() / 60:.0f} minutes old"
        todo = f"{found} in {settings.backup_dir}: is patientapp scheduler running, and the disk full?"
        return Finding("backups", is_well=False, detail=todo)
    return Finding("backups", is_well=True, detail=f"newest {age.total_seconds() / 60:.0f} minutes old")


def _carrier(settings: Settings) -> Finding:
    if settings.gateway == "phone":
        return Finding("carrier", is_well=True, detail="the built-in local phone; nothing leaves")
    return _tried("carrier", lambda: _reached(settings))


def _reached(settings: Settings) -> str:
    from patientapp.messaging.twilio import Twilio
    from patientapp.outgoing.wiring import gateway_of

    gateway = gateway_of(settings)
    if isinstance(gateway, Twilio):
        gateway.reach()
    return "twilio answers and knows us"


def _database(settings: Settings) -> Iterator[Finding]:
    with create_app(settings).app_context():
        kind = db.engine.dialect.name
        version = f" {sqlite3.sqlite_version}" if kind == "sqlite" else ""
        yield _tried("database", lambda: f"{kind}{version}")
        yield _tried("belongs here", lambda: _not_foreign(settings))
        migrations = _migrations()
        yield migrations
        if migrations.is_well:
            yield _tried("imports", half_imported)
            yield _told(settings)


def half_imported() -> str:
    """Raise HalfImported where a file was left half way: what to do with it."""
    left = system_left_behind(now=clock.now())
    if not left:
        return "none was left half way"
    raise HalfImported(
        "; ".join(
            f"{one.kind} of {one.service} (file {one.digest}): {one.stored} rows are stored and "
            f"{one.waiting} wait: start `patientapp scheduler`, or import any file of "
            f"{one.service}: what waits is stored first"
            for one in left
        )
    )


def _told(settings: Settings) -> Finding:
    """Whether each service has somebody who is told of an alert (P6, CLIN-04)."""
    services = system_services()
    missing = [f"{one.slug}: {' '.join(said)}" for one in services if (said := untold(one))]
    if not missing:
        return Finding("told of alerts", is_well=True, detail="every service has all three numbers")
    todo = f"{'; '.join(missing)} Mend it: patientapp service set"
    is_well = not settings.is_production and all(one.duty_phone for one in services)
    return Finding("told of alerts", is_well=is_well, detail=todo)


def _not_foreign(settings: Settings) -> str:
    refuse_foreign(settings)
    return f"to {settings.env}"


def _migrations() -> Finding:
    newest = ScriptDirectory(str(HERE / "migrations")).get_current_head()
    with db.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    if here == newest:
        return Finding("migrations", is_well=True, detail=f"at {here}")
    todo = f"at {here or 'nothing'}, newest is {newest}: run patientapp db upgrade"
    return Finding("migrations", is_well=False, detail=todo)
