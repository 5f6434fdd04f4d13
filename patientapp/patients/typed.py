"""A day typed into the three boxes of a form."""

from __future__ import annotations

from datetime import date

from flask import request

from patientapp.patients.rules import parse_birth_date


def typed_day() -> date | None:
    """The day that was meant: any digits, months as words; None for what is none."""
    return parse_birth_date(*(request.form.get(part, "") for part in ("day", "month", "year")))
