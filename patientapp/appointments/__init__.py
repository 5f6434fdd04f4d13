"""Appointments: the visits of an episode, what became of each, and the free times to move one to.

Patients and pages say *visit*. A visit is who and what (patient, episode, kind, the sender's key)
and a history of *steps*: booked, moved, confirmed, cancelled, attended, missed. A step carries the
whole of when and where, is added and never changed, and the newest one is the visit's state; its
number is part of its key, so two people cannot both take the next step. A column with the current
state was turned down: it would be a second truth.

A *slot* is a free time that the service offers; whoever holds it stands in a table whose key is the
slot, so one person gets it (REL-09).

This room stands above assessments, because the first visit moves the days of the first
questionnaires and that belongs into one commit with the visit.
"""
