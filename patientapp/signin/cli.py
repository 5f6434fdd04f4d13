"""`patientapp staff …`: the people who work for a service, from the shell of whoever runs it.

Passwords come from a prompt or standard input, never from the command line, where every account of
the machine could read them. The secret of a second factor is shown once and never again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click
import pyotp
import segno
from flask import Flask

from patientapp import clock
from patientapp.access.viewer import Role
from patientapp.db import transaction
from patientapp.services import actions
from patientapp.services.queries import (
    system_everyone,
    system_service_by_slug,
    system_staff_anyhow,
)
from patientapp.services.rules import STAFF_ROLES
from patientapp.shell import actor, refusals, secret_of
from patientapp.signin.actions import end_sessions_of

MakeApp = Callable[[], Flask]
ISSUER = "patientapp"
NOBODY = "Nobody has this address: patientapp staff list"
ROLES = click.Choice(sorted(role.value for role in STAFF_ROLES))


@click.group("staff")
def staff() -> None:
    """Add people who work here, give and end roles, and help those who are locked out.

    \b
    Example:
      patientapp staff add --email robin@moorside.example --name "Robin Staff" \\
          --service moorside --role clinician
      patientapp staff list
    """


@staff.command("add")
@click.option("--email", required=True)
@click.option("--name", required=True, help="As colleagues know them: alerts are closed by name.")
@click.option("--service", help="The service of a first role, by the word in its addresses.")
@click.option("--role", type=ROLES, help="The first role there.")
@click.pass_obj
def add(make_app: MakeApp, *, email: str, name: str, service: str | None, role: str | None) -> None:
    """Add a person; asks for a first password and shows the second factor once.

    \b
    Example:
      patientapp staff add --email robin@moorside.example --name "Robin Staff" \\
          --service moorside --role clinician
      patientapp staff add --email a@b.example --name A < password.txt
    """
    if (service is None) != (role is None):
        raise click.UsageError("Give --service and --role together.")
    with make_app().app_context(), refusals(missing=f"There is no service called {service}."):
        password, now = secret_of("Password"), clock.now()
        with transaction():
            person, secret = actions.add_staff(
                email=email, name=name, password=password, now=now, by=actor()
            )
            if service and role:
                there = system_service_by_slug(service)
                actions.give_role(person.id, there.id, Role(role), now=now, by=actor())
        _show_factor(person.email, secret)


@staff.command("list")
@click.option("--service", help="Only those with a role in this service.")
@click.pass_obj
def listing(make_app: MakeApp, *, service: str | None) -> None:
    """List people with the roles that they hold now.

    \b
    Example:
      patientapp staff list --service moorside
    """
    with make_app().app_context(), refusals(missing=f"There is no service called {service}."):
        only = system_service_by_slug(service).id if service else None
        for person, slug, role in system_everyone(only):
            held = f"{role.value} in {slug}" if role else "no role"
            gone = "  deactivated" if person.deactivated_at else ""
            click.echo(f"{person.email:<40} {held:<40} {person.name}{gone}")


@staff.group("role")
def role_group() -> None:
    """Give a person a role in one service, or end it.

    \b
    Example:
      patientapp staff role add robin@moorside.example --service moorside --role clinician
      patientapp staff role end robin@moorside.example --service moorside --role clinician
    """


@role_group.command("add")
@click.argument("email")
@click.option("--service", required=True)
@click.option("--role", type=ROLES, required=True)
@click.pass_obj
def role_add(make_app: MakeApp, *, email: str, service: str, role: str) -> None:
    """Let this person act in this role in this one service.

    \b
    Example:
      patientapp staff role add robin@moorside.example --service moorside --role clinician
    """
    with make_app().app_context(), refusals(missing=NOBODY + ", or no service has this name."):
        with transaction():
            person, there = system_staff_anyhow(email), system_service_by_slug(service)
            actions.give_role(person.id, there.id, Role(role), now=clock.now(), by=actor())
        click.echo(f"{person.email} is {role} in {there.slug}.")


@role_group.command("end")
@click.argument("email")
@click.option("--service", required=True)
@click.option("--role", type=ROLES, required=True)
@click.pass_obj
def role_end(make_app: MakeApp, *, email: str, service: str, role: str) -> None:
    """Take the role away; it bites at the person's next click.

    \b
    Example:
      patientapp staff role end robin@moorside.example --service moorside --role clinician
    """
    missing = f"{email} does not hold this role there: patientapp staff list"
    with make_app().app_context(), refusals(missing=missing):
        with transaction():
            person, there = system_staff_anyhow(email), system_service_by_slug(service)
            actions.end_role(person.id, there.id, Role(role), now=clock.now(), by=actor())
        click.echo(f"{person.email} is no longer {role} in {there.slug}.")


@staff.command("deactivate")
@click.argument("email")
@click.pass_obj
def deactivate(make_app: MakeApp, *, email: str) -> None:
    """Shut this person out of everything at once; what they did stays.

    \b
    Example:
      patientapp staff deactivate robin@moorside.example
    """
    with make_app().app_context(), refusals(missing=NOBODY):
        with transaction():
            person, now = system_staff_anyhow(email), clock.now()
            actions.deactivate(person.id, now=now, by=actor())
            end_sessions_of(person.id, now=now)
        click.echo(f"{person.email} is shut out. To undo: patientapp staff reactivate {person.email}")


@staff.command("reactivate")
@click.argument("email")
@click.pass_obj
def reactivate(make_app: MakeApp, *, email: str) -> None:
    """Let this person sign in again, with the roles that they still hold.

    \b
    Example:
      patientapp staff reactivate robin@moorside.example
    """
    with make_app().app_context(), refusals(missing=NOBODY):
        with transaction():
            person = system_staff_anyhow(email)
            actions.reactivate(person.id, now=clock.now(), by=actor())
        click.echo(f"{person.email} may sign in again.")


@staff.command("reset-factor")
@click.argument("email")
@click.pass_obj
def reset_factor(make_app: MakeApp, *, email: str) -> None:
    """Give a new second factor for a lost phone; the old one and open sessions end at once.

    \b
    Example:
      patientapp staff reset-factor robin@moorside.example
    """
    with make_app().app_context(), refusals(missing=NOBODY):
        with transaction():
            person, now = system_staff_anyhow(email), clock.now()
            secret = actions.renew_factor(person.id, now=now, by=actor())
            end_sessions_of(person.id, now=now)
        _show_factor(person.email, secret)


@staff.command("reset-password")
@click.argument("email")
@click.pass_obj
def reset_password(make_app: MakeApp, *, email: str) -> None:
    """Set a new password, from a prompt or standard input; open sessions end at once.

    \b
    Example:
      patientapp staff reset-password robin@moorside.example
    """
    with make_app().app_context(), refusals(missing=NOBODY):
        person = system_staff_anyhow(email)
        password, now = secret_of("New password"), clock.now()
        with transaction():
            actions.set_password(person.id, password, now=now, by=actor())
            end_sessions_of(person.id, now=now)
        click.echo(f"{person.email} has a new password; the second factor is as before.")


def _show_factor(email: str, secret: str) -> None:
    """Once: as a QR code where a terminal shows it, and as the text that it holds."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    click.echo(f"Second factor of {email}, shown this once. Put it in their authenticator app:")
    if sys.stdout.isatty():
        segno.make_qr(address).terminal(compact=True)
    click.echo(address)


commands = [staff]
