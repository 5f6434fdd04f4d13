"""Imports: rows from other systems, by file (contract.md section 6).

A *kind* of import is its columns, each with how a cell is read, and what is done with a good row. A
file is read twice and never held in memory: first every row is judged and every bad one named; only
when all are good is the file taken, by one short commit, and its rows stored in small parts that a
kill cannot lose (`storing.py`): one long transaction would have kept every patient's answer waiting.
Values of cells are never printed: a column that is out of place may hold a name.
"""
