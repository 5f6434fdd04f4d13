"""The commands of this room on a root of their own, in this process or in another."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from patientapp.questionnaires.cli import commands

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

ROOT = click.Group("patientapp", commands={command.name or "": command for command in commands})
# A run in the background ignores SIGINT, and its children with it.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
PROGRAM += "from tests.questionnaires.commands import ROOT; ROOT()"


def run(*words: str, typed: bytes = b"") -> Result:
    """One command, with what it is given on standard input."""
    return CliRunner().invoke(ROOT, list(words), input=typed)


def rows_of(result: Result) -> list[dict[str, str]]:
    """The output as rows, by column; plain tables only."""
    assert result.exit_code == 0, result.output
    header, *lines = result.stdout.splitlines()
    names = header.split(",")
    return [dict(zip(names, line.split(","), strict=True)) for line in lines]


def started(*words: str, folder: Path) -> subprocess.Popen[bytes]:
    """The same in a process of its own, which can be stopped."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(path or "." for path in sys.path), "PATH": ""},
    )
