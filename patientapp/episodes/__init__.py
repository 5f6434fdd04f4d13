"""Episodes: a patient's time with the service, from referral to discharge.

An *event* is something that happened on a London day (referral received, first appointment,
discharge) and is added, never changed: a correction is a later record of the same event, and the
newest record is the truth.
"""
