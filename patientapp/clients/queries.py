"""Reads of machine clients."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa

from patientapp.access.matrix import Scope
from patientapp.access.viewer import Viewer
from patientapp.clients.models import Client
from patientapp.db import db
from patientapp.services.models import Service


def system_client(client_id: str) -> Client | None:
    """A client that may sign in now; None for an unknown or revoked one."""
    try:
        known = UUID(client_id)
    except ValueError:
        return None
    live = sa.select(Client).where(Client.id == known, Client.revoked_at.is_(None))
    return db.session.scalar(live.execution_options(populate_existing=True))


def system_clients(service_id: UUID | None = None) -> Sequence[tuple[Client, str]]:
    """Every client, revoked ones too, with its service's word; oldest first."""
    asked = (
        sa.select(Client, Service.slug)
        .join(Service, Service.id == Client.service_id)
        .order_by(Client.created_at, Client.id)
    )
    if service_id is not None:
        asked = asked.where(Client.service_id == service_id)
    return [(row[0], row[1]) for row in db.session.execute(asked)]


def system_client_names(client_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these clients, revoked ones too."""
    asked = sa.select(Client.id, Client.name).where(Client.id.in_(client_ids))
    return {row.id: row.name for row in db.session.execute(asked)}


def viewer_of(client: Client, scope: str) -> Viewer:
    """Who asks: this client, in its own service, with what both it and its token may do."""
    held = frozenset(scope.split()) & frozenset(client.scopes) & frozenset(Scope)
    return Viewer(
        roles=frozenset(),
        service_id=client.service_id,
        session_id=client.id,
        client_id=client.id,
        name=client.name,
        scopes=held,
    )
