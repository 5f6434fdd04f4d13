"""PIFU, patient-initiated follow-up: the agreement to come back, the request, its receipt.

An *agreement* is made by a person and their clinician: a window of days, the changes that are a
reason to ask, who may ask, when we look in by ourselves. A *request* asks to be seen again inside
that window. It is one work item: raised is "sent", taken is "read", closed is "answered", so a
request has no state of its own that could differ from what staff did (CLIN-08). Each *press* of
"Send my request" is kept; while a request is open, a press joins it.

What a person has filled in so far is kept on the server as a *draft* after each page, so another
phone goes on where this one stopped. A draft is the one thing here that is overwritten.
"""
