"""Education: what people learn about living with pain, by themselves and in a programme.

A *programme* is a course of *sessions* with a register; a *place* is one person's seat in it, and
there are never more than the contract allows (15 in 001). An *offer* is what was said to a person
about learning: considered, offered, discussed, accepted or declined, by which route. Attending,
starting and completing are events of the episode, and what completes a programme is a setting of
the contract. Files of the programme begin with `programme_`.
"""
