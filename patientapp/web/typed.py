"""What forms of several rooms carry, read once; what cannot be read is None."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import request

from patientapp.errors import Invalid


def seen_step() -> int | None:
    """The step of a visit or a work item that the page showed (`seen`), for a stale page to be told."""
    given = request.form.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else None


def local_path(given: str) -> str:
    """An address of ours that came with the request; empty for any other (LINK-06)."""
    is_ours = given.startswith("/") and not given.startswith("//") and given.isprintable()
    return given if is_ours and "\\" not in given else ""


def typed_words(name: str) -> str:
    """Words of a box, each end of a line one character, as the box itself counts them."""
    return request.form.get(name, "").replace("\r\n", "\n")


def typed_id(name: str) -> UUID | None:
    """An id chosen on the page."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def refuse_unknown(known: Collection[str]) -> None:
    """Raise Invalid, naming them, for fields that this form has not (SEC-06)."""
    unknown = sorted(set(request.form) - set(known))
    if unknown:
        raise Invalid(
            "This form has no such field.", fields={name: ["Leave it out."] for name in unknown}
        )
