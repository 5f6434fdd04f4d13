"""What the build makes: its weight, its names, and nothing in it that reaches outside."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from time import process_time

import pytest
from flask import Flask, render_template

from patientapp.web import assets, sent
from tests.web import gallery

KB = 1024
asset = assets.load_manifest(gallery.STATIC, base="")


@pytest.fixture(scope="module")
def app() -> Flask:
    return gallery.make()


def sent_bytes(name: str) -> int:
    """What goes over the line for one built file."""
    return (gallery.STATIC / f"{asset(name)}.gz").stat().st_size


def page_bytes(app: Flask, name: str) -> int:
    return len(gzip.compress(app.test_client().get(f"/{name}").data, 6))


@pytest.mark.parametrize(
    ("names", "limit"),
    [
        (["app.css"], 24 * KB),
        (["app.rtl.css"], 24 * KB),
        (["app.js", "start.js"], 12 * KB),
        (["staff.css"], 6 * KB),
    ],
)
def test_styles_and_scripts_stay_light(names: list[str], limit: int) -> None:
    assert sum(map(sent_bytes, names)) <= limit


@pytest.mark.parametrize("name", sorted(gallery.PAGES))
def test_the_first_page_is_60_kb_all_in_and_a_next_question_8(app: Flask, name: str) -> None:
    files = sum(map(sent_bytes, ["app.css", "app.js", "start.js", "favicon.svg"]))
    page = page_bytes(app, name)
    assert page + files <= 60 * KB
    assert name not in gallery.QUESTIONS or page <= 8 * KB


def test_perf_4_a_question_costs_at_most_three_empty_pages(app: Flask) -> None:
    empty = '{% extends "web/page.html" %}{% block content %}<h1>x</h1>{% endblock %}'

    def cost(source: str) -> float:
        with app.test_request_context():
            template = app.jinja_env.from_string(source)
            context = {"error": None, **gallery.context()}
            template.render(context)
            start = process_time()
            for _ in range(300):
                template.render(context)
            return process_time() - start

    ratios = [cost(gallery.source("row")) / cost(empty) for _ in range(3)]
    assert min(ratios) <= 3


def test_io_02_styles_load_nothing_from_elsewhere() -> None:
    for name in ("app.css", "app.rtl.css", "staff.css", "staff.rtl.css"):
        styles = (gallery.STATIC / asset(name)).read_text()
        assert not re.findall(r"@import|@font-face", styles)
        for picture in re.findall(r"url\(([^)]*)\)", styles):
            assert (gallery.STATIC / picture.strip('"')).is_file()


def test_io_02_scripts_never_write_markup_or_run_text() -> None:
    script = (gallery.STATIC / asset("app.js")).read_text()
    assert "fetch(" in script
    assert not re.findall(r"innerHTML|insertAdjacent|document\.write|\beval\b|Function\(", script)


def test_right_to_left_styles_are_mirrored() -> None:
    left, right = ((gallery.STATIC / asset(n)).read_text() for n in ("app.css", "app.rtl.css"))
    assert ".nhsuk-form-group--error{padding-left:" in left
    assert ".nhsuk-form-group--error{padding-right:" in right


def test_each_file_is_named_by_its_content_and_has_a_small_twin() -> None:
    names = json.loads((gallery.STATIC / "manifest.json").read_text())
    assert {"app.css", "swagger/swagger-ui-bundle.js"} <= set(names)
    for hashed in names.values():
        content = (gallery.STATIC / hashed).read_bytes()
        assert gzip.decompress((gallery.STATIC / f"{hashed}.gz").read_bytes()) == content
    assert asset("app.css") == names["app.css"]
    with pytest.raises(KeyError):
        asset("no-such-file.css")


@pytest.mark.parametrize(("content", "said"), [(None, "missing"), ("{", "damaged")])
def test_a_missing_build_says_what_to_do(tmp_path: Path, content: str | None, said: str) -> None:
    if content:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(assets.NotBuiltError, match=rf"{said}.*make frontend"):
        assets.load_manifest(tmp_path)


def test_our_script_is_told_the_next_page_and_everyone_else_is_redirected(app: Flask) -> None:
    client = app.test_client()
    plain = client.post("/send/words")
    assert (plain.status_code, plain.headers["Location"]) == (303, "/done")
    told = client.post("/send/words", headers={sent.SENT_BY: "page"})
    assert (told.status_code, told.headers[sent.NEXT], told.data) == (204, "/done", b"")
    assert "Location" not in told.headers


def test_the_api_description_is_drawn_from_our_own_files(app: Flask) -> None:
    with app.test_request_context():
        page = render_template("web/api-docs.html", spec_url="/api/openapi.json")
    assert 'data-url="/api/openapi.json"' in page
    assert re.findall(r'(?:src|href)="(?!/)', page) == []
