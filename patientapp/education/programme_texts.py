"""Words of the programme."""

from __future__ import annotations

from patientapp.education.programme_rules import LearningRoute, OfferStep, ProgrammeMode
from patientapp.i18n import gettext as _


def topic(code: str) -> str:
    """What a topic is called."""
    words = {
        "long-term-pain": _("What long-term pain is"),
        "eating-and-weight": _("Eating and weight"),
        "relaxation": _("Relaxation"),
        "breathing": _("Breathing"),
        "ways-to-manage": _("Many ways to manage pain"),
        "pacing": _("Pacing"),
        "moving-more": _("Moving more"),
        "goals-set": _("Choosing goals"),
        "pain-cycle": _("Breaking the cycle"),
        "talk-to-your-team": _("Talking with health staff"),
        "stress-and-pain": _("Stress and worry"),
        "medicines": _("Getting the best from medicines"),
        "goals-do": _("Practising goals"),
        "goals-review": _("Looking back at goals"),
        "sleep": _("Sleep"),
        "flare-ups": _("Flare-ups and setbacks"),
        "body-position": _("Sitting, lifting, work space"),
        "work": _("Staying in or going back to work"),
        "thoughts-and-habits": _("Unhelpful thoughts and habits"),
        "living-alongside": _("Making room for life with pain"),
    }
    return words.get(code, code)


def mode(of: ProgrammeMode) -> str:
    """How a programme is held."""
    return _("In person") if of is ProgrammeMode.FACE_TO_FACE else _("By video")


def modes() -> list[tuple[str, str]]:
    """To choose from."""
    return [(one.value, mode(one)) for one in ProgrammeMode]


def step(of: OfferStep) -> str:
    """What was said."""
    words = {
        OfferStep.CONSIDERED: _("Thought about for this person"),
        OfferStep.OFFERED: _("Offered"),
        OfferStep.DISCUSSED: _("Purpose discussed"),
        OfferStep.ACCEPTED: _("Accepted"),
        OfferStep.DECLINED: _("Not wanted now"),
    }
    return words[of]


def steps() -> list[tuple[str, str]]:
    """To choose from."""
    return [(one.value, step(one)) for one in OfferStep]


def route(of: LearningRoute) -> str:
    """How a person learns."""
    words = {
        LearningRoute.GROUP: _("Group"),
        LearningRoute.WEB: _("On the web"),
        LearningRoute.FACE_TO_FACE: _("Face to face"),
        LearningRoute.ONE_TO_ONE: _("One to one"),
        LearningRoute.MAINTENANCE: _("A session after discharge"),
    }
    return words[of]


def routes() -> list[tuple[str, str]]:
    """To choose from."""
    return [(one.value, route(one)) for one in LearningRoute]
