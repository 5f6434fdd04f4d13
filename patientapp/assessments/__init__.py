"""Assessments: which questionnaire is due for whom, the answers, and the scores.

A *pack* is the set of questionnaires of one episode at one *time point* (T0 entry, TD discharge, T3
and T6 three and six months after); its questionnaires are *tasks*. An answer is first a *draft*,
saved at once; sending makes the one *response* of a task, with its scores, in one transaction with
its alerts, its audit and the reminders it silences (REL-01). A task is done when its response is
there: no state to keep in step. Scores stand on the response itself and are never worked out again.
"""
