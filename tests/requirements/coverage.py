"""Which requirements stand in the name or docstring of a test."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent
SHARED = TESTS.parent.parent / "shared/reference/requirements.md"
NAMED = re.compile(r"_([bcdnh]\d{2})(?=_|\Z)")
SAID = re.compile(r"\b([BCDNH])(\d{2})(?: to ([BCDNH])(\d{2}))?\b")
ROW = re.compile(r"\| ([BCDNH]\d{2}) \|.*\|([^|]*)\|\s*\Z")


@dataclass(frozen=True)
class Coverage:
    """Every id, the tests that serve it, and the reasons of those that none does."""

    ids: tuple[str, ...]
    least_served: int
    served: dict[str, list[str]]
    reasons: dict[str, str]

    @property
    def neither(self) -> list[str]:
        """Ids that no test serves and no reason explains."""
        return [one for one in self.ids if one not in self.served and one not in self.reasons]

    def lines(self) -> Iterator[str]:
        """The table."""
        for one in self.ids:
            tests = self.served.get(one)
            yield f"{one}  " + (", ".join(tests[:2]) if tests else self.reasons.get(one, "NO REASON"))
        reasons = len(self.ids) - len(self.served) - len(self.neither)
        counted = f"{len(self.served)} served, {reasons} with a reason, {len(self.neither)} neither"
        yield f"{len(self.ids)} requirements: {counted}"


def coverage() -> Coverage:
    """Read the tests and the data file."""
    data = tomllib.loads((HERE / "requirements.toml").read_text(encoding="utf-8"))
    ids = tuple(data["ids"])
    served: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, found in _served_by(path):
            for one in found & set(ids):
                served.setdefault(one, []).append(f"{path.relative_to(TESTS)}::{test}")
    return Coverage(ids, data["least_served"], served, data["not_served"])


def _served_by(path: Path) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            named = {one.upper() for one in NAMED.findall(node.name)}
            yield node.name, named | set(_said(ast.get_docstring(node) or ""))


def _said(text: str) -> Iterator[str]:
    for letter, first, other, last in SAID.findall(text):
        to = int(last) if other == letter else int(first)
        yield from (f"{letter}{number:02d}" for number in range(int(first), to + 1))


def reference() -> tuple[str, ...] | None:
    """The ids of the reference itself where it lies beside this checkout."""
    if not SHARED.is_file():
        return None
    rows = [ROW.match(line) for line in SHARED.read_text(encoding="utf-8").splitlines()]
    return tuple(row[1] for row in rows if row and row[2].split()[0] in ("IN", "PART"))
