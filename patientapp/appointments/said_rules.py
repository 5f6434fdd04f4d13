"""What a row of the booking system says of a visit that we have. PURE."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from patientapp.appointments.rules import (
    CANCELLED,
    OPEN,
    Details,
    Visit,
    VisitKind,
    VisitMode,
    VisitState,
)

SENDER = "import:"  # how a step names the booking system as its maker


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the booking system says of a visit."""

    details: Details
    state: VisitState
    kind: VisitKind = VisitKind.FOLLOW_UP
    booked_at: datetime | None = None


def next_step(visit: Visit, said: Said) -> tuple[VisitState, Details] | None:
    """The step that a changed row of the booking system asks for; None where it tells nothing new.

    The sender knows when, how long and by which way; place, interpreter and video link are ours. Of
    the same time, "booked" is no news: it neither takes back
    what a patient has confirmed here nor brings back what was cancelled here.
    """
    was = visit.details
    details = replace(
        said.details,
        place=was.place,
        interpreter=was.interpreter,
        video_link=was.video_link if said.details.mode is VisitMode.VIDEO else "",
    )
    state = _state_said(visit, said)
    return None if (state, details) == (visit.state, visit.details) else (state, details)


def _state_said(visit: Visit, said: Said) -> VisitState:
    if said.state not in OPEN:
        return said.state
    now, then = said.details, visit.details
    if visit.is_open:
        elsewhere = (now.starts_at, now.mode) != (then.starts_at, then.mode)
        return VisitState.MOVED if elsewhere else _surer(visit.state, said.state)
    cancelled_here = visit.state in CANCELLED and not visit.by.startswith(SENDER)
    if cancelled_here and now.starts_at == then.starts_at and said.state is VisitState.BOOKED:
        return visit.state
    return VisitState.BOOKED


def _surer(here: VisitState, said: VisitState) -> VisitState:
    return here if said is VisitState.BOOKED else said
