"""The process that ticks: plan, dispatch, settle what is unknown, watch, tidy up.

APScheduler only ticks: the truth is in the tables, so several of these may run, and the same work
can be done from a shell with `patientapp reminders plan` and `patientapp dispatch`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta

import click
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from patientapp import clock
from patientapp.config import Settings
from patientapp.db import transaction
from patientapp.errors import Unavailable
from patientapp.jobs import (
    backup_once,
    dispatch_once,
    escalate_once,
    hear_once,
    import_once,
    offer_once,
    plan_once,
    reckon_once,
    return_once,
    sweep_once,
    tidy_once,
)
from patientapp.messaging.dispatcher import BATCH
from patientapp.messaging.heartbeats import Heart, stopped, take_over
from patientapp.outgoing.metrics import listen, watch
from patientapp.outgoing.wiring import dispatcher_of, fetch_once, own_name, right_now, settle_once
from patientapp.web.current import SETTINGS

log = structlog.get_logger(__name__)
TIDY_EVERY = 600.0  # seconds
RECKON_EVERY = 86_400.0
SWEEP_EVERY = 86_400.0
WATCH_EVERY = 30.0
FETCH_EVERY = 300.0
BACKUP_LOOK = 60.0
OFFER_EVERY = 600.0
JOBS = (
    "plan",
    "dispatch",
    "settle",
    "hear",
    "watch",
    "tidy",
    "sweep",
    "reckon",
    "import",
    "fetch",
    "return",
    "offer",
    "escalate",
    "backup",
)
# Who watches waits: before the first dispatcher has shown itself, none is missing; and alerts are
# passed on by the half hour, so that may wait until the jobs that all begin at once are done.
FIRST_AFTER = dict.fromkeys(("watch", "escalate"), timedelta(seconds=WATCH_EVERY))
DISPATCH_JOBS = ("dispatch", "settle")


def _safely(name: str, work: Callable[[], int]) -> Callable[[], None]:
    """One tick: a failure is logged by its type, not its values; the next tick tries again."""

    def tick() -> None:
        try:
            done = work()
        except Exception as error:  # noqa: BLE001 - the clock must go on ticking
            log.error("a tick failed", job=name, error=type(error).__name__)
            return
        if done:
            log.info("ticked", job=name, done=done)

    return tick


class Ticker:
    """A clock that ticks in threads of this process from the start: all jobs, or those named."""

    def __init__(self, app: Flask, *, jobs: Collection[str] = JOBS) -> None:
        settings: Settings = app.extensions[SETTINGS]
        dispatcher_of(app)  # a wrong gateway stops the start, not the first tick
        self._app, self._heart = app, Heart(own_name(), right_now)
        self._stopping = threading.Event()
        if settings.metrics_port and "watch" in jobs:
            listen(app, port=settings.metrics_port)
        with suppress(Unavailable), app.app_context(), transaction():
            take_over(own_name(), now=clock.now())  # else the first round beats by itself
        self._scheduler = BackgroundScheduler(
            timezone="Europe/London",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30},
        )
        tick = max(settings.tick_seconds, 1)
        look = max(tick // 4, 1)  # a text leaves well within 10 s of its due time (P3)
        work: dict[str, tuple[float, Callable[[], int]]] = {
            "plan": (tick, lambda: plan_once(app)),
            "dispatch": (
                look,
                lambda: dispatch_once(app, stopping=self._stopping.is_set, heart=self._heart),
            ),
            "settle": (tick, lambda: settle_once(app)),
            "hear": (look, lambda: hear_once(app)),
            "watch": (WATCH_EVERY, lambda: watch(app)),
            "return": (TIDY_EVERY, lambda: return_once(app)),
            "tidy": (TIDY_EVERY, lambda: tidy_once(app)),
            "sweep": (SWEEP_EVERY, lambda: sweep_once(app)),
            "reckon": (RECKON_EVERY, lambda: reckon_once(app)),
            "offer": (OFFER_EVERY, lambda: offer_once(app)),
            "escalate": (WATCH_EVERY, lambda: escalate_once(app)),
            "fetch": (FETCH_EVERY, lambda: fetch_once(app)),
            "import": (WATCH_EVERY, lambda: import_once(app)),
            "backup": (BACKUP_LOOK, lambda: backup_once(app)),
        }
        for name in jobs:
            seconds, do = work[name]
            self._scheduler.add_job(
                _safely(name, do),
                "interval",
                seconds=seconds,
                id=name,
                next_run_time=clock.now() + FIRST_AFTER.get(name, timedelta(0)),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the call that is under way, give the other claims back, and tick no more."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)
        with suppress(Unavailable), self._app.app_context(), transaction():
            stopped(own_name())  # a busy database only makes us missed for a while


def run(app: Flask, *, jobs: Collection[str] = JOBS) -> None:
    """Tick until SIGTERM or Ctrl-C, then stop cleanly."""
    asked = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_signal: asked.set())
    ticker = Ticker(app, jobs=jobs)
    log.info("ticking", jobs=list(jobs))
    while not asked.wait(1.0):  # a signal that comes as waiting begins does not end a wait without end
        pass
    ticker.stop()
    log.info("stopped")


def _nobody_waits() -> None:
    """One that runs once is not missed afterwards."""


@click.command("dispatch")
@click.option("--once", is_flag=True, help="Send what is due now, then stop.")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1, 100))
@click.pass_obj
def dispatch_command(make_app: Callable[[], Flask], *, once: bool, batch: int) -> None:
    """Run one dispatcher: send the texts that are due. Any number may run.

    \b
    Example:
      patientapp dispatch
      patientapp dispatch --once --batch 100
    """
    if once:
        app = make_app()
        click.echo(f"{dispatch_once(app, batch=batch, heart=_nobody_waits)} texts sent.")
    else:
        run(make_app(), jobs=DISPATCH_JOBS)


commands = [dispatch_command]
