"""Reminders: when to text whom about what, and whether it worked.

The planner is pure: `facts.py` is what it knows of one person, `courses.py` and `visits.py` say which
texts a pack or a visit calls for and when, `rules.py` decides over all of them at once: one stream a
person. `actions.plan` reads only people whose row says that it is time (patients/looks.py), many in
a few reads, and records each person's texts in a transaction of their own, on facts that it makes
sure nobody has changed since. Planning twice is harmless: the planner is told which texts exist and
the outbox's unique key backs it. A link is made when its text can leave, not the night before, for
each new link ends the older one.

`trials.py` allocates wordings that are compared; `results*.py` are the figures. Looking at every
open pack at each tick was turned down: it costs the same when nothing is due. A look-up table by
pack and visit was, too: what one text must wait for is often another text to the same person.

Not here yet: the window to come back (PIFU) and weekly learning, whose rooms are not built.
"""
