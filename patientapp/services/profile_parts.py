"""The parts of a contract's file that stand alone: support, cohorts, documents, surveys, programme."""

from __future__ import annotations

from patientapp.questionnaires.tables import Table
from patientapp.services.profile import (
    CohortPacks,
    Document,
    Programme,
    Review,
    Route,
    Support,
    Survey,
)
from patientapp.services.profile_keys import (
    between,
    clause_of,
    event_name,
    event_names,
    maybe_between,
)

MOST_MONTHS, MOST_LIMIT = 120, 400
COHORTS = ("pain", "cfs", "neuromodulation")
PERIODS = ("month", "quarter", "half_year", "year")


def support_of(table: Table, clauses: frozenset[str], known: frozenset[str]) -> Support:
    """How long after which event a person may come back."""
    made = Support(
        route=table.choice("route", Route),
        months=maybe_between(table, "months", 1, MOST_MONTHS),
        after=event_names(table, "after", known) if "after" in table.data else (),
        clause=clause_of(table, clauses),
    )
    if made.months is not None and not made.after:
        raise table.broken("after", "is missing: from which event do the months count?")
    table.done()
    return made


def cohort_of(table: Table, clauses: frozenset[str], schedules: frozenset[str]) -> CohortPacks:
    """The packs of one cohort."""
    name = table.text("schedule")
    if name not in schedules:
        raise table.broken("schedule", f"there is no {name!r}; there is: {', '.join(sorted(schedules))}")
    cohort = table.text("cohort")
    if cohort not in COHORTS:
        raise table.broken("cohort", f"{cohort!r} is none of: {', '.join(COHORTS)}")
    made = CohortPacks(
        cohort=cohort,
        schedule=name,
        never_sent=table.many("never_sent", str, []),
        clause=clause_of(table, clauses),
    )
    table.done()
    return made


def document_of(table: Table, clauses: frozenset[str], known: frozenset[str]) -> Document:
    """One kind of letter."""
    made = Document(
        kind=table.text("kind"),
        title=table.text("title"),
        start=event_name(table, "start", known),
        days=maybe_between(table, "working_days", 0, MOST_LIMIT),
        text_days=maybe_between(table, "text_working_days", 0, MOST_LIMIT),
        recipients=table.many("recipients", str),
        blocks=table.many("blocks", str, []),
        paper_copy=table.flag("paper_copy", default=False),
        clause=clause_of(table, clauses),
    )
    table.done()
    return made


def survey_of(table: Table, clauses: frozenset[str]) -> Survey:
    """One survey."""
    period = table.text("period")
    if period not in PERIODS:
        raise table.broken("period", f"{period!r} is none of: {', '.join(PERIODS)}")
    made = Survey(instrument=table.text("instrument"), period=period, clause=clause_of(table, clauses))
    table.done()
    return made


def programme_of(top: Table, clauses: frozenset[str]) -> Programme | None:
    """The education programme, where there is one."""
    table = top.table("programme", None)
    if table is None:
        return None
    share = table.number("complete_share")
    if not 0 < share <= 1:
        raise table.broken("complete_share", f"must be above 0 and at most 1, not {share}")
    made = Programme(
        hours=table.number("hours", None),
        sessions=maybe_between(table, "sessions", 1, MOST_LIMIT),
        most_people=maybe_between(table, "most_people", 1, MOST_LIMIT),
        complete_share=share,
        clause=clause_of(table, clauses),
    )
    table.done()
    return made


def review_of(table: Table, clauses: frozenset[str], known: frozenset[str]) -> Review:
    """When a clinicians' form is due: after an event or after another form, and again."""
    after_form = "after_form" in table.data
    made = Review(
        form=table.text("form"),
        after=table.text("after_form") if after_form else event_name(table, "after", known),
        after_form=after_form,
        days=between(table, "days", 0, MOST_LIMIT),
        months=between(table, "months", 1, MOST_MONTHS) if "months" in table.data else 0,
        clause=clause_of(table, clauses),
    )
    table.done()
    return made
