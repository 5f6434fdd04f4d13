"""What the official schema of FHIR R4 cannot see: required primitives, and invariants we rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

REQUIRED = {
    "Questionnaire": ("status", "item"),
    "QuestionnaireResponse": ("status", "questionnaire", "item"),
    "Observation": ("status", "code"),
}


def faults(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """What the official schema cannot see: primitives that R4 requires, and its invariants we meet."""
    for resource in resources:
        kind = str(resource.get("resourceType"))
        for name in REQUIRED.get(kind, ("resourceType",)):
            if not resource.get(name):
                yield f"{kind}.{name} is missing"
        for item in resource.get("item", ()) if kind == "Questionnaire" else ():
            yield from _item_faults(item)
        if kind == "Observation":
            yield from _observation_faults(resource)


def _item_faults(item: Mapping[str, Any]) -> Iterator[str]:
    for name in ("linkId", "type"):
        if not item.get(name):
            yield f"Questionnaire.item.{name} is missing"
    if item.get("type") == "display" and not item.get("text"):
        yield f"Questionnaire.item {item.get('linkId')}: a display has no text"
    if item.get("answerOption") and item.get("type") not in ("choice", "open-choice", "integer"):
        yield f"Questionnaire.item {item.get('linkId')}: que-5: options on a {item.get('type')}"
    for inner in item.get("item", ()):
        yield from _item_faults(inner)


def _observation_faults(resource: Mapping[str, Any]) -> Iterator[str]:
    values = [name for name in resource if name.startswith("value")]
    if len(values) + ("dataAbsentReason" in resource) != 1:
        yield "Observation: obs-6: exactly one of a value and a reason for none"
