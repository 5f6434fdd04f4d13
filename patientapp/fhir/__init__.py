"""FHIR: the same facts as FHIR R4 resources, for clinicians' systems (contract.md section 5).

Resources are dictionaries made from rows by `shapes`; a search is a map from parameter names to
conditions (`searches`), so that a name that is not in the map is refused and never guessed. A
QuestionnaireResponse that is sent in goes the way of every other answer: scored by the same rules,
with its alerts and its audit. A generic FHIR store was turned down: two copies of the truth differ.
"""
