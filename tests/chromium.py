"""Finds a Chromium, or installs one: `python -m tests.chromium --install`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def found() -> str | None:
    """The path of a Chromium on this machine: the system's, else the one Playwright fetched."""
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    fetched = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return str(fetched[-1]) if fetched else None


def install() -> int:
    """Install one with the system's packages where we may, else with Playwright."""
    if found():
        return 0
    print("Installing Chromium: about a minute, once.", flush=True)
    prefix = [] if os.getuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and (not prefix or shutil.which("sudo")):
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run([*prefix, "apt-get", "update", "-q"], check=False, **quiet)
        wanted = ["chromium", "fonts-dejavu-core"]
        done = subprocess.run(
            [*prefix, "apt-get", "install", "-qy", "--no-install-recommends", *wanted],
            check=False,
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            **quiet,
        )
        if done.returncode == 0 and found():
            return 0
    return subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv else not print(found()))
