"""Files that are read as a stream and written whole or not at all; `-` is standard input or output."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from errno import EISDIR
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reading(name: str) -> Iterator[tuple[BinaryIO, int]]:
    """A file, or standard input, with its size where that is known."""
    if name == "-":
        yield sys.stdin.buffer, 0
        return
    with open(name, "rb") as stream:
        yield stream, os.fstat(stream.fileno()).st_size


@contextmanager
def writing(name: str) -> Iterator[BinaryIO]:
    """A file that appears whole under its name at the end, or never."""
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name)
    if path.is_dir():
        raise IsADirectoryError(EISDIR, "is a folder", name)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            os.fchmod(out.fileno(), 0o666 & ~_umask())
            yield out
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
