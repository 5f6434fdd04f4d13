"""What each text is for, by the beginning of its template's name: consent goes by that (SMS-06).

PURE. What is in no family is asked for or expected by its reader: a new link, a receipt, an answer
to their own text.
"""

from __future__ import annotations

from collections.abc import Mapping

from patientapp.patients.contact_rules import TextKind

FAMILIES: Mapping[str, TextKind] = {
    "appt-": TextKind.VISIT,
    "q-": TextKind.QUESTIONNAIRE,
    "after-care": TextKind.QUESTIONNAIRE,
    "fft": TextKind.FEEDBACK,
}


def kind_of(template: str) -> TextKind:
    """What a text of this template is for."""
    for beginning, kind in FAMILIES.items():
        if template.startswith(beginning):
            return kind
    return TextKind.ASKED_FOR
