"""Which service a command means by `--service`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import click

from patientapp.db import transaction
from patientapp.errors import NotFound
from patientapp.services.actions import add_trial_service
from patientapp.services.models import Service
from patientapp.services.profiles import profile, profiles
from patientapp.services.queries import system_service_named, system_services
from patientapp.web.current import settings


def service_of(given: str, *, now: datetime) -> Service:
    """The service of this id, this word in its addresses, or this profile; else says what to type.

    A profile that has no service yet gets one, so that a file can be tried on an empty database; not
    in production, where a service is somebody's clinic and is added by name.
    """
    contract = profile(given)
    if contract is None:
        return existing_service(given)
    with suppress(NotFound):
        return system_service_named(given)
    if settings().is_production:
        slug = given.replace("_", "-")
        raise click.UsageError(
            f"No service has the profile {given} yet. Add it: patientapp service add {slug} "
            f"--profile {given} --name … --short-name … --phone … --hours …"
        )
    with transaction():
        return add_trial_service(contract, now=now)


def existing_service(given: str) -> Service:
    """The service of this id or word, for a command that only reads; else says which there are."""
    try:
        return system_service_named(given)
    except NotFound:
        known = dict.fromkeys([*(one.slug for one in system_services()), *profiles()])
        said = f"There is no service {given!r}; there is, or could be: {', '.join(known)}."
        raise click.UsageError(said) from None
