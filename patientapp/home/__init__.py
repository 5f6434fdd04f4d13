"""Home: the patient's own page, with what there is for them today (patient-experience.md 3.3).

It stands above the rooms whose pages it leads to, asks each what there is, and owns nothing. What
there is nothing of is left out, not greyed.
"""
