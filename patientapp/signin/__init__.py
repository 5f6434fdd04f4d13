"""Signing in: turns a credential into a Viewer, and nothing else does.

Patients come by a link and a date of birth (LINK-03, LINK-04); staff by password and a second
factor (SEC-10). Both get a server-side session whose secret is in a signed cookie; the database
holds only its hash, and is asked at every request, so that ending a session, a link or a role bites
at once. When a session was last used stands in the cookie, re-signed at each answer: reading a
page changes nothing in the database (SEC-08).
"""
