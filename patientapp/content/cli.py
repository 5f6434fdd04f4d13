"""`patientapp content`: what there is to read, how hard it is to read, and who stands by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import click

from patientapp.clock import now
from patientapp.content import catalogues, readability
from patientapp.content.cards import FOLDER
from patientapp.content.library import SOURCE, Library, default_library
from patientapp.content.page import BrokenContent
from patientapp.content.signing import sign, signatures
from patientapp.content.standing import As, is_signed, needed, review
from patientapp.workdays import london_day

OLDEST, MIDDLE = 11, 10  # reading age: none over, and the median at most (issue 6)


@dataclass(frozen=True)
class Signable:
    """One thing that a person can stand by."""

    key: str
    digest: str
    needs: frozenset[As]


@click.group(invoke_without_command=True)
@click.pass_context
def content(context: click.Context) -> None:
    """List the pages about living with pain: reading age, version, and who has signed them.

    \b
    Example:
      patientapp content
      patientapp content check
      patientapp content sign sleep/en --name "R. Sample" --as clinician
      patientapp content sign ur --name "A. Sample" --as language
    """
    if context.invoked_subcommand is None:
        for line in _listing(_library()):
            click.echo(line)


@content.command()
def check() -> None:
    """Read every page and card; exit 1 where English is too hard to read.

    \b
    Example: patientapp content check
    """
    library = _library()
    ages = {page.key: readability.read(page).age for page in library.topics}
    hard = [f"{key} is for age {age}" for key, age in ages.items() if age > OLDEST]
    if ages and (middle := median(ages.values())) > MIDDLE:
        hard.append(f"half of the pages are for age {middle} or more")
    for line in hard:
        click.echo(f"too hard: {line}", err=True)
    if hard:
        raise SystemExit(1)
    click.echo(f"{len(library.pages)} pages and {len(library.cards)} sets of safety cards are sound.")


@content.command("sign")
@click.argument("what")
@click.option("--name", required=True, help="Who has read it: a person's name.")
@click.option("--as", "signed_as", type=click.Choice([one.value for one in As]), default="clinician")
def sign_command(what: str, name: str, signed_as: str) -> None:
    """Record that a named person has read WHAT and stands by it.

    WHAT is a page (sleep/en), safety cards (safety-cards/ur), or a language (ur: the words of the
    screens and texts). A translation needs two: a person who reads the language, and a clinician.

    \b
    Example: patientapp content sign sleep/en --name "R. Sample" --as clinician
    """
    if not name.strip():
        raise click.UsageError("--name is empty: a signature is a person's")
    found = {one.key: one for one in signable(_library())}.get(what)
    if found is None:
        raise click.UsageError(f"there is no {what}; `patientapp content` lists what there is")
    today = london_day(now())
    sign(what, found.digest, name=name.strip(), signed_as=As(signed_as), on=today)
    given = {one.signed_as for one in signatures() if (one.key, one.digest) == (what, found.digest)}
    missing = ", ".join(sorted(found.needs - given)) or "nobody"
    click.echo(f"{what} is signed by {name.strip()} as {signed_as}. Still to sign: {missing}.")


def signable(library: Library) -> Iterator[Signable]:
    """Everything that wants a signature."""
    for page in library.pages.values():
        yield Signable(page.key, page.digest, needed(page.lang))
    for cards in library.cards.values():
        yield Signable(cards.key, cards.digest, needed(cards.lang))
    for catalogue in catalogues.found():
        yield Signable(catalogue.lang, catalogue.digest, frozenset({As.LANGUAGE}))


def _library() -> Library:
    try:
        return default_library()
    except BrokenContent as error:
        raise click.UsageError(str(error)) from None


def _listing(library: Library) -> Iterator[str]:
    today, signed = london_day(now()), signatures()
    yield f"{'page':<28}{'version':>8}{'words':>7}{'age':>6}{'a sentence':>12}  {'standing':<12}signed by"
    ages = []
    for page in sorted(library.pages.values(), key=lambda one: (one.lang != SOURCE, one.lang, one.id)):
        state = review(page, signed, today)
        figures = f"{len(page.text.split()):>7}{'':>6}{'':>12}"
        if page.lang == SOURCE:
            read = readability.read(page)
            ages.append(read.age)
            figures = f"{read.words:>7}{read.age:>6}{read.average:>7.1f} /{read.longest:>3}"
        old = " English has changed since" if library.is_out_of_date(page) else ""
        who = ", ".join(state.names) or "nobody"
        yield f"{page.key:<28}{page.version:>8}{figures}  {state.standing:<12}{who}{old}"
    for lang, cards in sorted(library.cards.items()):
        state_of = "signed" if is_signed(cards.key, cards.digest, signed, by=needed(lang)) else "unsigned"
        yield f"{FOLDER + '/' + lang:<28}{cards.version:>8}{'':>25}  {state_of}"
    yield from _languages()
    yield f"Reading age in English: median {median(ages):.1f}, highest {max(ages):.1f}."


def _languages() -> Iterator[str]:
    for one in catalogues.found():
        state = "signed" if catalogues.is_signed(one) else "unsigned"
        yield f"{one.lang:<28}{'':>8}{one.translated:>7} of {one.messages} messages      {state}"


commands = [content]
