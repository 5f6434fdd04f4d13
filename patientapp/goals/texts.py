"""Words of goals, for patients and for staff."""

from __future__ import annotations

from patientapp.goals.rules import GoalState, Topic
from patientapp.i18n import gettext as _


def states() -> list[tuple[str, str]]:
    """How a goal may stand, to choose from."""
    return [
        (GoalState.ON_IT, _("Still on it")),
        (GoalState.PARTLY, _("Some of it is done")),
        (GoalState.REACHED, _("Done")),
        (GoalState.CHANGED, _("It has changed into another goal")),
        (GoalState.STOPPED, _("Not wanted any more")),
    ]


def state(of: GoalState) -> str:
    """How a goal stands."""
    return dict(states())[of]


def topics() -> list[tuple[str, str]]:
    """What people often want to talk about."""
    return [
        (Topic.PAIN, _("My pain")),
        (Topic.SLEEP, _("Sleep")),
        (Topic.MOOD, _("Mood and worry")),
        (Topic.MOVING, _("Moving and being active")),
        (Topic.WORK, _("Work, caring or study")),
        (Topic.MEDICINES, _("Medicines")),
        (Topic.FAMILY, _("Family and friends")),
        (Topic.MONEY, _("Money or housing")),
        (Topic.WHAT_NEXT, _("What happens next")),
    ]


def topic(of: Topic) -> str:
    """One of them."""
    return dict(topics())[of]
