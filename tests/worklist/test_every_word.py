"""Every place where a patient or a carer can write: a cry for help there is heard (CLIN-03, P6).

The places are found in the pages themselves, so that a new one is in this test the day it is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element

import html5lib
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from patientapp.worklist.models import WorkItem
from tests.architecture.everywhere import KEPT, PATIENT, world
from tests.desk import forget_form_token

CRY = "I cannot go on and I want to kill myself"
OF_NOBODY = ("/feedback/",)  # nobody's name is kept with it, so nobody could be called (OPS-07)
NOT_WORDS = ("/date-of-birth", "/caring/code", "/q/")  # a day, a code and a link's own page
STRUCTURED = {"mobile", "day", "month", "year", "vas", "q"}  # a number or a day of their own shape
HEARD = {"risk_in_words", "risk_in_lost_words"}


def forms(page: str) -> Iterator[tuple[str, list[tuple[str, str]], list[str]]]:
    """Of each form that posts: where to, what a browser would send, and its places for words."""
    tree: Any = html5lib.parse(page, namespaceHTMLElements=False)
    for form in tree.iter("form"):
        if form.get("method") == "post":
            yield form.get("action"), list(_given(form)), list(_words(form))


def _given(form: Element) -> Iterator[tuple[str, str]]:
    seen = set()
    for field in form.iter("input"):
        name, kind = field.get("name", ""), field.get("type", "text")
        if kind == "hidden" or (kind in {"radio", "checkbox"} and name not in seen):
            seen.add(name)
            yield name, field.get("value", "")


def _words(form: Element) -> Iterator[str]:
    for field in form.iter("textarea"):
        yield field.get("name", "")
    for field in form.iter("input"):
        if field.get("type", "text") == "text" and field.get("inputmode") != "numeric":
            yield field.get("name", "")


@pytest.mark.slow
@pytest.mark.parametrize("script", [False, True], ids=["no script", "script"])
@pytest.mark.usefixtures("now")
def test_clin_03_p6_a_cry_for_help_is_heard_wherever_words_can_be_written(
    client: FlaskClient, session: Session, *, script: bool
) -> None:
    """CLIN-02, CLIN-03, P6: each free text of each page, with everything else filled in or nothing."""
    facts = world(client, session)
    tried, deaf = set(), []
    for address in [*PATIENT, *KEPT]:
        path = address.format(**facts)
        if path.startswith((*OF_NOBODY, *NOT_WORDS, "/api/")):
            continue
        for number, (to, _given_now, names) in enumerate(forms(client.get(path).text)):
            if to.startswith(NOT_WORDS):
                continue
            for name in sorted(set(names) - STRUCTURED):
                for whole in (True, False):
                    if not _is_heard(client, session, path, number, name, whole=whole, script=script):
                        deaf.append((to, name, "whole" if whole else "refused"))
                    tried.add((to, name))
    assert deaf == []
    assert len(tried) >= 8, sorted(tried)


def _is_heard(
    client: FlaskClient,
    session: Session,
    path: str,
    number: int,
    name: str,
    *,
    whole: bool,
    script: bool,
) -> bool:
    past = {"reason": "past", "source": WorkItem.source + uuid4().hex}
    session.execute(sa.update(WorkItem).values(past).execution_options(synchronize_session=False))
    session.commit()
    forget_form_token()
    found = list(forms(client.get(path).text))
    if number >= len(found):
        return True
    to, given, _names = found[number]
    kept = {"csrf_token", "idempotency_key", "seen"}
    data: dict[str, Any] = {key: value for key, value in given if whole or key in kept}
    headers = {"X-Sent-By": "script", "Idempotency-Key": uuid4().hex} if script else {}
    cry = f"{CRY} {uuid4().hex}"  # each time other words: nothing is heard twice over
    client.post(to or path, data=data | {name: cry}, headers=headers)
    return bool(HEARD & set(session.scalars(sa.select(WorkItem.reason))))
