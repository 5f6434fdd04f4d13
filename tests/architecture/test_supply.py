"""IO-09: what we stand on is pinned by hash, and names no address."""

from __future__ import annotations

import json
import re
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
