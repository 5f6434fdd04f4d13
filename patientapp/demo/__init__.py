"""Demonstration: an invented service with invented people at every stage, the same for each seed.

It goes through the same actions as the app, at times of its own choosing, so that what it shows is
what the app does. Nothing here runs in production.
"""
