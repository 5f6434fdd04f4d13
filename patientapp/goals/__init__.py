"""Goals: what a patient aims for, has practised, hopes for and wants to talk about (C58, N35, N44, D17).

All of it is the patient's own words, chosen before a visit. A *goal* keeps every state it was in, so
that each review can be seen; *words* (to talk about, hoped for, practised) are added, and the newest
of a kind is the one that counts. Staff read them first of all on the timeline and review goals there.
"""
