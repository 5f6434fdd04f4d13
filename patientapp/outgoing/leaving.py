"""A number that the carrier lets no text of ours through to, because somebody there texted STOP.

The carrier's block is on the number, so it holds for everybody who has that number now, and for
nobody who has had it before. START from that number, which the carrier passes on to us, undoes it
(`replies`).
"""

from __future__ import annotations

from patientapp.messaging.actions import withdraw_of_patient
from patientapp.messaging.rules import Trouble, Why
from patientapp.patients.actions import set_texts_ok
from patientapp.patients.models import Patient
from patientapp.patients.queries import system_people_at
from patientapp.worklist.actions import raise_item
from patientapp.worklist.rules import ItemKind

LEFT = frozenset({Why.OPTED_OUT.value, "21610"})  # refused at once, or said in a later report
TASK = "texts_left_at_carrier"


def number_has_left(trouble: Trouble) -> bool:
    """End texts to whoever has this number and did not leave before; whether anybody did."""
    if trouble.reason not in LEFT:
        return False
    people = [one for one in system_people_at(trouble.to_number) if one.texts_ok and not one.died_on]
    for person in people:
        _end_texts(person, trouble)
    return bool(people)


def _end_texts(person: Patient, trouble: Trouble) -> None:
    by = f"carrier:{trouble.message_id}"
    set_texts_ok(person.id, ok=False, by=by, now=trouble.at)
    withdraw_of_patient(person.id, why=Why.OPTED_OUT, now=trouble.at)
    raise_item(
        ItemKind.TASK,
        service_id=person.service_id,
        patient_id=person.id,
        reason=TASK,
        source=f"{trouble.message_id}:left:{person.id}",
        now=trouble.at,
    )
