"""The register of signatures: one file of the service's own data, added to and never rewritten."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path

from patientapp.content.page import BrokenContent
from patientapp.content.standing import As, Signature

FILE = "content-signatures.toml"


def register_file() -> Path:
    """Where the register lies: PATIENTAPP_DATA_DIR, which is backed up with the database."""
    return Path(os.environ.get("PATIENTAPP_DATA_DIR", "var")) / FILE


def signatures(file: Path | None = None) -> tuple[Signature, ...]:
    """All that was signed here; a signature made in a shell is seen by every worker at once."""
    file = file or register_file()
    with suppress(FileNotFoundError):
        told = file.stat()
        return _read(file, told.st_mtime_ns, told.st_size)
    return ()


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int, _size: int) -> tuple[Signature, ...]:
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8")).get("signed", [])
        return tuple(
            Signature(
                key=row["key"],
                digest=row["digest"],
                name=row["name"],
                signed_as=As(row["signed_as"]),
                on=row["on"],
            )
            for row in rows
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise BrokenContent(f"{file}: signed: {error}") from None


def sign(key: str, digest: str, *, name: str, signed_as: As, on: date, file: Path | None = None) -> None:
    """Add one signature; what was signed before stays."""
    file = file or register_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        "[[signed]]",
        f"key = {_quoted(key)}",
        f"digest = {_quoted(digest)}",
        f"name = {_quoted(name)}",
        f"signed_as = {_quoted(signed_as.value)}",
        f"on = {on.isoformat()}",
        "",
    ]
    with file.open("a", encoding="utf-8") as register:
        register.write("\n".join([*lines, ""]))
        register.flush()
        os.fsync(register.fileno())


def _quoted(text: str) -> str:
    """As a TOML string; names carry accents and apostrophes, never control characters."""
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise BrokenContent("a name is one line of plain text")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
