"""Questionnaires as data: a folder is an instrument version, and adding one takes no Python.

Words: an *instrument* is one version of a questionnaire (items, scales, sources, licence); its
*wording* is the text of one translation; *inputs* are further columns that a score may need (age,
sex). `parse.py` turns TOML into `definition.py`'s frozen dataclasses or stops, naming file, key and
reason; `library.py` holds all of them; `grade.py` scores one person and compares two occasions.
Wording stands apart from structure because most of it belongs to others and may not be shipped.
Pure, but for `cli.py`. Scores in code, one class per questionnaire, were turned down: a clinician
can check a table, and not a class.
"""
