"""The dispatcher, the settler and the check of this app, wired to its carrier, links and worklist."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog
from flask import Flask

from patientapp import clock
from patientapp.config import Settings, SettingsError
from patientapp.links.tokens import address_of
from patientapp.messaging.checking import Checked, check
from patientapp.messaging.dispatcher import Dispatcher
from patientapp.messaging.fetching import fetch
from patientapp.messaging.gateway import CannotAsk, Evidence, Gateway, Inbox
from patientapp.messaging.heartbeats import Heart
from patientapp.messaging.letters import Writer
from patientapp.messaging.phone import LocalPhone
from patientapp.messaging.rules import MessageState, Trouble
from patientapp.messaging.settling import Settler
from patientapp.outgoing.leaving import number_has_left
from patientapp.web.current import SETTINGS
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

log = structlog.get_logger(__name__)
GATEWAY = "patientapp.gateway"  # one put in by create_app(gateway=…), else the one made here
MADE = "patientapp.gateway.made"
STATUS = "/webhooks/twilio/status?attempt="
NOT_DELIVERED = "text_not_delivered"
CARER_NOT_DELIVERED = "carer_text_not_delivered"

Now = Callable[[], datetime]


def right_now() -> datetime:
    """The clock of the moment, also where a test has changed it."""
    return clock.now()


def gateway_of(settings: Settings, *, now_fn: Now = right_now) -> Gateway:
    """The way texts leave this installation."""
    if settings.gateway == "twilio":
        return _twilio(settings, now_fn)
    if settings.has_local_phone:
        return LocalPhone(now_fn)
    raise SettingsError(
        f"PATIENTAPP_GATEWAY={settings.gateway} cannot send texts in production: it needs twilio"
    )


def _twilio(settings: Settings, now_fn: Now) -> Gateway:
    from patientapp.messaging.twilio import Twilio  # large, and no web worker needs it

    service, number = settings.twilio_messaging_service, settings.twilio_from
    public = settings.public_url.rstrip("/")
    return Twilio(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        sender={"messaging_service_sid": service} if service else {"from_": number},
        status_url=lambda attempt_key: f"{public}{STATUS}{attempt_key}",
        now_fn=now_fn,
        base_url=settings.twilio_base_url,
        lanes=settings.dispatch_lanes,
    )


def gateway_for(app: Flask, *, now_fn: Now = right_now) -> Gateway:
    """The app's gateway: made once, for its connections are kept."""
    if (put_in := app.extensions.get(GATEWAY)) is not None:
        return put_in  # type: ignore[no-any-return]
    settings: Settings = app.extensions[SETTINGS]
    if settings.gateway != "twilio":
        return gateway_of(settings, now_fn=now_fn)
    made: Gateway = app.extensions.setdefault(MADE, None) or gateway_of(settings, now_fn=now_fn)
    app.extensions[MADE] = made
    return made


def writer_of(app: Flask) -> Writer:
    """Writes this installation's texts, with its own addresses (LINK-06)."""
    settings: Settings = app.extensions[SETTINGS]

    def address(link_id: UUID) -> str:
        return address_of(link_id, key=settings.link_key, public_url=settings.public_url)

    return Writer(address)


def own_name() -> str:
    """What this process is called among dispatchers."""
    return f"{socket.gethostname()}:{os.getpid()}"


def dispatcher_of(
    app: Flask,
    *,
    stopping: Callable[[], bool] = lambda: False,
    now_fn: Now = right_now,
    heart: Callable[[], None] | None = None,
) -> Dispatcher:
    """A dispatcher wired to this app's gateway, links and worklist."""
    settings: Settings = app.extensions[SETTINGS]
    gateway = gateway_for(app, now_fn=now_fn)
    is_carrier = app.extensions.get(GATEWAY) is None and settings.gateway == "twilio"
    return Dispatcher(
        gateway=gateway,
        address_of=writer_of(app).address_of,
        now_fn=now_fn,
        on_trouble=tell_staff,
        stopping=stopping,
        on_round=heart or Heart(own_name(), now_fn),
        per_second=settings.texts_per_second if is_carrier else None,
        lanes=settings.dispatch_lanes if is_carrier else 1,
    )


def settle_once(app: Flask, *, now_fn: Now = right_now) -> int:
    """Ask the carrier about texts whose fate is open; how many got news."""
    carrier = gateway_for(app, now_fn=now_fn)
    if not isinstance(carrier, Evidence):
        return 0
    with app.app_context():
        return Settler(carrier=carrier, now_fn=now_fn, on_trouble=tell_staff).run()


def check_once(app: Flask, *, now_fn: Now = right_now, since: datetime | None = None) -> Checked | None:
    """Compare with the carrier after a restore (SMS-11); None when there is nothing to check."""
    carrier = gateway_for(app, now_fn=now_fn)
    if not isinstance(carrier, Evidence):
        raise CannotAsk("this gateway keeps no list of texts")
    with app.app_context():
        fetch_once(app, now_fn=now_fn, since=since)
        return check(carrier, writer=writer_of(app), now_fn=now_fn)


def fetch_once(app: Flask, *, now_fn: Now = right_now, since: datetime | None = None) -> int:
    """Keep the texts to us that the carrier took while we did not answer; how many."""
    carrier = gateway_for(app, now_fn=now_fn)
    if not isinstance(carrier, Inbox):
        return 0
    with app.app_context():
        return fetch(carrier, now_fn=now_fn, since=since)


def tell_staff(trouble: Trouble) -> None:
    """A text that did not arrive becomes a task, in the transaction that finds out (CLIN-12)."""
    if trouble.patient_id is None:
        log.error("duty staff were not reached by text", message=str(trouble.message_id))
        return
    is_carers = trouble.template.startswith("carer-")
    if is_carers and trouble.state is MessageState.WITHDRAWN:
        return  # the carer's access has ended: nothing is owed to anybody
    if number_has_left(trouble):
        return
    raise_item(
        ItemKind.TASK,
        service_id=trouble.service_id,
        patient_id=trouble.patient_id,
        reason=CARER_NOT_DELIVERED if is_carers else NOT_DELIVERED,
        source=f"{trouble.message_id}:not_delivered",
        now=trouble.at,
    )
