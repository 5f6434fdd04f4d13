"""Education: what people learn about living with pain, by themselves and in a programme.

*The library.* Everybody may read without signing in; a page is the same for all and holds nothing
personal. What strangers do is a *tally* without a person, per month. What a patient does is a *mark* on
their own record: *offered* by staff or by the calendar (again after discharge, N43), *opened*, *done*,
*helpful*. Looking never counts (SEC-08): opening is told by a small POST of the page itself, so that
nobody's mail scanner "reads". The *directory* is a file per service, checked before it is shown; an
editor with a table was turned down until a service asks: it changes a few times a year.

*The programme* is a course of *sessions* with a register; a *place* is one person's seat in it, and
there are never more than the contract allows (15 in 001). An *offer* is what was said to a person
about learning: considered, offered, discussed, accepted or declined, by which route. Attending,
starting and completing are events of the episode, and what completes a programme is a setting of
the contract. Files of the programme begin with `programme_`.
"""
