"""The frame of staff pages: the menu that this viewer's roles allow."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import format_date, format_datetime

from patientapp import clock
from patientapp.access.guard import viewer
from patientapp.access.matrix import Permission, may
from patientapp.errors import Conflict, Invalid
from patientapp.i18n import gettext as _
from patientapp.workdays import FIRST_DAY, LAST_DAY, add_months, london_day


class OtherPatient(Conflict):
    """The page you acted on was about another patient. Look again before you act."""

    title = "That page was about another patient"


class RecordChanged(Conflict):
    """The record is not as your page showed it. Load the page again and look before you act."""

    title = "This record changed while you were reading"


def check_form_patient(patient_id: UUID) -> None:
    """Raise OtherPatient unless the form that was posted names this patient (CLIN-07)."""
    if request.form.get("patient_id") != str(patient_id):
        raise OtherPatient(OtherPatient.__doc__ or "")


def staff_page(template: str, *, here: str = "", **facts: Any) -> str:
    """A staff page with its menu; `here` names the entry that this page is."""
    asking = viewer()
    entries = (
        ("home", Permission.STAFF_HOME, _("Home"), "progress.home"),
        ("patients", Permission.SEE_PATIENTS, _("Patients"), "patients.listing"),
        ("visits", Permission.MANAGE_VISITS, _("Visits"), "visits_staff.of_day"),
        ("coming_back", Permission.MANAGE_RETURNS, _("Coming back"), "returns_staff.inbox"),
        ("lists", Permission.SEE_PROGRESS, _("Lists"), "lists.first"),
        ("paper", Permission.ENTER_ANSWERS, _("Paper"), "second_typing.listing"),
        ("texts", Permission.SEND_BULK, _("Texts"), "bulk.sends"),
        ("programmes", Permission.MANAGE_PROGRAMMES, _("Programmes"), "programme_staff.calendar"),
        ("documents", Permission.WRITE_PLANS, _("Letters"), "documents_staff.waiting"),
        ("told", Permission.HANDLE_COMPLAINTS, _("Complaints"), "told_staff.listing"),
        ("returns", Permission.SEE_FIGURES, _("Figures"), "kpi.returns"),
        ("learning", Permission.OFFER_LEARNING, _("Reading"), "learning.figures"),
        ("new", Permission.ADD_PATIENTS, _("Add a patient"), "patients.new"),
        ("service", Permission.STAFF_HOME, _("Change service"), "staff_signin.service"),
    )
    menu = [
        (text, url_for(endpoint), name == here)
        for name, permission, text, endpoint in entries
        if may(asking, permission)
    ]
    sign_out_url = url_for("staff_signin.sign_out")
    return render_template(template, menu=menu, sign_out_url=sign_out_url, **facts)


def asked_day(name: str, otherwise: date) -> date:
    """A day of the address; Invalid where it cannot be read, or is not one that this app counts in."""
    given = request.args.get(name, "").strip()
    try:
        day = date.fromisoformat(given) if given else otherwise
    except ValueError:
        raise _not_shown(name, "Write a day as 2026-09-01.") from None
    if not FIRST_DAY <= day < LAST_DAY:
        raise _not_shown(name, "Check the year.")
    return day


def asked_days(*, months: int) -> tuple[date, date]:
    """The days `first` to `last` of the address, both inclusive; without them the last so many months.

    Invalid where one cannot be read, or the first is after the last.
    """
    last = asked_day("last", london_day(clock.now()))
    first = asked_day("first", max(add_months(last, -months), FIRST_DAY))
    if first > last:
        raise _not_shown("first", "Give the earlier day first.")
    return first, last


def _not_shown(name: str, said: str) -> Invalid:
    return Invalid("These days cannot be shown.", fields={name: [said]})


def day_words(day: date | None) -> str:
    """A day as people write it: 24 September 2026."""
    return str(format_date(day, "d MMMM y")) if day else ""


def moment_words(moment: datetime | None) -> str:
    """An instant by the London clock: 24 September 2026, 09:30."""
    return str(format_datetime(moment, "d MMMM y, HH:mm")) if moment else ""
