"""Given locks, lost signals and old tabs, when an answer was given, it is kept and sent once."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.journeys.browser import Site, Someone, begin, drafts, phone, responses
from tests.journeys.hands import BIRTH_DATE, Finger, answer, button, finish, give_birth_date, heading

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HAND = Finger()
CHOSEN = "input:checked"


def test_rel_03_an_answer_given_after_the_idle_lock_is_kept(site: Site, page: Page) -> None:
    person = begin(site, page)
    answer(HAND, page, number=2)
    site.wait(minutes=31)
    answer(HAND, page, number=3)
    assert heading(page) == "Your date of birth"
    assert page.get_by_role("status").get_by_text("Your answers are saved.").is_visible()
    assert drafts(site, person) == {"q1": 2, "q2": 3}
    give_birth_date(HAND, page)
    HAND.choose(page, page.locator("input[value=self]"))
    HAND.press(page, button(page, "Continue"))
    HAND.press(page, button(page, "Continue"))
    assert page.url.endswith(person.question(3))


@pytest.mark.parametrize("address", ["/tasks", "/scores", "/tasks/{task}/check"])
def test_link_03_a_page_opened_after_the_lock_asks_for_the_date_of_birth(
    site: Site, page: Page, address: str
) -> None:
    person = begin(site, page)
    answer(HAND, page)
    site.wait(minutes=31)
    page.goto(address.format(task=person.tasks[0]))
    assert heading(page) == "Your date of birth"
    give_birth_date(HAND, page)
    assert heading(page) == "Who is answering?"


def come_back(page: Page, who: str) -> None:
    give_birth_date(HAND, page, BIRTH_DATE)
    HAND.choose(page, page.locator(f"input[value={who}]"))
    HAND.press(page, button(page, "Continue"))


def ready_to_send(site: Site, page: Page) -> Someone:
    person = begin(site, page, "collaborate")
    for _ in range(3):
        answer(HAND, page)
    assert heading(page) == "Check your answers"
    return person


def test_rel_03_what_was_sent_after_the_lock_goes_once_the_person_is_back(site: Site, page: Page) -> None:
    person = ready_to_send(site, page)
    site.wait(minutes=31)
    button(page, "Send my answers").tap()
    page.get_by_role("heading", name="Your date of birth").wait_for()
    assert responses(site, person) == []
    come_back(page, "helped")
    page.get_by_text("We already have your answers").wait_for()
    assert [one.answered_by for one in responses(site, person)] == ["helped"]


def test_without_script_sending_after_the_lock_leads_back_to_the_check_page(
    browser: Browser, site: Site
) -> None:
    context = phone(browser, site, java_script_enabled=False)
    page = context.new_page()
    person = ready_to_send(site, page)
    site.wait(minutes=31)
    HAND.press(page, button(page, "Send my answers"))
    assert heading(page) == "Your date of birth"
    assert responses(site, person) == []
    come_back(page, "self")
    HAND.press(page, button(page, "Continue"))
    HAND.press(page, button(page, "Send my answers"))
    assert heading(page) == "We have your answers"
    assert len(responses(site, person)) == 1
    context.close()


def test_sent_twice_and_back_after_sending_is_the_same_thank_you(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = ready_to_send(site, page)
    twin = context.new_page()
    twin.goto(page.url)
    for one in (page, twin):
        HAND.press(one, button(one, "Send my answers"))
        assert heading(one) == "We have your answers"
    page.go_back()
    page.reload()
    assert heading(page) == "We have your answers"
    assert len(responses(site, person)) == 1


def test_rel_04_a_stale_tab_never_overwrites_a_newer_answer(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = begin(site, page)
    stale = context.new_page()
    stale.goto(person.question(1))
    answer(HAND, page, number=6)
    answer(HAND, stale, number=0)
    assert stale.get_by_role("alert").get_by_text("You answered this again since").is_visible()
    assert stale.locator(CHOSEN).get_attribute("value") == "6"
    assert drafts(site, person) == {"q1": 6}
    answer(HAND, stale, number=1)
    assert drafts(site, person) == {"q1": 1}


def test_rel_04_a_stale_tab_after_sending_shows_thank_you(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = begin(site, page, "collaborate")
    stale = context.new_page()
    stale.goto(person.question(2))
    finish(HAND, page)
    answer(HAND, stale, number=9)
    assert heading(stale) == "We have your answers"
    assert [one.answers["q2"] for one in responses(site, person)] == [1]


def test_rel_03_a_lost_signal_keeps_the_answer_and_sends_it_when_it_is_back(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = begin(site, page)
    context.set_offline(True)
    HAND.choose(page, page.locator("input[type=radio]").nth(5))
    button(page, "Continue").tap()
    page.get_by_role("status").get_by_text("Not sent yet - kept on this phone.").wait_for()
    assert drafts(site, person) == {}
    with page.expect_navigation():
        context.set_offline(False)
    assert page.url.endswith(person.question(2))
    assert drafts(site, person) == {"q1": 5}
    assert page.evaluate("localStorage.length") == 0


def test_rel_03_a_signal_that_comes_back_during_a_try_is_not_missed(site: Site, page: Page) -> None:
    person = begin(site, page)
    tries: list[str] = []

    def weak(route: Route) -> None:
        tries.append(route.request.post_data or "")
        if len(tries) > 1:
            route.continue_()
            return
        page.evaluate("window.dispatchEvent(new Event('online'))")
        route.abort("internetdisconnected")

    page.route("**/questions/1", weak)
    HAND.choose(page, page.locator("input[type=radio]").nth(5))
    button(page, "Continue").tap()
    page.wait_for_url(f"**{person.question(2)}")
    assert len(tries) == 2
    assert len({text.split("idempotency_key=")[1].split("&")[0] for text in tries}) == 1
    assert drafts(site, person) == {"q1": 5}


def test_rel_03_without_signal_sending_is_not_called_sent(
    site: Site, page: Page, context: BrowserContext
) -> None:
    person = ready_to_send(site, page)
    context.set_offline(True)
    button(page, "Send my answers").tap()
    page.get_by_role("status").get_by_text("Not sent yet - kept on this phone.").wait_for()
    assert heading(page) == "Check your answers"
    assert responses(site, person) == []
    with page.expect_navigation():
        context.set_offline(False)
    assert heading(page) == "We have your answers"
    assert len(responses(site, person)) == 1


def hold_first_post(page: Page) -> list[Route]:
    """Hold back the first answer that is posted; the rest pass."""
    held: list[Route] = []

    def handle(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/questions/**", handle)
    return held


def test_p6_an_answer_changed_while_the_first_is_on_its_way_is_kept(site: Site, page: Page) -> None:
    person = begin(site, page)
    held = hold_first_post(page)
    answer_here(page, 2)
    page.wait_for_timeout(200)
    answer_here(page, 5)
    held[0].continue_()
    page.wait_for_url("**/questions/2")
    assert drafts(site, person) == {"q1": 5}


def test_p6_another_answer_after_a_lost_reply_is_another_act(site: Site, page: Page) -> None:
    person = begin(site, page)
    replies: list[Route] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not replies:
            replies.append(route)
            route.fetch(max_redirects=0)  # the server has it; its answer is lost
            route.abort()
        else:
            route.continue_()

    page.route("**/questions/**", lose)
    answer_here(page, 2)
    page.get_by_text("Not sent yet").wait_for()
    answer_here(page, 4)
    page.wait_for_url("**/questions/2")
    assert drafts(site, person) == {"q1": 4}


def test_clin_02_advice_shows_without_a_signal(site: Site, page: Page, context: BrowserContext) -> None:
    begin(site, page, "eq5d5l")
    for _ in range(4):
        answer(HAND, page)
    context.set_offline(True)
    page.locator("input[value='5']").check(force=True)
    button(page, "Continue").click()
    page.get_by_role("heading", name="Help for you now").wait_for()
    assert page.get_by_text("116 123").first.is_visible()
    context.set_offline(False)
    page.wait_for_url("**/advice/**")


def answer_here(page: Page, number: int) -> None:
    """Choose and press Continue without waiting for the next page."""
    page.locator(f"input[value='{number}']").check(force=True)
    button(page, "Continue").click(no_wait_after=True)
