"""A word for our script about where to go next.

A browser follows a redirect on its own and fetches the next page, which the script then opens once
more. To the script, which names itself, the redirect is told in a header: one answer, one page.
"""

from __future__ import annotations

from flask import Flask, Response, request

SENT_BY = "X-Sent-By"
NEXT = "X-Next"


def init_app(app: Flask) -> None:
    """Tell our script the next address in place of each redirect."""
    app.after_request(tell_next)


def tell_next(response: Response) -> Response:
    """The answer to the script: 204 and the address; to everyone else, the redirect as it was."""
    if SENT_BY not in request.headers or response.status_code not in (302, 303):
        return response
    response.headers[NEXT] = response.headers.pop("Location")
    response.status_code = 204
    response.set_data(b"")
    return response
