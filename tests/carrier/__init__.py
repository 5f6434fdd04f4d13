"""A carrier on loopback that speaks Twilio's HTTP API for texts, keeps a ledger, and fails to plan.

A tool of the tests and of `make accept`; `python -m tests.carrier` starts one for a person. Every
request and answer is held against Twilio's published description, which is read from
../shared/reference at the time and never copied into this repository.
"""
