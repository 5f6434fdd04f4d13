"""How to reach a service: what every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ServiceContact:
    """The public face of a service."""

    id: UUID
    slug: str
    name: str
    short_name: str
    phone: str
    hours: str
    text_relay: str
