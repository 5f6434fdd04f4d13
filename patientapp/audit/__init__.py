"""Audit: who did what to whose record, when, and how it went (OPS-01).

Entries are added and never changed. Each stands in a *chain*: one for every patient, so that a
patient's whole history can be read and checked alone, and one for every member of staff for what
concerns no patient, such as signing in. An entry's hash covers the entry before it, and the head of
each chain is kept apart, so an edit, a gap and a cut-off end all show. One chain for everything was
turned down: every request of every worker would queue for its last entry.
"""
