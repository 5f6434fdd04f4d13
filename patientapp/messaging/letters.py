"""What a text says: written when it is sent, or to know it again, and never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from patientapp.messaging import texts


class Text(Protocol):
    """What there is of a text in the outbox."""

    @property
    def template(self) -> str: ...
    @property
    def words(self) -> Mapping[str, str]: ...
    @property
    def link_id(self) -> UUID | None: ...
    @property
    def language(self) -> str: ...


@dataclass(frozen=True)
class Writer:
    """Writes texts; knows how an address is made of a link, which only the wiring knows."""

    address_of: Callable[[UUID], str]

    def body(self, text: Text, *, service: str, phone: str) -> str:
        """The whole text; raises LookupError or ValueError where it cannot be written."""
        return texts.render(
            text.template,
            text.words,
            service=service,
            phone=phone,
            link=self.address_of(text.link_id) if text.link_id else "",
            language=text.language,
        )
