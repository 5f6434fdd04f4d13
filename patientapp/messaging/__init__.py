"""Messaging: the outbox, and the port through which texts leave (SMS-01 to SMS-07).

A text is *due* when recorded, *claimed* by one dispatcher, *sending* just before the carrier is
called, then *accepted*, *refused* or *unknown*; later *delivered* or *undelivered*. One that is past
its use is *expired*, one whose cause has ended *withdrawn*: who ends the cause withdraws the text in
the same transaction, so a claim can never win against a finished task. The body is written when it
is sent and never stored, so no token lies in a table.

What decides: `rules.py`, `claim_rules.py`, `pace.py` (the account's rate), `evidence_rules.py` (when a
text may go again), `carrier_codes.py` and `webhook_rules.py`. The way out: `claims.py` takes due texts,
`dispatcher.py` and `sending.py` send them in `lanes.py`, `outcomes.py` records what came of it, and
every step goes through `moves.py`. `gateway.py` is the port; `twilio.py` over `carrier_http.py` and
`phone.py`, for demonstrations, are its adapters. The way back: `webhooks.py` hears the carrier,
`settling.py` asks it, both record through `reports.py`; `inbound.py` queues what people text us for
`replies`. `switch.py` is the one row that stops or slows all dispatchers, `checking.py` what comes
after a restore, `heartbeats.py` and `gauges.py` what is watched.

An unknown text is never sent again by guess (SMS-04). A lock around claims was preferred to counting
optimistically, for the ceilings must hold with any number of dispatchers; calls are not under it.
Threads only call: a thread that also wrote would need a session of its own, and one commit for ten
texts costs what one for one costs. A hash of each body is kept, because words of a template or a
service may change between the call and the search for it in the carrier's list.
"""
