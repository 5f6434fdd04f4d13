"""The closed vocabulary of measures: names in data bound to functions; no formulas, no eval."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from patientapp.kpi import clock_rules, event_rules, letter_rules, pair_rules, survey_rules, visit_rules
from patientapp.kpi.cases import Cases

Rule = Callable[..., Cases]

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        clock_rules.assessed_in_time,
        clock_rules.returned_in_time,
        clock_rules.approached_in_time,
        clock_rules.seen_in_time,
        clock_rules.started_in_time,
        clock_rules.treated_within_weeks,
        clock_rules.mean_wait,
        clock_rules.closed_within,
        letter_rules.summaries_in_time,
        letter_rules.letters_in_time,
        visit_rules.virtual_share,
        visit_rules.pifu_share,
        visit_rules.pifu_moves,
        visit_rules.kept_share,
        visit_rules.reviews_to_new,
        pair_rules.better_pairs,
        pair_rules.better_on_any,
        pair_rules.better_since_first,
        pair_rules.recorded,
        survey_rules.any_yes,
        survey_rules.all_yes,
        survey_rules.yes_with_family,
        survey_rules.positive,
        survey_rules.both_increased,
        survey_rules.top_scores,
        survey_rules.fft_positive,
        survey_rules.fft_returned,
        event_rules.done_since_entry,
        event_rules.done_since_event,
        event_rules.completed,
        event_rules.counted,
        event_rules.discharges,
        event_rules.high_doses_told,
        event_rules.dose_pairs,
        event_rules.data_sets_on_time,
    )
}


def arguments(rule: str) -> Mapping[str, bool]:
    """What a rule may be given in data, and whether it must be."""
    given = signature(RULES[rule]).parameters
    return {
        name: one.default is one.empty for name, one in given.items() if name not in ("ask", "outcomes")
    }


def wants(rule: str, name: str) -> bool:
    """Whether a rule asks for something."""
    return name in signature(RULES[rule]).parameters


def fitting(rule: str, values: Mapping[str, Any]) -> str:
    """Why a rule cannot be given these; empty when it can."""
    known = arguments(rule)
    for name in values:
        if name not in known:
            return f"{name} is not known to {rule}: use {', '.join(known) or 'nothing'}"
    missing = [name for name, needed in known.items() if needed and name not in values]
    return f"{rule} also needs {', '.join(missing)}" if missing else ""
