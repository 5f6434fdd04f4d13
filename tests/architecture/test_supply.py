"""IO-09: what we stand on is pinned by hash, and names no address."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_io_09_every_dependency_is_pinned_by_hash() -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())
    for block in blocks:
        assert re.match(r"[a-z0-9_.-]+==[^\s;]+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


def test_io_09_npm_packages_are_pinned_by_hash() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for name, package in lock["packages"].items():
        if name:
            assert package.get("integrity"), name


def test_no_lock_holds_a_download_address() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"].values()
    assert not any("resolved" in package for package in packages)
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_io_09_every_library_that_we_import_is_named_by_us() -> None:
    """A library that only another one brings along may go or change without our noticing."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    ours = {re.split(r"[^A-Za-z0-9._-]", one)[0].lower().replace("_", "-") for one in named}
    brought = packages_distributions()
    for file in (ROOT / "patientapp").rglob("*.py"):
        for name in _imported(file) - set(sys.stdlib_module_names) - {"patientapp"}:
            homes = {home.lower().replace("_", "-") for home in brought[name]}
            assert homes & ours, f"{file}: {name}"


def _imported(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found
