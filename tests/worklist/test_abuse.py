"""Words of abuse in people's own words raise an alert for a person to read (C63, D32)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from patientapp.worklist.hearing import hear_words
from patientapp.worklist.models import WorkItem
from patientapp.worklist.phrases import abuse_list, speaks_of_abuse
from tests.factories import NOW, make_patient, make_service

ABUSE = [
    "my husband hits me",
    "He beat me last night",
    "im scared of my son",
    "my carer takes my money",
    "I dont feel safe at home",
    "she keeps my tablets from me",
    "my partner wont let me see anyone",
    "I am being threatened",
    "there is domestic violence here",
    "someone raped me",
    "my ex threatened me again",
    "terrified of him",
    "dad locked me in my room",
    "He hurts me when he is drunk",
]
ORDINARY = [
    "The pain hits me in the morning",
    "my back hurts me all day",
    "the cold weather beats me every winter",
    "my husband helps me with the tablets",
    "the physio hurt me a bit but it helped",
    "I am scared of falling",
    "I am afraid of the stairs",
    "my partner takes me to the shops",
    "stress attacks me at night",
    "I keep my tablets in the kitchen",
    "my daughter will not eat her tea",
    "burning pain in my legs",
    "I feel safe with my family",
    "my mum hit her head",
]


@pytest.mark.parametrize("words", ABUSE)
def test_d32_words_of_abuse_are_heard(words: str) -> None:
    assert speaks_of_abuse(words, abuse_list())


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_talk_of_pain_is_not_taken_for_abuse(words: str) -> None:
    assert not speaks_of_abuse(words, abuse_list())


def test_the_list_is_a_draft_with_an_owner_and_a_day_to_look_again() -> None:
    assert abuse_list().status == "draft, not reviewed"
    assert abuse_list().owner
    assert abuse_list().review_by > date(2026, 11, 22)


def test_c63_words_of_abuse_make_an_alert_beside_those_of_self_harm(session: Session) -> None:
    person = make_patient(session, make_service(session))
    facts = {"service_id": person.service_id, "patient_id": person.id, "now": NOW}
    assert not hear_words("he hits me", source="a", **facts)  # type: ignore[arg-type]
    assert hear_words("he hits me and I want to die", source="b", **facts)  # type: ignore[arg-type]
    kept = [(one.kind, one.reason) for one in session.query(WorkItem).order_by(WorkItem.source)]
    assert kept.count(("alert", "abuse_in_words")) == 2
    assert kept.count(("alert", "risk_in_words")) == 1
