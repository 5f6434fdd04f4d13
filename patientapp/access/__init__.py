"""Access: who asks, and what they may.

A *viewer* is the person behind a request, made from their credential and from nothing else
(SEC-02). A *permission* is one thing to do; `matrix.py` is a table of which roles hold it. A route
says which permission it needs with `@requires`, or that it needs none with `@public`; the app does
not start while a route says neither (SEC-01).
"""
