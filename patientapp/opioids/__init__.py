"""Opioids: the dose in 24 hours as oral morphine equivalent, confirmed by a clinician (D07, D42).

A *dose* is what a person takes in 24 hours, line by line, and what it comes to by one version of a
conversion table (`table.toml`, with its source). It is an aid to a clinician, who confirms the
figure they were shown; nothing is stored before. Medicines for which no single ratio is safe are
typed as an equivalent by the clinician. At 100 mg or more a notice to the GP begins by itself, in
the same transaction. Advice on doses is not given here (practice.md 3.7: it may be a device).
"""
