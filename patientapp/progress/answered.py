"""Responses in words, each with what was put right in it since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from patientapp.access.viewer import Viewer
from patientapp.assessments.correcting import Correction
from patientapp.progress import answer_texts, texts, timeline_texts
from patientapp.progress.rules import Given
from patientapp.progress.shown import instrument_of
from patientapp.services.queries import staff_names


@dataclass(frozen=True, kw_only=True)
class PutRight:
    """One correction: (question, before, after) of each answer that it changed."""

    at: datetime
    who: str
    why: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """One response in words."""

    given: Given
    title: str
    time_point: str
    answered_by: str
    how: str
    pairs: Sequence[tuple[str, str]]
    corrections: Sequence[PutRight]


def all_answers(
    viewer: Viewer, given: Iterable[Given], corrections: Mapping[UUID, Sequence[Correction]]
) -> list[Answers]:
    """Every response, in the order handed in."""
    authors = {one.author for each in corrections.values() for one in each}
    names = staff_names(viewer, [UUID(one[6:]) for one in authors if one.startswith("staff:")])
    return [_answers(one, corrections.get(one.response_id, ()), names) for one in given]


def _answers(given: Given, corrections: Sequence[Correction], names: Mapping[UUID, str]) -> Answers:
    instrument = instrument_of(given.instrument, given.instrument_version)
    return Answers(
        given=given,
        title=instrument.title(),
        time_point=texts.time_point(given.time_point),
        answered_by=texts.answered_by(given.answered_by),
        how=timeline_texts.mode(given.mode),
        pairs=answer_texts.answers(instrument, given),
        corrections=[_put_right(one, given, names) for one in corrections],
    )


def _put_right(of: Correction, given: Given, names: Mapping[UUID, str]) -> PutRight:
    instrument = instrument_of(given.instrument, given.instrument_version)
    who = names.get(UUID(of.author[6:]), "") if of.author.startswith("staff:") else ""
    return PutRight(
        at=of.at,
        who=who or answer_texts.sender(),
        why=of.reason or "-",
        changes=[
            (
                answer_texts.question(instrument, given, code),
                answer_texts.one_answer(instrument, given, code, before),
                answer_texts.one_answer(instrument, given, code, after),
            )
            for code, (before, after) in of.changes.items()
        ],
    )
