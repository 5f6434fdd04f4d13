"""Prints the coverage table: python -m tests.requirements."""

from tests.requirements.coverage import coverage

print("\n".join(coverage().lines()))
