"""`patientapp demo`: everything running, with made-up people, by one command."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import click
import pyotp
from flask import Flask

from patientapp import clock
from patientapp.config import PREFIX
from patientapp.workdays import at_london, london_day

SEED = 1
SECRETS = "demo-secrets"
KEYS = ("SECRET_KEY", "LINK_KEY", "DATA_KEY")
LINK = re.compile(r"https?://\S+/q/[a-z2-7]+")


@dataclass(frozen=True)
class Door:
    """One line of the table that the demo prints."""

    who: str
    where: str


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--seed", default=SEED, show_default=True, help="Another seed, other people.")
@click.option("--codes", is_flag=True, help="Only print the sign-in codes of this moment.")
@click.option("--prepare", is_flag=True, help="Fill the database, print the table, and stop.")
def demo(*, port: int, seed: int, codes: bool, prepare: bool) -> None:
    """Run the app, its clock and a local phone with made-up people.

    \b
    Example:
      patientapp demo --port 8000
      patientapp demo --codes        the second-factor codes of this moment
    """
    if not (codes or prepare):
        _check_port(port)
    _set_environment(port)
    from patientapp.app import create_app
    from patientapp.db import db
    from patientapp.demo.actions import is_empty
    from patientapp.upgrading import upgrade
    from patientapp.web.current import settings
    from patientapp.web.installation import claim

    app = create_app()
    with app.app_context():
        upgrade()
        claim(settings(), now=clock.now())
        if is_empty():
            _fill(app, seed)
        doors = [*_sign_ins()] if codes else _doors(port)
        db.engine.dispose()
    click.echo(_table(doors))
    if not (codes or prepare):
        _run(port)


def _check_port(port: int) -> None:
    """Two demonstrations on one port would silently share its visitors."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise click.UsageError(f"port {port} is in use; choose another: make demo PORT={port + 1}")


def _set_environment(port: int) -> None:
    """Settings of a demonstration; what is in the environment already wins, but for the secrets."""
    folder = Path(os.environ.get(f"{PREFIX}DATA_DIR", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault(f"{PREFIX}DATABASE_URL", f"sqlite:///{folder / 'demo.db'}")
    os.environ.setdefault(f"{PREFIX}PUBLIC_URL", f"http://127.0.0.1:{port}")
    os.environ[f"{PREFIX}ENV"] = "demo"
    for name, value in zip(KEYS, _kept_secrets(folder / SECRETS), strict=True):
        os.environ[PREFIX + name] = value


def _kept_secrets(file: Path) -> list[str]:
    """Made once and kept, so that links and sign-ins outlive a restart."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text("\n".join(secrets.token_urlsafe(48) for _key in KEYS), encoding="ascii")
    return file.read_text(encoding="ascii").split()


def _fill(app: Flask, seed: int) -> None:
    from patientapp.demo.actions import fill
    from patientapp.outgoing.wiring import dispatcher_of
    from patientapp.reminders.actions import plan
    from patientapp.web.current import settings

    click.echo("Filling the demonstration with made-up people.", err=True)
    now = clock.now()
    fill(seed=seed, now=now)
    sent_at = _last_morning(now)  # no text leaves at night, so these left this or last morning
    plan(now=sent_at, link_key=settings().link_key, public_url=settings().public_url)
    dispatcher_of(app, now_fn=lambda: sent_at).run()


def _last_morning(now: datetime) -> datetime:
    today = at_london(london_day(now), time(10))
    return today if today <= now else at_london(london_day(now) - timedelta(days=1), time(10))


def _doors(port: int) -> list[Door]:
    from patientapp.demo.actions import PASSWORD
    from patientapp.demo.queries import newest_texts

    here = f"http://127.0.0.1:{port}"
    texts = ((LINK.search(body), name, born) for body, name, born in newest_texts())
    found = next(((match[0], name, born) for match, name, born in texts if match), None)
    link, name, born = found or (f"{here}/dev/phone", "nobody has a text yet", None)
    return [
        Door("A patient's text", link),
        Door("  whose it is", f"{name}, born {born:%-d %-m %Y}" if born else name),
        Door("All phones", f"{here}/dev/phone"),
        Door("Feedback, no names", f"{here}/feedback/moorside"),
        Door("Staff", f"{here}/staff"),
        Door("  password for all", PASSWORD),
        *_sign_ins(),
        Door("API", f"{here}/api/v1/docs"),
    ]


def _sign_ins() -> list[Door]:
    """Each member of staff with the code of this moment."""
    from patientapp.demo.actions import DESKS
    from patientapp.services.actions import totp_secret
    from patientapp.services.queries import system_staff_by_email

    doors = []
    for desk in DESKS:
        person = system_staff_by_email(desk.email)
        if person is not None:
            code = pyotp.TOTP(totp_secret(person)).at(clock.now())
            doors.append(Door(f"  {desk.role.value}", f"{desk.email}  code {code}"))
    return doors


def _table(doors: list[Door]) -> str:
    width = max(len(door.who) for door in doors)
    lines = [f"  {door.who:<{width}}  {door.where}" for door in doors]
    rule = "-" * (max(len(line) for line in lines) + 2)
    later = "  Codes last 30 seconds; new ones: .venv/bin/patientapp demo --codes"
    return "\n".join(["", rule, *lines, later, rule, ""])


def _run(port: int) -> None:
    """Serve until Ctrl-C, the clock ticking in a process of its own beside."""
    from patientapp.server import serve

    clock_process = subprocess.Popen([sys.executable, "-m", "patientapp", "scheduler"])
    try:
        serve(host="127.0.0.1", port=port, workers=2)
    finally:
        clock_process.terminate()
        clock_process.wait(timeout=30)


commands = [demo]
