"""Answers that cannot be sent, and sessions about to lock, in a real browser (REL-03, LINK-03)."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def answer(page: Page, label: str = "Some trouble") -> None:
    page.get_by_label(label).check()
    page.get_by_role("button", name="Continue").click()


def emptied(page: Page) -> bool:
    """Whether the phone lets go of what it kept, in a few seconds."""
    for _ in range(100):
        with suppress(Error):  # the page may be on its way to the next one
            if page.evaluate("localStorage.length") == 0:
                return True
        page.wait_for_timeout(50)
    return False


def test_rel_03_an_answer_without_signal_is_kept_said_and_sent_later(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/words")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.method == "POST" else None)
    phone.set_offline(True)
    answer(page)
    status = page.get_by_role("status")
    status.get_by_text("Not sent yet - kept on this phone.").wait_for()
    stored = page.evaluate("JSON.stringify(localStorage)")
    assert "mo" in stored
    assert "token-of-this-page" not in stored
    page.get_by_role("button", name="Try again").click()
    phone.set_offline(False)
    page.wait_for_url("**/done")
    assert len(set(sent)) == 1
    assert "idempotency_key=key-0123456789" in sent[0]
    assert "mo=3" in sent[0]
    assert "act=answer" in sent[0]
    assert page.evaluate("localStorage.length") == 0


def test_rel_03_a_kept_answer_is_sent_when_a_page_is_opened_again(phone: BrowserContext) -> None:
    page = phone.new_page()
    page.goto("/words")
    phone.set_offline(True)
    answer(page)
    page.get_by_text("Not sent yet").wait_for()
    page.close()
    phone.set_offline(False)
    again = phone.new_page()
    with again.expect_request("**/send/words") as request:
        again.goto("/tasks")
    assert "mo=3" in (request.value.post_data or "")
    assert emptied(again)


@pytest.mark.parametrize("status", [503, 500, 429])
def test_rel_07_an_answer_refused_for_now_stays_kept(page: Page, status: int) -> None:
    page.goto("/words")
    page.route("**/send/words", lambda route: route.fulfill(status=status))
    answer(page)
    page.get_by_text("Not sent yet - kept on this phone.").wait_for()
    assert page.evaluate("localStorage.length") == 1


def test_rel_03_an_answer_after_the_lock_is_kept_for_the_way_back(page: Page) -> None:
    page.goto("/words")
    page.route("**/send/words", lambda route: route.fulfill(status=401))
    with page.expect_navigation():
        answer(page)
    assert page.evaluate("localStorage.length") == 1
    page.unroute("**/send/words")
    page.goto("/tasks")
    assert emptied(page)


def test_rel_03_a_phone_that_refuses_storage_says_stay(page: Page) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
    )
    page.goto("/words")
    page.route("**/send/words", lambda route: route.abort())
    answer(page)
    page.get_by_text("Stay on this page until you see Sent.").wait_for()
    assert page.url.endswith("/words"), "and stays where the answer is"
    page.unroute("**/send/words")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/done")


def test_the_servers_own_page_is_shown_when_it_has_one(page: Page) -> None:
    page.goto("/words")
    body = "<h1>Choose an answer, or skip this question</h1>"
    page.route(
        "**/send/words",
        lambda route: route.fulfill(status=422, body=body, content_type="text/html"),
    )
    page.get_by_role("button", name="Skip this question").click()
    page.get_by_role("heading", name="Choose an answer").wait_for()
    assert page.get_by_text("Not sent yet").count() == 0, "the server has answered: nothing waits"


def test_skipping_sends_skip_and_no_answer(page: Page) -> None:
    page.goto("/row")
    with page.expect_request("**/send/row") as request:
        page.get_by_role("button", name="Skip this question").click()
    assert "act=skip" in (request.value.post_data or "")
    assert "worst=" not in (request.value.post_data or "")


def test_link_03_the_lock_warns_two_minutes_before_and_can_be_put_off(page: Page) -> None:
    page.clock.install()
    page.goto("/scores?stay=1")
    warning = page.get_by_role("alert").filter(has_text="This page locks in 2 minutes")
    page.clock.run_for("27:50")
    assert warning.count() == 0
    page.clock.run_for("00:20")
    warning.wait_for()
    with page.expect_response("**/stay"):
        page.get_by_role("button", name="Stay here").click()
    page.locator("#idle").wait_for(state="hidden")
    page.clock.run_for("27:00")
    assert warning.count() == 0
    with page.expect_navigation():
        page.clock.run_for("03:10")
