"""Web: what all edges share, and nothing that knows a patient.

The API object and its errors, security headers, CSRF, idempotency keys, rate limits, the page
layout and its macros, and the built front end.
"""
