"""Words of education: what a page says of itself, kinds of places, and who a list is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patientapp.education.directory import Category
from patientapp.education.rules import Mark, Notice
from patientapp.i18n import gettext as _

NOTICES: Mapping[Notice, Callable[[], str]] = {
    Notice.UNCHECKED: lambda: _("No clinician has checked this page yet."),
    Notice.UNCHECKED_TRANSLATION: lambda: _("Nobody has checked this translation yet."),
    Notice.OVERDUE: lambda: _("We are late in looking at this page again. Ask us if you are not sure."),
    Notice.ENGLISH_ONLY: lambda: _(
        "We do not have this page in your language yet. You can ask us for an interpreter."
    ),
}

CATEGORIES: Mapping[Category, Callable[[], str]] = {
    Category.BENEFITS: lambda: _("Money and benefits"),
    Category.WORK: lambda: _("Work"),
    Category.GROUPS: lambda: _("Groups of people with pain"),
    Category.LEISURE: lambda: _("Being active"),
    Category.VOLUNTARY: lambda: _("Charities and volunteering"),
    Category.DRUG_AND_ALCOHOL: lambda: _("Alcohol and drugs"),
    Category.CHILDREN: lambda: _("Children and young people, 0 to 19"),
    Category.VETERANS: lambda: _("People who served in the armed forces"),
    Category.COMPLEMENTARY: lambda: _("Complementary therapy"),
}

AUDIENCES: Mapping[str, Callable[[], str]] = {
    "all": lambda: _("Everyone"),
    "carer": lambda: _("Carers"),
    "cfs": lambda: _("People with ME/CFS"),
    "professional": lambda: _("Health staff"),
}

# For staff, who work in English.
MARKS: Mapping[Mark, str] = {
    Mark.OFFERED: "Offered",
    Mark.OPENED: "Opened",
    Mark.DONE: "Done",
    Mark.HELPFUL: "Helpful",
    Mark.UNHELPFUL: "Not helpful",
}
