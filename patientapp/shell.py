"""What every command of the shell shares: who typed it, and a refusal in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from patientapp.errors import NotFound, Problem, Unavailable


def actor() -> str:
    """Who acts, for the audit: the account of this machine by its number."""
    return f"shell:{os.getuid()}"


@contextmanager
def refusals(*, missing: str = "There is nothing of that name.") -> Iterator[None]:
    """A refusal of ours becomes the caller's mistake: one line that says what to do, and exit 2."""
    try:
        yield
    except Unavailable as error:
        raise click.ClickException(error.detail) from None
    except NotFound:
        raise click.UsageError(missing) from None
    except Problem as error:
        said = " ".join(words for each in error.fields.values() for words in each)
        raise click.UsageError(said or error.detail) from None


def secret_of(what: str) -> str:
    """A secret from a prompt, twice, or from the first line of standard input; never from the command."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, confirmation_prompt=True))
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.UsageError(f"{what}: give it on standard input, as one line.")
    return given
