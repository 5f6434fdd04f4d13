"""Replies: what people text back (SMS-12, CLIN-03).

A sender's number can be forged or shared, so a reply may only do what the one open text to that
number lists (keep, change, cancel a visit), reveals nothing, is confirmed by text and can be undone.
Everything else is for a person to read: a *reply* keeps the words as sent, for the staff of that
patient only. Risk words may raise an alert and never lower one; nobody is told that texts are read
for them. `words.toml` and `risk_phrases.toml` are data with an owner and a review date.
"""
