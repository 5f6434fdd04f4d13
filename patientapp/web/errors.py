"""The one place where a refusal becomes an answer (IO-07).

Under /fhir/: an OperationOutcome. To other machines: an RFC 9457 problem document. Elsewhere: a plain
page with the help block. Details go to the log under a reference; nothing internal leaves the server.
"""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flask import Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from patientapp.access.guard import current_viewer
from patientapp.errors import BadRequest, Conflict, Problem, SignInNeeded, Unavailable
from patientapp.i18n import gettext as _
from patientapp.web.documents import is_fhir, is_machine_path, operation_outcome, problem_document
from patientapp.web.error_words import is_desk, words
from patientapp.web.fallback import spoken
from patientapp.web.sent import SENT_BY


class FormTooOld(BadRequest):
    """The form's token is not this browser's, or has ended. Load the page and send it again."""

    title = "This page is too old to send"

    def words(self) -> tuple[str, str]:
        """What a person can do about it."""
        return _("This page was open too long, or cookies are off."), _(
            "Go back, load the page again and send it once more."
        )


log = structlog.get_logger(__name__)


def answer(problem: Problem) -> ResponseReturnValue:
    """The answer to a refusal, as a document or a page; our own trouble is logged with its reference."""
    reference = _logged(problem) if problem.status >= 500 else ""
    if is_fhir(request.path):
        response = operation_outcome(problem.status, problem.detail, fields=problem.fields)
    elif is_machine_path(request.path):
        response = problem_document(
            status=problem.status,
            slug=problem.slug(),
            title=problem.title,
            detail=f"{problem.detail} Reference {reference}" if reference else problem.detail,
            fields=problem.fields,
        )
    elif isinstance(problem, SignInNeeded) and (door := _door()):
        return redirect(url_for(door), 303)
    else:
        response = _page(problem.status, problem, reference)
    if isinstance(problem, SignInNeeded) and "Authorization" in request.headers:
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'  # RFC 6750
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    return response


def _logged(problem: Problem) -> str:
    """Log what stands behind a refusal of ours, by its kind and never by its words; the reference."""
    reference, cause = secrets.token_hex(4), problem.__cause__
    behind = getattr(cause, "orig", None) or cause  # what the database's own driver said
    code = getattr(behind, "sqlstate", None) or getattr(behind, "sqlite_errorname", None)
    log.error(
        "could not be done",
        reference=reference,
        path=request.endpoint,
        problem=problem.slug(),
        cause=type(behind).__name__ if behind else "",
        code=code or "",
    )
    return reference


def _door() -> str | None:
    """Where signing in again begins; None for a stranger, and for our script, which keeps its answer."""
    if request.path.startswith("/staff"):
        return "staff_signin.sign_in"
    asking = current_viewer()
    if asking is None or SENT_BY in request.headers:
        return None
    if asking.carer_id is not None:
        return "caring.code"
    return "entry.birth_date" if asking.is_patient else None


def _page(status: int, problem: Problem | None = None, reference: str = "") -> Response:
    title, next_step = words(status, request.path)
    if is_desk(request.path) and isinstance(problem, Conflict) and type(problem) is not Conflict:
        title = problem.title  # says what happened; staff's pages are in English
    happened, step = problem.words() if problem else ("", "")
    if problem and type(problem).words is Problem.words:  # nobody wrote it for patients: it is English
        happened = spoken(happened)
    body = render_template(
        "web/error.html",
        title=(problem and problem.heading()) or title,
        happened=happened,
        next_step=step or next_step,
        wrong=_said_of_fields(problem) if problem and is_desk(request.path) else [],
        reference=reference,
    )
    return Response(body, status=status, mimetype="text/html")


def _said_of_fields(problem: Problem) -> list[str]:
    """What is wrong with what staff asked for, by field; codes are for forms, not for reading."""
    said = (f"{name}: {words}" for name, given in (problem.fields or {}).items() for words in given)
    return [one for one in said if one.count(" ") > 1]


def _http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if is_fhir(request.path):
        response = operation_outcome(status, error.name)
    elif is_machine_path(request.path):
        response = problem_document(
            status=status,
            slug=error.name.lower().replace(" ", "-"),
            title=error.name,
            detail=error.name if status >= 500 else (error.description or error.name),
            fields=_validation_messages(error),
        )
    else:
        response = _page(status)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _validation_messages(error: HTTPException) -> Any:
    data = getattr(error, "data", None)
    return data.get("messages") if isinstance(data, dict) else None


def _unexpected(error: Exception) -> ResponseReturnValue:
    if isinstance(error, OperationalError):
        refused = Unavailable()
        refused.__cause__ = error
        return answer(refused)
    reference = secrets.token_hex(4)
    log.error("unexpected error", reference=reference, path=request.endpoint, exc_info=error)
    if is_fhir(request.path):
        return operation_outcome(500, f"Reference {reference}")
    if is_machine_path(request.path):
        return problem_document(
            status=500, slug="problem", title=Problem.title, detail=f"Reference {reference}"
        )
    return _page(500, reference=reference)


def init_app(app: Flask) -> None:
    """Install the handlers; flask-smorest leaves them alone (see web.api)."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(CSRFError, lambda error: answer(FormTooOld()))
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
