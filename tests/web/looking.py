"""Pages read as a browser reads them."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, render_template_string

from tests.web import gallery


def fetch(app: Flask, name: str, state: str = "") -> str:
    answer = app.test_client().get(f"/{name}{state}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def parse(page: str) -> Element:
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(page)
    return tree


def every(tree: Element, tag: str) -> list[Element]:
    """All elements of a name, those of a picture too."""
    return [e for e in tree.iter() if str(e.tag).rpartition("}")[2] == tag]


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def render(app: Flask, body: str, **context: Any) -> str:
    with app.test_request_context():
        return render_template_string(gallery.HEAD + body + "{% endblock %}", **context)
