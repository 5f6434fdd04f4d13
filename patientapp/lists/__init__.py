"""Lists: who needs somebody now, so that nobody is missed (C06, D27, D30).

Each *list* is a question to the record (no answer, visits missed, no progress, nothing planned), and
each line of it a fact with a key of its own. Who acts on a line *takes* it: it becomes a task of the
worklist, which two people cannot both own, and once it is closed the line is gone until there is a
new fact. What counts stands in `policy.toml`, dated, each figure with its source.
"""
