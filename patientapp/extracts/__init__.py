"""Extracts: what other systems pull, by page or as a stream, and what `patientapp export` writes.

A *change* is pulled by its follow-up: the reader says from when on (`since`) and is told until when
the answer is complete, so that nothing is missed and nothing is asked for twice. Streams read a
batch at a time and keep nothing, so a service of any size goes through in constant memory. Every
download stands in the audit before its first byte (OPS-01). Queueing extracts as files was turned
down: a file of answers on a disk is one more place to lose them from.
"""
