"""Words of flare-up plans: what each section is called and asks, and what its states are."""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.plans.rules import LONGEST_WORDS, PlanState, Section


def title(section: Section) -> str:
    """What a section is called."""
    words = {
        Section.SIGNS: _("My early signs"),
        Section.TRIGGERS: _("What can set it off"),
        Section.FIRST_DAY: _("My first steps"),
        Section.KEEP_DOING: _("What I keep doing"),
        Section.DO_LESS: _("What I do less of"),
        Section.LEAVE_FOR_NOW: _("What can wait"),
        Section.COMFORT: _("What brings comfort"),
        Section.MEDICINES: _("My medicines in a flare-up"),
        Section.PEOPLE: _("Who can help me"),
        Section.AT_HOME: _("Home, family and work"),
        Section.BUILD_BACK: _("Days 2 to 7: building back"),
        Section.KIND_WORDS: _("Kind words to myself"),
        Section.WHEN_TO_CONTACT: _("When I contact the team"),
        Section.URGENT: _("When to get help now"),
        Section.HOW_TO_CONTACT: _("How to contact us"),
    }
    return words[section]


def hint(section: Section) -> str:
    """What a section asks for."""
    words = {
        Section.SIGNS: _("What tells you that a flare-up may be on its way?"),
        Section.TRIGGERS: _("Often there is no reason. Sometimes there is."),
        Section.FIRST_DAY: _("Small things for the first day, in order. Big plans are hard in pain."),
        Section.KEEP_DOING: _("A few things that keep your day going."),
        Section.DO_LESS: _("Less for a few days is fine."),
        Section.LEAVE_FOR_NOW: _("Things that can wait until you feel better."),
        Section.COMFORT: _("What has helped you before?"),
        Section.MEDICINES: _(
            "Write what your prescriber agreed with you. Do not take more than the label says."
        ),
        Section.PEOPLE: _("Up to 4 people. Ask them first if they are happy to help."),
        Section.AT_HOME: _(
            "Children, people you care for, pets, work: who needs to know, and who can step in?"
        ),
        Section.BUILD_BACK: _("Most flare-ups settle in days. Small steps bring you back."),
        Section.KIND_WORDS: _("What would you say to a friend?"),
        Section.WHEN_TO_CONTACT: _("What would make you call us? After how many days?"),
    }
    return words.get(section, "")


def state(of: PlanState) -> str:
    """Where a version is, for the person whose plan it is."""
    words = {
        PlanState.DRAFT: _("Not shared yet"),
        PlanState.SHARED: _("Waiting for your clinician"),
        PlanState.AGREED: _("Agreed"),
        PlanState.WITHDRAWN: _("No longer used"),
    }
    return words[of]


def state_tag(of: PlanState) -> str:
    """The kind of tag of a state."""
    kinds = {PlanState.AGREED: "done", PlanState.SHARED: "waiting"}
    return kinds.get(of, "plain")


def mistake(code: str) -> str:
    """What to do about a form that cannot be used."""
    words = {
        "too_long": _("Use %(limit)s characters or fewer", limit=LONGEST_WORDS),
        "no_name": _("Give a name, or leave the row empty"),
        "row_too_long": _("Use fewer words in this row"),
        "missing": _("This part is needed before the plan can be agreed"),
        "no_day": _("Give the day on which you look at the plan again"),
        "not_ahead": _("Give a day after today and within 2 years"),
        "not_checked": _("Check the medicines part, then tick the box"),
        "in_future": _("That day is still to come"),
        "too_long_ago": _("Choose a day in the last 3 months"),
        "no_reason": _("Say why: the next person to look needs it"),
    }
    return words.get(code, code)
