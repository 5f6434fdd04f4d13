"""Safeguarding: a private way for a patient, or a carer with them, to tell of harm by somebody else.

What is told is a *disclosure*: kept for good, an alert in the same transaction, and shown on no list.
It is never shown again on the phone it was written on, which somebody else may hold; staff open it on a
page of its own. Words of abuse anywhere else raise an alert too (`worklist/abuse_phrases.toml`). No
match lowers or closes anything. The guidance is a draft that nobody has reviewed.
"""
