"""`patientapp clients add|list|revoke`."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import click
from flask import Flask

from patientapp import clock
from patientapp.access.matrix import Scope
from patientapp.clients import actions
from patientapp.clients.queries import system_clients
from patientapp.db import transaction
from patientapp.services.queries import system_service_named
from patientapp.shell import actor, refusals

MakeApp = Callable[[], Flask]


@click.group("clients")
def clients() -> None:
    """Other systems that may sign in as themselves, each in one service.

    \b
    Example:
      patientapp clients add "Trust data hub" --service moorside --scope changes.read
      patientapp clients list
    """


@clients.command("add")
@click.argument("name")
@click.option("--service", required=True, help="The service, by its id or the word in its addresses.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help=f"One or more of {', '.join(sorted(Scope))}.",
)
@click.pass_obj
def add(make_app: MakeApp, *, name: str, service: str, scopes: tuple[str, ...]) -> None:
    """Add a client and show its secret, once.

    \b
    Example:
      patientapp clients add "Trust data hub" --service moorside --scope changes.read --scope fhir.read
    """
    with make_app().app_context(), refusals(missing=f"There is no service {service!r}."):
        service_id = system_service_named(service).id
        with transaction():
            made, secret = actions.add_client(
                service_id=service_id, name=name, scopes=scopes, by=actor(), now=clock.now()
            )
    click.echo(f"client_id      {made.id}")
    click.echo(f"client_secret  {secret}")
    click.echo("The secret is shown this once: we keep only its hash.", err=True)


@clients.command("list")
@click.option("--service", help="Of one service only.")
@click.pass_obj
def listing(make_app: MakeApp, *, service: str | None) -> None:
    """List every client, revoked ones too; no secret.

    \b
    Example:
      patientapp clients list --service moorside
    """
    with make_app().app_context(), refusals(missing=f"There is no service {service!r}."):
        service_id = system_service_named(service).id if service else None
        found = system_clients(service_id)
    for client, slug in found:
        state = f"revoked {client.revoked_at:%Y-%m-%d}" if client.revoked_at else "in use"
        click.echo(f"{client.id}  {slug:<20} {state:<18} {' '.join(client.scopes):<24} {client.name}")


@clients.command("revoke")
@click.argument("client_id", type=click.UUID)
@click.pass_obj
def revoke(make_app: MakeApp, *, client_id: UUID) -> None:
    """End a client: its secret and its tokens open nothing from now on.

    \b
    Example:
      patientapp clients revoke 6b0c1d8e-3f0a-4a43-9f3e-0d8c2f7b9a11
    """
    with make_app().app_context(), refusals(missing=f"There is no client {client_id}."), transaction():
        client = actions.revoke(client_id, by=actor(), now=clock.now())
    click.echo(f"Revoked: {client.name}.")


commands = [clients]
