"""Names that FHIR resources of ours use: public code systems, and our own beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patientapp.questionnaires.definition import Instrument
    from patientapp.scoring.scale import Code

    Resource = dict[str, Any]

BASE = "https://patientapp.example/fhir"
"""The root of our own names; the same in every installation, so that results can be put together."""
SYSTEMS = {
    "LOINC": "http://loinc.org",
    "SNOMED CT": "http://snomed.info/sct",
    "SNOMED CT UK": "http://snomed.info/sct",
}
UK_EDITION = "http://snomed.info/sct/83821000000107"


def canonical(instrument: Instrument) -> str:
    """The name of a version, for what refers to it."""
    return f"{BASE}/Questionnaire/{instrument.id}|{instrument.version}"


def coding(code: Code) -> Resource:
    made = {"system": SYSTEMS[code.system], "code": code.code}
    return made | ({"version": UK_EDITION} if code.system == "SNOMED CT UK" else {})


def own(system: str, code: str) -> Resource:
    return {"system": f"{BASE}/CodeSystem/{system}", "code": code}


def extension(name: str, value: str) -> Resource:
    return {"url": f"{BASE}/StructureDefinition/{name}", "valueString": value}
