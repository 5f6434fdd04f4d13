"""Keeping: all that is held of one person, given out or erased; leftovers deleted (OPS-06).

What belongs to a person is found by following the foreign keys of all tables from their record, so that a
new table of any room is covered on the day it is made. What names a person without a key (texts by their
number, idempotency keys by their scope) is listed here by hand. The audit names nobody and stays.
"""
