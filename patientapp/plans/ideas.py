"""Ideas to pick from, a few a section; our own words, not clinically reviewed here.

A code is never used again for another thought: plans keep the words they were picked in. No idea
names a medicine, a dose or an exercise: medicines are agreed with a prescriber, and people with
ME/CFS use the same plan.
"""

from __future__ import annotations

from patientapp.i18n import gettext as _
from patientapp.plans.rules import Idea, Section


def ideas(section: Section) -> list[Idea]:
    """The ideas of a section, in the reader's language; none where own words fit better."""
    return [Idea(code, words) for code, words in _ideas().get(section, ())]


def _ideas() -> dict[Section, tuple[tuple[str, str], ...]]:
    return _before() | _first_days() | _after()


def _before() -> dict[Section, tuple[tuple[str, str], ...]]:
    return {
        Section.SIGNS: (
            ("sleep_worse", _("I sleep worse than usual")),
            ("stiff", _("I feel more stiff than usual")),
            ("short_temper", _("Small things upset me")),
            ("tired", _("I am very tired")),
            ("pain_spreads", _("My usual pain spreads or lasts longer")),
        ),
        Section.TRIGGERS: (
            ("did_too_much", _("I did a lot on a good day")),
            ("poor_sleep", _("Some nights of poor sleep")),
            ("stress", _("A stressful time")),
            ("long_sitting", _("Sitting or standing for a long time")),
            ("cold", _("A cold or another illness")),
        ),
        Section.KEEP_DOING: (
            ("get_up", _("Get up and dressed")),
            ("eat", _("Eat and drink at my usual times")),
            ("move_gently", _("Change position often")),
            ("talk", _("Talk with one person each day")),
        ),
        Section.DO_LESS: (
            ("lifting", _("Lifting and carrying")),
            ("long_tasks", _("Long tasks: I split them into short ones")),
            ("screens", _("Long times at a screen")),
        ),
        Section.LEAVE_FOR_NOW: (
            ("big_clean", _("Big cleaning jobs")),
            ("long_trips", _("Long trips")),
            ("new_plans", _("Saying yes to new plans")),
        ),
    }


def _first_days() -> dict[Section, tuple[tuple[str, str], ...]]:
    return {
        Section.FIRST_DAY: (
            ("stop_and_breathe", _("Stop. Take 5 slow breaths.")),
            ("it_will_pass", _("Tell myself: this is a flare-up. It has passed before.")),
            ("check_signs", _("Read the red card above. Is any sign new?")),
            ("rest_short", _("Rest in a position that is easy, for a short time")),
            ("change_day", _("Look at my day. Move what can wait.")),
            ("tell_someone", _("Tell one person that it is a hard day")),
        ),
        Section.COMFORT: (
            ("warmth", _("Something warm, wrapped in a cloth, for 15 minutes")),
            ("easy_position", _("My easy position, with pillows")),
            ("slow_breathing", _("Slow breathing")),
            ("music", _("Music, a film or an audio book")),
            ("calm_evening", _("A calm hour before bed")),
        ),
        Section.MEDICINES: (
            ("as_label", _("I take my medicines as the label says")),
            ("ask_pharmacist", _("I ask my pharmacist before I add anything")),
        ),
        Section.AT_HOME: (
            ("tell_family", _("I tell the people I live with")),
            ("easy_meals", _("Easy meals from the cupboard or freezer")),
            ("childcare", _("I ask for help with the children")),
            ("tell_work", _("I tell work early what I can do today")),
        ),
    }


def _after() -> dict[Section, tuple[tuple[str, str], ...]]:
    return {
        Section.BUILD_BACK: (
            ("one_thing", _("I bring back one thing a day")),
            ("half_first", _("I start with half of what I used to do")),
            ("rest_between", _("I rest before I need to")),
            ("steady", _("I do the same on good days and bad days")),
        ),
        Section.KIND_WORDS: (
            ("not_my_fault", _("This is not my fault")),
            ("passed_before", _("I have come through this before")),
            ("rest_is_fine", _("Rest is part of the plan")),
        ),
        Section.WHEN_TO_CONTACT: (
            ("after_3_days", _("If it is no better after 3 days")),
            ("after_7_days", _("If it is no better after 7 days")),
            ("cannot_cope", _("If I cannot manage at home")),
            ("medicine_trouble", _("If my medicines do not agree with me")),
            ("mood_low", _("If my mood is very low for more than 2 days")),
        ),
    }
