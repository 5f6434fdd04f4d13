"""Refusals: every answer that is not a success is one of these types (IO-07).

Rooms raise subclasses; `patientapp.web.errors` alone turns them into answers. A class's docstring
is the page that its problem type points to, so write it for the person who meets it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar


class Problem(Exception):
    """Something stopped this request."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str = "",
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.fields = dict(fields or {})
        self.retry_after = retry_after

    def words(self) -> tuple[str, str]:
        """What happened and what to do, for the reader of a page; empty where the status says it all.

        Asked for only as the answer is made, when it is known who reads.
        """
        return (self.detail if self.detail != self.title else ""), ""

    def heading(self) -> str:
        """What a page of this is called; empty where the words of its status are true of it."""
        return ""

    @classmethod
    def slug(cls) -> str:
        """The class's name as in its address: AlreadySubmitted -> already-submitted."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


class Invalid(Problem):
    """What was sent cannot be used as it is; the problem names each field and says what to send."""

    status = 422
    title = "Check what you sent"


class BadRequest(Problem):
    """The request could not be read."""

    status = 400
    title = "We could not read that request"


class SignInNeeded(Problem):
    """Nobody is signed in, or the session has ended."""

    status = 401
    title = "Sign in first"


class Forbidden(Problem):
    """Your role does not include this."""

    status = 403
    title = "Your role does not include this"


class NotFound(Problem):
    """There is nothing here, or it is not yours to see."""

    status = 404
    title = "Page not found"


class Conflict(Problem):
    """What you saw has changed since, or the same thing is already under way."""

    status = 409
    title = "This changed while you were looking"


class TooMany(Problem):
    """Too many tries in a short time; wait and try again."""

    status = 429
    title = "Too many tries"


class Unavailable(Problem):
    """The service cannot store anything right now. Nothing was lost; try again shortly."""

    status = 503
    title = "We could not do this yet"

    def __init__(self, detail: str = "", *, retry_after: int = 5) -> None:
        super().__init__(detail, retry_after=retry_after)
