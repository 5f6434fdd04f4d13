"""Progress: how scores changed, for the person themselves and for their clinician.

A patient sees sentences, a small chart and the same numbers in a table; a clinician sees each
scale at each time point with its important change and its reliable change side by side, never one
verdict (instruments.md section 9). Change is against a named baseline (CLIN-06).
"""
