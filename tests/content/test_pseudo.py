"""No English is left over: a language made of marks, over every page that a patient can reach."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import flask_babel
import html5lib
import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.content.library import default_library
from patientapp.questionnaires.library import default_library as questionnaires
from tests.architecture.everywhere import KEPT, PATIENT, world
from tests.factories import form_of

ROOT = Path(__file__).parents[2]
HOLES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
RUNS = re.compile(r"[A-Za-z]{2,}(?:(?:[ ',]+|-)[A-Za-z]+)*")
# Names of people, places and services, and what people wrote themselves, are nobody's to translate.
NAMES = re.compile(
    r"Moorside (?:Pain Service \d+|Pain|Hub)|Living with pain|Samaritans|Robin Staff|\b[A-Z]{4,6}\b"
    r"|Sam\d+|Sample\d+|Monday to Friday, 9am to 5pm"
    r"|https?://[\w./-]+|Pain that keeps me from walking for a week"
    r"|I wake at 3 every night|^Words$"
)
VALUES = re.compile(rf"[0-9]|[٠-٩]|{NAMES.pattern}")
SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-words", "data-unsent", "data-sent")
# An article is a topic: content, whose own words and numbers a translator has placed.
UNTOUCHED = {"script", "style", "textarea", "path", "article"}
# What machines and their makers read.
NOT_PATIENTS = ("/api/v1/docs", "/problems/conflict")
# Forms sent empty or wrong, and what is said of it.
WRONG = [
    ("/date-of-birth", "/date-of-birth", {"day": "31", "month": "2", "year": "1975"}),
    ("/date-of-birth", "/date-of-birth", {"day": "1", "month": "2", "year": "1970"}),
    ("/who", "/who", {}),
    ("/tasks/{task}/questions/1", "/tasks/{task}/questions/1", {}),
    ("/tasks/{task}/questions/6", "/tasks/{task}/questions/6", {"vas": "200"}),
    ("/tasks/{task}/check", "/tasks/{task}/send", {}),
    ("/come-back/signs", "/come-back/signs", {}),
    *((f"/come-back/ask/{step}",) * 2 + ({},) for step in ("who", "changed", "help", "reach")),
    ("/feedback/{slug}", "/feedback/{slug}", {}),
    ("/flare-up/plan/first_day", "/flare-up/plan/first_day", {"words": "x" * 4001}),
]


class Marks:
    """Every message is a mark and its gaps; what is asked for is noted."""

    asked: set[str] = set()

    def ugettext(self, message: str) -> str:
        self.asked.add(message)
        return "⟦" + " ".join(HOLES.findall(message)) + "⟧"

    def ungettext(self, one: str, many: str, count: int) -> str:
        self.asked.add(one)
        return "⟦" + " ".join(HOLES.findall(many)) + "⟧"


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Marks:
    made = Marks()
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _self: made)
    return made


@dataclass(frozen=True)
class Run:
    """A piece of text as it stands on a page."""

    words: str
    ours: bool  # in the language of the page
    isolated: bool  # in `bdi`, or in an element with a direction of its own
    of: Element


def spoken(element: Element, *, ours: bool = True, isolated: bool = False) -> Iterator[Run]:
    """What is read out of it, piece by piece."""
    if not isinstance(element.tag, str) or element.tag in UNTOUCHED:
        return
    ours = element.get("lang", "ar" if ours else "") == "ar"
    isolated = isolated or element.tag == "bdi" or bool(element.get("dir") and element.tag != "html")
    yield Run(element.text or "", ours, isolated, element)
    for name in SPOKEN:
        yield Run(element.get(name, ""), ours, True, element)  # no markup can stand there
    for child in element:
        yield from spoken(child, ours=ours, isolated=isolated)
        yield Run(child.tail or "", ours, isolated, element)


def words_of_content() -> str:
    """The safety cards, and what lists say of topics."""
    library = default_library()
    topics = (f"{page.title} {page.summary}" for page in library.pages.values() if page.lang == "ar")
    return str(vars(library.cards["ar"])) + "".join(topics)


def left_over(tree: Any) -> list[str]:
    """The runs of English in it, without names and without what says that it is English."""
    said = list(spoken(tree))
    known = words_of_content() + " ".join(run.words for run in said if not run.ours)
    # In the title of a page no words can be marked: there stand names of questionnaires and topics.
    titles = {one.title() for one in questionnaires()} | {one.title for one in default_library().topics}
    known += " ".join(titles)
    runs = (found for run in said if run.ours for found in RUNS.findall(NAMES.sub("", run.words)))
    return [run for run in runs if run not in known]


def turned_round(tree: Any) -> list[str]:
    """The numbers, dates and names in it that stand in right-to-left words without a wall."""
    known = words_of_content()
    return [
        run.words.strip()
        for run in spoken(tree)
        if not run.isolated
        and run.of.tag not in {"title", "text"}
        and VALUES.search(run.words)
        and "".join(run.of.itertext()).strip() != run.words.strip()
        and run.words.strip() not in known
    ]


def pages(client: FlaskClient, facts: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """(address, tree) of every page that a patient who reads Arabic can reach, and of refusals."""
    reads = {"Accept-Language": "ar"}
    for address in [*PATIENT, *KEPT]:
        if address not in NOT_PATIENTS:
            yield address, client.get(address.format(**facts), headers=reads).text
    for shown, to, values in WRONG:
        form = form_of(client.get(shown.format(**facts), headers=reads).text)
        answer = client.post(to.format(**facts), data=form | values, headers=reads)
        assert answer.status_code in {422, 400}, (to, answer.status_code)
        yield f"POST {to}", answer.text


def trees(client: FlaskClient, session: Session) -> dict[str, Any]:
    """Every page of a patient who reads Arabic, read as a browser reads it."""
    facts = world(client, session, language="ar")
    made = {
        name: html5lib.parse(page, namespaceHTMLElements=False) for name, page in pages(client, facts)
    }
    assert {tree.get("lang") for tree in made.values()} == {"ar"}
    return made


def test_section_10_numbers_dates_and_names_are_never_turned_round(
    client: FlaskClient, session: Session, marks: Marks
) -> None:
    """Right to left: what is not Arabic stands in `bdi` or has its own direction."""
    found = {name: turned_round(tree) for name, tree in trees(client, session).items()}
    assert [f"{name}: {wrong}" for name, wrong in found.items() if wrong] == []


def test_section_2_no_english_is_left_over_on_a_patient_s_page(
    client: FlaskClient, session: Session, marks: Marks, tmp_path: Path
) -> None:
    """H13, N47: what is in no catalogue can be translated by nobody."""
    found = {name: left_over(tree) for name, tree in trees(client, session).items()}
    assert [f"{name}: {wrong}" for name, wrong in found.items() if wrong] == []
    assert sorted(marks.asked - found_in_code(tmp_path / "messages.pot")) == []


def found_in_code(target: Path) -> set[str]:
    """Every message that `make words` finds, by its first form."""
    keys = ["-k", "gettext", "-k", "ngettext:1,2", "--omit-header", "-o", str(target)]
    babel = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml"]
    subprocess.run([*babel, *keys, "."], cwd=ROOT, check=True)
    with target.open("rb") as words:
        return {one.id[0] if isinstance(one.id, tuple) else one.id for one in read_po(words)}
