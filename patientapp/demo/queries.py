"""What the demonstration prints of its own database."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from patientapp.db import db
from patientapp.messaging.models import LocalPhoneText
from patientapp.patients.models import Patient


def newest_texts() -> list[tuple[str, str, date]]:
    """Texts on patients' phones with whose they are, those of the first people first."""
    asked = (
        sa.select(
            LocalPhoneText.body,
            Patient.given_name + " " + Patient.family_name,
            Patient.birth_date,
        )
        .join(Patient, Patient.mobile == LocalPhoneText.to_number)
        .order_by(Patient.mobile, LocalPhoneText.at.desc())
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(asked)]
