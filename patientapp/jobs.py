"""What the scheduler does at one tick: each job once, on the tables as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from patientapp import clock
from patientapp.assessments.offering import withheld
from patientapp.assessments.spread_actions import keep_spreads, reckon_spreads
from patientapp.backups.actions import take_regularly
from patientapp.config import Settings
from patientapp.contact.bulk import release
from patientapp.content.library import default_library
from patientapp.db import transaction
from patientapp.education.actions import offer_due
from patientapp.imports.storing import finish_what_was_left
from patientapp.messaging.dispatcher import BATCH
from patientapp.messaging.heartbeats import forget_old_beats
from patientapp.outgoing.wiring import dispatcher_of
from patientapp.pifu.watching import watch as watch_returns
from patientapp.reminders.actions import find_forgotten, plan
from patientapp.replies.actions import act_on_all
from patientapp.upgrading import upgrade
from patientapp.web.current import SETTINGS
from patientapp.web.idempotency import forget_old_keys
from patientapp.web.limits import forget_old_counters
from patientapp.workdays import london_day
from patientapp.worklist.watching import escalate

WITHHELD = "patientapp.withheld"


def sweep_once(app: Flask) -> int:
    """Find people whom nothing says when to look at; how many there were."""
    with app.app_context():
        return find_forgotten(now=clock.now())


def plan_once(app: Flask) -> int:
    """Queue what is due, and what staff approved for many people; texts queued."""
    settings: Settings = app.extensions[SETTINGS]
    keys = {"link_key": settings.link_key, "public_url": settings.public_url}
    with app.app_context():
        now = clock.now()
        if _wording_changed(app):
            find_forgotten(now=now)  # questionnaires that may be asked again have nothing that says so
        return release(now=now, **keys) + plan(now=now, **keys)


def _wording_changed(app: Flask) -> bool:
    """Whether other questionnaires are withheld than at the tick before, or this is the first one."""
    known, now = app.extensions.get(WITHHELD), frozenset(withheld(today=london_day(clock.now())))
    app.extensions[WITHHELD] = now
    return known != now


def dispatch_once(
    app: Flask,
    *,
    batch: int = BATCH,
    stopping: Callable[[], bool] = lambda: False,
    heart: Callable[[], None] | None = None,
) -> int:
    """Send what is due; texts that the carrier took. Leaves a heartbeat."""
    with app.app_context():
        return dispatcher_of(app, stopping=stopping, heart=heart).run(batch=batch)


def hear_once(app: Flask) -> int:
    """Act on what people have texted back; texts acted on."""
    settings: Settings = app.extensions[SETTINGS]
    with app.app_context():
        return act_on_all(now=clock.now(), link_key=settings.link_key)


def return_once(app: Flask) -> int:
    """Warn of windows that end, apologise for requests past their day, look in as agreed (CLIN-08)."""
    settings: Settings = app.extensions[SETTINGS]
    with app.app_context():
        return watch_returns(now=clock.now(), link_key=settings.link_key)


def escalate_once(app: Flask) -> int:
    """Pass on alerts that nobody has taken within their limit (CLIN-04)."""
    with app.app_context():
        return escalate(now=clock.now())


def tidy_once(app: Flask) -> int:
    """Forget idempotency keys, rate counters and heartbeats past their time; rows deleted."""
    with app.app_context(), transaction():
        now = clock.now()
        return forget_old_keys(now=now) + forget_old_counters(now=now) + forget_old_beats(now=now)


def reckon_once(app: Flask) -> int:
    """Work out each service's own spread at baseline where it has grown enough; figures added."""
    with app.app_context():
        found = reckon_spreads(now=clock.now())
        with transaction():
            return keep_spreads(found)


def offer_once(app: Flask) -> int:
    """Offer the topics whose occasion has come, a few people at a time; offers made (N43)."""
    made = 0
    with app.app_context():
        while True:
            with transaction():
                some = offer_due(default_library(), now=clock.now())
            if not some:
                return made
            made += some


def import_once(app: Flask) -> int:
    """Store what imports that were killed have left; files finished."""
    with app.app_context():
        return finish_what_was_left(now=clock.now())


def backup_once(app: Flask) -> int:
    """Take the backup of this quarter of an hour where it lacks; 1 when it was taken (OPS-02)."""
    settings: Settings = app.extensions[SETTINGS]
    if not settings.backup_dir:
        return 0
    with app.app_context():
        return take_regularly(Path(settings.backup_dir), now=clock.now(), migrate=upgrade)
