"""Plans: what a person does in a flare-up, in their own words, agreed with a clinician.

A *plan* is one version of one person's flare-up plan, in the language it was written in. It is a
*draft*, then *shared* with the team, then *agreed* by a named clinician; once agreed it never
changes, and a change begins the next version. *Withdrawn* takes it away, from phones too (CLIN-10).
A *section* is one part of it (patient-experience.md section 9): ideas that were picked, kept in the
words they were shown in, and own words. The urgent section is the safety wording itself: it is
stored nowhere here, so nobody can edit it. A *flare* is a day on which somebody said one began.

Sections and states are added, never overwritten, so that a clinician can see what was agreed and
what came after. One row that is edited in place was turned down for that reason.
"""
