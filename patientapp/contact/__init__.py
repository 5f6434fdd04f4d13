"""Contact: what staff see and do about texts.

One person's log of texts, a new link at a press, the choices that a person makes about texts, a
death recorded; and texts to many people at once, which are prepared, looked at, approved (by a
second person when there are more than 50) and can be recalled for five minutes (SMS-08).

A room above `reminders`, because staff's texts go by the planner's rules: ceilings, consent and one
stream a person. Within the five minutes no text exists yet: a new link would have ended the older
one, and a recalled text would leave somebody with a dead link.
"""
