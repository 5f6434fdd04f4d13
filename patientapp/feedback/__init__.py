"""Feedback: the NHS Friends and Family Test, with nobody's name on it (OPS-07).

The test is a public page of each service: no link, no date of birth, no invitation to mark as used.
What is kept is a *tally* per service, month, method and answer, and each month's comments as one
row in alphabetical order. No row belongs to one person, so neither ids, times nor the order on disk
lead back to anybody. Rows per answer were turned down: PostgreSQL numbers the transaction of each
row, and the web log beside it would name the person.
"""
