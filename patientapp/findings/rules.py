"""Forms that clinicians fill in: what a field takes, what follows from it, when a form is due. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from patientapp.questionnaires.tables import Table
from patientapp.services.profile import Profile, Review
from patientapp.workdays import add_months

FOLDER = Path(__file__).with_name("forms")
LONGEST_TEXT = 2_000


class FieldKind(StrEnum):
    """What a field takes."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


class Urgency(StrEnum):
    """What an answer makes of itself on the worklist."""

    TASK = "task"
    ALERT = "alert"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form; options are pairs of code and words."""

    code: str
    label: str
    kind: FieldKind
    options: Mapping[str, str] = field(default_factory=dict)
    needed: bool = False
    low: int = 0
    high: int = 0
    hint: str = ""

    def words(self, value: str) -> str:
        """An answer as staff read it."""
        return self.options.get(value, value)


@dataclass(frozen=True, kw_only=True)
class Follows:
    """What follows where a field has one of these values."""

    field: str
    values: tuple[str, ...]
    flag: str = ""
    until_form: str = ""  # the flag ends with a later finding of this form
    event: str = ""
    detail_from: str = ""  # the field whose value is the event's detail
    urgency: Urgency | None = None
    reason: str = ""
    days: int = 0  # working days until the task is due


@dataclass(frozen=True, kw_only=True)
class Asks:
    """An answer of the patient's own that flags the record and makes the form due at once."""

    instrument: str
    scale: str
    value: str
    flag: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form in one version."""

    id: str
    version: int
    title: str
    source: str
    status: str
    guidance: str
    for_team: bool  # whoever handles tasks may fill it in; else clinicians alone
    fields: tuple[Field, ...]
    follows: tuple[Follows, ...]
    asks: tuple[Asks, ...]

    def field(self, code: str) -> Field:
        """The field of this code."""
        return next(one for one in self.fields if one.code == code)

    def followed(self, answers: Mapping[str, str]) -> Iterator[Follows]:
        """What follows from these answers."""
        return (one for one in self.follows if answers.get(one.field) in one.values)


@cache
def forms() -> Mapping[str, Form]:
    """Every form, by id, in the order of the files' names; a broken file stops the start."""
    return {path.stem: read(path) for path in sorted(FOLDER.glob("*.toml"))}


def check_reviews(profiles: Iterable[Profile]) -> None:
    """Refuse a contract that wants a form which is not there; the app does this when it starts."""
    for profile in profiles:
        for review in profile.reviews:
            wanted = {review.form, review.after} if review.after_form else {review.form}
            for name in wanted - set(forms()):
                raise profile.figures.broken("reviews", f"there is no form {name!r} in findings/forms")


def read(path: Path) -> Form:
    """One file; BrokenInstrument names file, key and reason."""
    top = Table.read(path, name=f"findings/{path.name}")
    if top.text("id") != path.stem:
        raise top.broken("id", f"must be the name of the file, {path.stem}")
    fields = tuple(_field(one) for one in top.tables("fields"))
    made = Form(
        id=path.stem,
        version=top.whole("version"),
        title=top.text("title"),
        source=top.text("source"),
        status=top.text("status"),
        guidance=top.text("guidance"),
        for_team=top.flag("for_team", default=False),
        fields=fields,
        follows=tuple(_follows(one, fields) for one in top.tables("follows", [])),
        asks=tuple(_asks(one) for one in top.tables("asks", [])),
    )
    top.done()
    return made


def _field(table: Table) -> Field:
    options = table.table("options", None)
    made = Field(
        code=table.text("code"),
        label=table.text("label"),
        kind=table.choice("kind", FieldKind),
        options={key: options.text(key) for key in options.data} if options else {},
        needed=table.flag("needed", default=False),
        low=table.whole("low", 0),
        high=table.whole("high", 0),
        hint=table.text("hint", ""),
    )
    if (made.kind is FieldKind.CHOICE) != bool(made.options):
        raise table.broken("options", "belong to a choice, and to nothing else")
    if (made.kind is FieldKind.NUMBER) != (made.high > made.low):
        raise table.broken("high", "must be above low for a number, and stands with nothing else")
    table.done()
    return made


def _follows(table: Table, fields: Iterable[Field]) -> Follows:
    made = Follows(
        field=table.text("field"),
        values=table.many("values", str),
        flag=table.text("flag", ""),
        until_form=table.text("until_form", ""),
        event=table.text("event", ""),
        detail_from=table.text("detail_from", ""),
        urgency=table.choice("urgency", Urgency, None),
        reason=table.text("reason", ""),
        days=table.whole("days", 0),
    )
    of = next((one for one in fields if one.code == made.field), None)
    if of is None or not set(made.values) <= set(of.options):
        raise table.broken("values", "must be options of a field of this form")
    if bool(made.urgency) != bool(made.reason):
        raise table.broken("reason", "stands with an urgency, and an urgency with its reason")
    table.done()
    return made


def _asks(table: Table) -> Asks:
    made = Asks(
        instrument=table.text("instrument"),
        scale=table.text("scale"),
        value=table.text("value"),
        flag=table.text("flag"),
    )
    table.done()
    return made


def mistakes(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with each field that cannot be kept; nothing when all of it can."""
    wrong = {code: "unknown" for code in answers if code not in {one.code for one in form.fields}}
    found = ((one.code, _mistake(one, answers.get(one.code, ""))) for one in form.fields)
    return wrong | {code: why for code, why in found if why}


def _mistake(of: Field, given: str) -> str:
    if not given:
        return "missing" if of.needed else ""
    match of.kind:
        case FieldKind.CHOICE:
            return "" if given in of.options else "no_option"
        case FieldKind.NUMBER:
            digits = given.isascii() and given.isdigit() and len(given) <= len(str(of.high))
            return "" if digits and of.low <= int(given) <= of.high else "out_of_range"
    return "too_long" if len(given) > LONGEST_TEXT else ""


def flags(newest: Mapping[str, tuple[date, Mapping[str, str]]]) -> Iterator[str]:
    """What to know before acting, of the newest finding of each form: its day and its answers."""
    for name, (day, answers) in newest.items():
        for one in forms()[name].followed(answers):
            ended = newest.get(one.until_form)
            if one.flag and (ended is None or ended[0] < day):
                yield one.flag


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one episode: first day of each event, last day of each form, days that ask."""

    events: Mapping[str, date]
    last: Mapping[str, date]
    asked: Mapping[str, date] = field(default_factory=dict)  # form -> the newest answer that asks for it


def due_on(review: Review, facts: Facts) -> date | None:
    """When a form is due next: after its event or form, then again; at once where an answer asks."""
    done = facts.last.get(review.form)
    asked = facts.asked.get(review.form)
    days = [_planned(review, facts, done)]
    if asked is not None and (done is None or done < asked):
        days.append(asked)
    return min((day for day in days if day is not None), default=None)


def _planned(review: Review, facts: Facts, done: date | None) -> date | None:
    began = facts.last.get(review.after) if review.after_form else facts.events.get(review.after)
    if review.after_form and began is not None and (done is None or done < began):
        return began + timedelta(days=review.days)
    if done is not None:
        return add_months(done, review.months) if review.months else None
    return None if began is None else began + timedelta(days=review.days)
