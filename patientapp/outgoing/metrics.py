"""Figures for Prometheus, read from the database when asked; never on the public address (OPS-04)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
from flask import Flask
from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from patientapp import clock
from patientapp.backups.actions import age_of_newest
from patientapp.backups.keep_rules import LATE
from patientapp.db import db
from patientapp.messaging.gauges import Gauges, system_gauges
from patientapp.messaging.heartbeats import SILENT, system_silent
from patientapp.messaging.rules import SendingMode
from patientapp.web.current import SETTINGS
from patientapp.worklist.models import WorkItem, WorkItemEvent
from patientapp.worklist.queries import system_overdue_alerts
from patientapp.worklist.rules import ItemKind, ItemStep

log = structlog.get_logger(__name__)
LOOPBACK = "127.0.0.1"


class Figures(Collector):
    """Every figure, as it is at the moment of asking."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read and hand out."""
        with self._app.app_context():
            now = clock.now()
            found, alert_age = system_gauges(now=now), _oldest_alert(now)
            late = system_overdue_alerts(now=now)
            db.session.rollback()
        yield from _of_texts(found)
        yield _gauge("open_alert_age_seconds", "Age of the oldest open alert", alert_age)
        yield _gauge("alerts_overdue", "Alerts past their limit and not closed", late)
        if (age := _backup_age(self._app, now=now)) is not None:
            yield _gauge("backup_age_seconds", "Age of the newest regular backup", age.total_seconds())


def _of_texts(found: Gauges) -> Iterator[GaugeMetricFamily]:
    overdue = found.overdue.total_seconds()
    yield _gauge("text_overdue_seconds", "How long the oldest due text has waited", overdue)
    beat = found.beat_age.total_seconds() if found.beat_age is not None else float("inf")
    yield _gauge("dispatcher_beat_age_seconds", "Since a dispatcher last showed itself", beat)
    yield _gauge("dispatchers", "Dispatchers that have not stopped", found.dispatchers)
    sending = float(found.mode is SendingMode.SENDING)
    yield _gauge("sending", "1 while texts may be sent, 0 when paused or checking", sending)
    held = found.held_for.total_seconds()
    yield _gauge("carrier_hold_seconds", "How long the carrier is still left alone", held)
    yield _gauge("inbound_unread", "Texts to us that nobody has acted on", found.unread)
    yield _gauge("stray_reports", "Reports of texts that are not ours", found.strays)
    by_state = GaugeMetricFamily("patientapp_texts", "Texts by state", labels=["state"])
    for state, count in found.states.items():
        by_state.add_metric([state.value], count)
    yield by_state


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"patientapp_{name}", said, value=value)


def _oldest_alert(now: datetime) -> float:
    closed = sa.exists().where(
        WorkItemEvent.item_id == WorkItem.id, WorkItemEvent.step == ItemStep.CLOSED
    )
    raised = sa.func.min(WorkItem.raised_at, type_=WorkItem.raised_at.type)
    first = db.session.scalar(sa.select(raised).where(WorkItem.kind == ItemKind.ALERT, ~closed))
    return (now - first).total_seconds() if first else 0.0


def text_of(app: Flask) -> str:
    """All figures in Prometheus' own text."""
    registry = CollectorRegistry()
    registry.register(Figures(app))
    return generate_latest(registry).decode()


def listen(app: Flask, *, port: int) -> None:
    """Answer Prometheus on this machine only, from a thread of this process."""
    registry = CollectorRegistry()
    registry.register(Figures(app))
    start_http_server(port, addr=LOOPBACK, registry=registry)


def watch(app: Flask) -> int:
    """Raise the alarm in the log for what nobody may miss; how many alarms."""
    with app.app_context():
        now = clock.now()
        silent, found = system_silent(now=now), system_gauges(now=now)
        late = system_overdue_alerts(now=now)
        db.session.rollback()
    for name in silent:
        log.error("alarm: a dispatcher is silent", dispatcher=name)
    is_stuck = found.overdue > SILENT and found.beat_age is None
    if is_stuck:
        log.error("alarm: texts are due and no dispatcher runs", overdue=found.overdue.total_seconds())
    if late:
        log.error("alarm: alerts are past their limit", alerts=late)
    age = _backup_age(app, now=now)
    is_old = age is not None and age > LATE
    if is_old:
        log.error(
            "alarm: the newest backup is old, or there is none",
            folder=app.extensions[SETTINGS].backup_dir,
        )
    return len(silent) + is_stuck + bool(late) + is_old


def _backup_age(app: Flask, *, now: datetime) -> timedelta | None:
    """How old the newest regular backup is; None where none are taken here (OPS-02)."""
    folder = app.extensions[SETTINGS].backup_dir
    if not folder:
        return None
    age = age_of_newest(Path(folder), now=now)
    return timedelta.max if age is None else age
