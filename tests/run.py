"""Runs the tests and says what was skipped and why: a skipped lane fails unless ALLOW_SKIP=1."""

from __future__ import annotations

import os
import sys
from collections import Counter

import pytest

from tests.chromium import found

ACCEPT = ["tests/accept", "-p", "no:xdist", "-m", "accept"]
ALL = ["tests", "-n", "2", "--dist", "loadgroup", "-m", "not accept"]


class Skips:
    """Collects what was skipped and why."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a skipped test."""
        if report.skipped and isinstance(report.longrepr, tuple):
            self.reasons[str(report.longrepr[2])] += 1


def main(arguments: list[str]) -> int:
    """Exit 0 only when every test ran and passed."""
    skips = Skips()
    chosen = ACCEPT if "--accept" in arguments else ALL
    rest = [argument for argument in arguments if argument != "--accept"]
    code = int(pytest.main([*chosen, *rest], plugins=[skips]))
    if not found():
        skips.reasons["no Chromium: run `make browser`"] += 1
    for reason, times in sorted(skips.reasons.items()):
        print(f"skipped: {times} x {reason}")
    if not skips.reasons:
        print("skipped: nothing")
    elif not os.environ.get("ALLOW_SKIP"):
        print("A skipped test fails this run. ALLOW_SKIP=1 allows it.")
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
