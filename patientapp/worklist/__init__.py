"""Worklist: alerts and tasks that a named person must close (P6, CLIN-04, CLIN-12).

An *alert* comes of a risk answer and is made in the transaction that stores it; a *task* is any
other thing somebody has to do. An item's state is the newest of its events; the event's number is
its key, so two people cannot both own one item.
"""
