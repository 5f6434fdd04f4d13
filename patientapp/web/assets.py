"""The built front end: which file stands behind a plain name such as `app.css`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path


class NotBuiltError(RuntimeError):
    """The folder of styles and scripts is not there."""


def load_manifest(folder: Path, *, base: str = "/static/") -> Callable[[str], str]:
    """A function from plain names to addresses; raises NotBuiltError where the build has not run.

    The addresses change with the content of the files, so a browser may keep each for ever.
    """
    names = _read(folder / "manifest.json")
    addresses = {name: base + hashed for name, hashed in names.items()}

    def asset(name: str) -> str:
        """The address of one built file; KeyError for a name that the build does not make."""
        return addresses[name]

    return asset


def _read(manifest: Path) -> dict[str, str]:
    try:
        names = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuiltError(f"{manifest} is missing: build the front end with `make frontend`") from None
    except ValueError as fault:
        raise NotBuiltError(f"{manifest} is damaged ({fault}): run `make frontend` again") from None
    return {str(name): str(hashed) for name, hashed in names.items()}


def read_built(folder: Path, name: str) -> bytes:
    """The content of one built file, for a script that must live at an address of its own."""
    return (folder / _read(folder / "manifest.json")[name]).read_bytes()
