"""What each macro promises."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.web import gallery
from tests.web.looking import every, fetch, parse, render, words


@pytest.fixture(scope="module")
def app() -> Flask:
    return gallery.make()


@pytest.mark.parametrize("show", ["words", "row"])
@pytest.mark.parametrize("chosen", [0, 3])
def test_an_earlier_answer_is_still_chosen(app: Flask, show: str, chosen: int) -> None:
    options = "[(0, 'a'), (1, 'b'), (3, 'd')]"
    body = f"{{{{ question('{show}', 'q', 'Q', {options}, low='l', high='h', chosen=c) }}}}"
    tree = parse(render(app, body, c=chosen))
    checked = [e.get("value") for e in tree.iter("input") if e.get("checked") is not None]
    assert checked == [str(chosen)]


def test_end_words_stand_beside_the_numbers_and_in_the_hint(app: Flask) -> None:
    tree = parse(fetch(app, "row"))
    labels = [words(e) for e in tree.iter("label")]
    assert labels[0] == "0 None at all"
    assert labels[-1] == "10 As strong as I can picture"
    assert labels[1:-1] == [str(n) for n in range(1, 10)]
    hint = next(e for e in tree.iter("div") if e.get("id") == "worst-hint")
    assert words(hint) == "0 is: None at all. 10 is: As strong as I can picture."


def test_the_scale_is_hidden_from_screen_readers_and_the_box_is_not(app: Flask) -> None:
    tree = parse(fetch(app, "vas"))
    box = next(e for e in tree.iter("input") if e.get("type") == "text")
    assert (box.get("inputmode"), box.get("value"), box.get("id")) == ("numeric", "", "vas")
    picture = next(tree.iter("figure"))
    assert picture.get("aria-hidden") == "true"
    assert box not in list(picture.iter())
    mark = next(e for e in picture.iter() if e.get("class") == "app-scale__mark")
    assert mark.get("visibility") == "hidden"


def test_a_number_is_typed_into_one_labelled_box(app: Flask) -> None:
    body = "{{ question('number', 'gp', 'How often?', label='0 to 99', hint='h', error='e', chosen=0) }}"
    tree = parse(render(app, body))
    box = next(e for e in tree.iter("input") if e.get("id") == "gp")
    assert (box.get("type"), box.get("inputmode"), box.get("value")) == ("text", "numeric", "0")
    assert (box.get("aria-describedby") or "").split() == ["gp-hint", "gp-error"]
    assert [words(e) for e in tree.iter("label") if e.get("for") == "gp"] == ["0 to 99"]
    assert [words(e) for e in tree.iter("h1")] == ["How often?"]


@pytest.mark.parametrize(
    "body",
    [
        "{{ question('words', 'q', bad, [(1, bad)], caption=bad, hint=bad, error=bad) }}",
        "{{ question('row', 'q', bad, [1, 2], low=bad, high=bad, hint=bad, lang='pl') }}",
        "{{ question('vas', 'q', bad, low=bad, high=bad, label=bad, chosen=bad) }}",
        "{{ question('number', 'q', bad, label=bad, hint=bad, error=bad, chosen=bad, lang='pl') }}",
        "{{ radios_plain('q', bad, [(bad, bad)], hint=bad, hints={bad: bad}) }}",
        "{{ checkboxes('q', bad, [(bad, bad)], error=bad) }}",
        "{{ text_input('q', bad, bad) }}{{ textarea('r', bad, bad) }}",
        "{{ date_of_birth(bad, bad, bad, bad, error=bad) }}",
        "{{ task_list([{'text': bad, 'status': bad, 'href': bad, 'hint': bad, 'kind': bad}]) }}",
        "{{ summary_list([{'text': bad, 'answer': bad, 'href': bad, 'change': bad}]) }}",
        "{{ confirmation(bad, bad) }}",
        "{{ table(bad, [bad], [[bad]]) }}{{ pagination(bad, bad) }}",
        "{{ patient_banner(bad, bad, bad) }}{{ status_tag(bad) }}{{ link_button(bad, bad) }}",
        "{{ chart('c', [(bad, 1, bad), (bad, 2, bad)], 0, 10, 'lower', bad, bad) }}",
    ],
)
def test_io_02_hostile_words_are_shown_as_words(app: Flask, body: str) -> None:
    bad = '"><script>alert(1)</script>'
    page = render(app, body, bad=bad, errors=[("q", bad)], back=bad, set_title=bad)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_safety_signs_are_short_and_numbers_can_be_called(app: Flask) -> None:
    tree = parse(fetch(app, "cards"))
    main = next(tree.iter("main"))
    signs = [words(e) for e in main.iter("li")]
    assert len(signs) == 18
    assert [sign for sign in signs if len(sign.split()) > 15] == []
    assert not [sign for sign in signs if re.search(r"\b(may|should)\b", sign)]
    calls = [e.get("href") for e in main.iter("a")]
    assert calls == ["tel:999", "tel:111", "tel:111", "tel:116123", "/words"]
    heads = [words(e) for e in main.iter("h2")]
    assert [head.split(": ")[0] for head in heads] == [
        "Immediate action required",
        "Urgent advice",
        "Advice",
    ]


@pytest.mark.parametrize(
    ("points", "drawn"),
    [
        ([], 0),
        ([("a", 3, "self")], 0),
        ([("a", 3, "self"), ("b", None, "self")], 0),
        ([("a", 3, "self"), ("b", 4, "self")], 2),
        ([("a", 3, "self"), ("b", None, "self"), ("c", 4, "self")], 2),
        ([("a", 3, "self"), ("a", 3, "self"), ("c", 0, "self")], 3),
    ],
)
def test_a_line_needs_two_scores_and_leaves_out_what_was_not_scored(
    app: Flask, points: list[Any], drawn: int
) -> None:
    body = "<h1>x</h1>{{ chart('c', p, 0, 10, 'higher', 'Label', 'Sentence.') }}"
    tree = parse(render(app, body, p=points))
    values = [e for e in tree.iter() if e.get("class") == "app-chart__value"]
    assert len(values) == drawn
    assert len({e.get("cx") for e in every(tree, "circle")}) == drawn
    line = [e.get("d", "") for e in tree.iter() if e.get("class") == "app-chart__line"]
    assert [len(re.findall("[ML]", d)) for d in line] == [drawn] * bool(drawn)


def test_a_chart_says_its_sentence_and_who_answered_by_shape(app: Flask) -> None:
    tree = parse(fetch(app, "scores"))
    picture = every(tree, "svg")[0]
    assert picture.get("role") == "img"
    said = [words(e) for e in every(picture, "desc")]
    assert said == ["Your answers suggest pain gets in your way less than in March."]
    points = [e for e in picture.iter() if e.get("class") == "app-chart__point"]
    shapes = [str(e.tag).rpartition("}")[2] for e in points]
    assert shapes == ["circle", "rect", "path"]
    assert "Lower is better." in words(next(tree.iter("figcaption")))
