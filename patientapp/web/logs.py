"""Logs: one JSON line an event, ids and states only; never a variable of a failing function (OPS-01)."""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Write JSON lines to standard error, tracebacks without local variables."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),  # the stderr of then
        cache_logger_on_first_use=False,
    )
