"""Refusals as other machines read them: RFC 9457 problem documents, and FHIR's OperationOutcome."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

MACHINE_PATHS = ("/api/", "/fhir/", "/webhooks/", "/health/", "/oauth/", "/.well-known/")


def is_machine_path(path: str) -> bool:
    """Whether this address answers machines, not people."""
    return path.startswith(MACHINE_PATHS)


def problem_document(*, status: int, slug: str, title: str, detail: str, fields: Any = None) -> Response:
    """An RFC 9457 answer."""
    body: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if fields:
        body["errors"] = fields
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def is_fhir(path: str) -> bool:
    """Whether this address speaks FHIR."""
    return path.startswith("/fhir/")


# What FHIR R4 calls our refusals (valueset-issue-type).
ISSUES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    412: "multiple-matches",
    415: "not-supported",
    422: "business-rule",
    429: "throttled",
    503: "transient",
}


def operation_outcome(status: int, detail: str, *, fields: Any = None) -> Response:
    """A refusal as FHIR says it: one issue for each thing that is wrong, with where it is."""
    code = ISSUES.get(status, "exception")
    wrong = [(name, words) for name, said in (fields or {}).items() for words in said]
    issues = [
        {"severity": "error", "code": code, "diagnostics": f"{name}: {words}", "expression": [name]}
        for name, words in wrong
    ] or [{"severity": "error", "code": code, "diagnostics": detail}]
    response = jsonify({"resourceType": "OperationOutcome", "issue": issues})
    response.status_code = status
    response.mimetype = "application/fhir+json"
    return response
