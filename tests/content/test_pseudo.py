"""No English is left over: a language made of marks, over every page that a patient can reach."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
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
    r"Moorside (?:Pain Service \d+|Pain|Hub)|Living with pain|Samaritans|Robin Staff|\b[A-Z]{4}\b|Sam\d+"
    r"|Sample\d+|Monday to Friday, 9am to 5pm"
    r"|https?://[\w./-]+|Pain that keeps me from walking for a week"
    r"|I wake at 3 every night|^Words$"
)
SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-words", "data-unsent", "data-sent")
UNTOUCHED = {"script", "style", "textarea", "path"}
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


def spoken(element: Element, *, ours: bool = True) -> Iterator[tuple[str, bool]]:
    """What is read out of it, and whether it is in the language of the page."""
    if not isinstance(element.tag, str) or element.tag in UNTOUCHED:
        return
    ours = element.get("lang", "ar" if ours else "") == "ar"
    yield element.text or "", ours
    yield from ((element.get(name, ""), ours) for name in SPOKEN)
    for child in element:
        yield from spoken(child, ours=ours)
        yield child.tail or "", ours


def left_over(page: str) -> list[str]:
    """The runs of English in it, without names and without what says that it is English."""
    tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
    assert tree.get("lang") == "ar", page[:300]
    said = list(spoken(tree))
    known = str(vars(default_library().cards["ar"]))
    known += "".join(one.title() for one in questionnaires())  # in the title no words can be marked
    title = " ".join(tree.find(".//title").itertext())
    known += " ".join(words for words, ours in said if not ours and words.strip() in title)
    runs = (run for words, ours in said if ours for run in RUNS.findall(NAMES.sub("", words)))
    return [run for run in runs if run not in known]


def test_section_2_no_english_is_left_over_on_a_patient_s_page(
    client: FlaskClient, session: Session, marks: Marks, tmp_path: Path
) -> None:
    """H13, N47: what is in no catalogue can be translated by nobody."""
    facts = world(client, session, language="ar")
    wrong = {}
    for address in [*PATIENT, *KEPT]:
        if address not in NOT_PATIENTS:
            page = client.get(address.format(**facts), headers={"Accept-Language": "ar"}).text
            wrong[address] = left_over(page)
    for shown, to, values in WRONG:
        form = form_of(client.get(shown.format(**facts), headers={"Accept-Language": "ar"}).text)
        answer = client.post(to.format(**facts), data=form | values, headers={"Accept-Language": "ar"})
        assert answer.status_code in {422, 400}, (to, answer.status_code)
        wrong[f"POST {to}"] = left_over(answer.text)
    assert {address: found for address, found in wrong.items() if found} == {}
    assert sorted(marks.asked - found_in_code(tmp_path / "messages.pot")) == []


def found_in_code(target: Path) -> set[str]:
    """Every message that `make words` finds, by its first form."""
    keys = ["-k", "gettext", "-k", "ngettext:1,2", "--omit-header", "-o", str(target)]
    babel = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "pyproject.toml"]
    subprocess.run([*babel, *keys, "."], cwd=ROOT, check=True)
    with target.open("rb") as words:
        return {one.id[0] if isinstance(one.id, tuple) else one.id for one in read_po(words)}
