"""What the planner may say about one person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patientapp.reminders.facts import Course, Visit


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text to record now."""

    key: str
    template: str
    due_at: datetime
    useful_until: datetime
    course: Course | None = None
    visit: Visit | None = None

    @property
    def about(self) -> UUID:
        """The pack or visit."""
        if self.course is not None:
            return self.course.pack_id
        assert self.visit is not None
        return self.visit.appointment_id


@dataclass(frozen=True, kw_only=True)
class StaffTask:
    """Something that staff must do because no text may (CLIN-11, CLIN-12)."""

    reason: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What to do about one person now, and when to look at them next; None: when something happens."""

    text: Text | None = None
    tasks: tuple[StaffTask, ...] = ()
    next_look: datetime | None = None
