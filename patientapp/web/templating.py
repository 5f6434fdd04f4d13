"""How Jinja is set up here."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Pages(Environment):
    """Templates that share one plain dictionary of globals.

    Jinja gives each template a chain of two; at every import of a macro it then looks through both
    for every name, which costs a twentieth of a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Ours, unless a template was asked for with some of its own."""
        return super().make_globals(d) if d else self.globals
