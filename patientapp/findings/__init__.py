"""Findings: what a clinician finds, does or decides about a patient that no questionnaire asks.

A *form* is a short list of fields as data (`forms/*.toml`): a checklist, a medicine changed, a test of
physical function, a query that waits. A *finding* is one such form filled in on a day of an episode.
What follows from a field is in the file beside it: a flag on the record, an event of the episode, a task
or an alert. When a form is due is a value of the service's contract (`reviews`). A finding is added and
never changed: taking one back is a record of its own.
"""
