"""Links: tokens in texts, made, hashed, resolved and killed (LINK-01 to LINK-06).

A token is an HMAC of the link's id under a key that is not in the database, so the text can be
written again at the moment of sending, nothing readable is stored, and a copied database opens no
link. One link serves one patient, one purpose and one pack.
"""
