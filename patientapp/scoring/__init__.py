"""Scores of questionnaires in plain numpy: no web, no database, no files.

Words: a *column* is one item or one further input (age, sex); a *scale* is one score made of
columns; a *plan* is the scales of one questionnaire with their arrays prepared once; *answers* are
people x columns. A score is a value, or null with a reason. One person is a matrix of one row, so a
phone and a cohort are scored by the same lines. Rules are a closed vocabulary (`Method`) bound to
functions in `methods.py`: formulas in data files were turned down, since nobody could review them,
and a loop over people was turned down, since it is a thousand times slower.

>>> from patientapp.scoring.scale import Column, Method, Scale
>>> from patientapp.scoring.score import prepare, score
>>> columns = [Column(code=c, minimum=0, maximum=6) for c in ("q1", "q2", "q3")]
>>> plan = prepare(columns, [Scale(code="total", method=Method.SUM, items=("q1", "q2", "q3"))])
>>> result = score(plan, [[1, 2, 3], [6, float("nan"), 0], [6, 6, 7]])
>>> result["total"]
array([ 6., nan, nan])
>>> result.why("total")
[None, <Reason.INCOMPLETE: 'incomplete'>, <Reason.OUT_OF_RANGE: 'out_of_range'>]
"""
