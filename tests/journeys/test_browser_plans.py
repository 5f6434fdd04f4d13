"""Given a person with pain, when they make a plan on a small phone, it is there on a hard day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from patientapp import i18n
from patientapp.education.programme_actions import join
from patientapp.episodes.models import Episode
from patientapp.patients.models import Patient
from patientapp.plans import actions
from patientapp.plans.queries import plans_of
from patientapp.services.models import Service
from tests.appointments.world import patient_of
from tests.documents.test_actions import issued
from tests.education.test_programme import plan as plan_programme
from tests.factories import make_staff, staff_viewer
from tests.journeys.browser import Site, Someone, phone, someone, stand_at
from tests.journeys.hands import Finger, Keys, axe, button, heading
from tests.plans.world import make_agreed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"
ADDRESSES = [
    "/flare-up",
    "/flare-up/plan",
    "/flare-up/plan/first_day",
    "/flare-up/plan/people",
    "/flare-up/print",
    "/flare-up/print?size=large",
    "/flare-up/keep",
    "/flare-up/kept",
    "/letters",
    "/programme",
]


@pytest.fixture
def person(site: Site) -> Someone:
    return someone(site, "pseq")


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """A phone without script."""
    context = phone(browser, site, java_script_enabled=False)
    yield context.new_page()
    context.close()


def own(site: Site, person: Someone) -> Patient:
    with site.database() as session:
        return session.get_one(Patient, person.patient_id)


def agreed(site: Site, person: Someone) -> str:
    with site.database() as session:
        patient = session.get_one(Patient, person.patient_id)
        make_agreed(session, patient)
        actions.begin(patient_of(patient), patient.id, now=site.at)
        service = session.get_one(Service, person.service_id)
        clinician = staff_viewer(service, staff_id=make_staff(session, service).id)
        episode = session.query(Episode).filter_by(patient_id=patient.id).first()
        assert episode
        letter = issued(clinician, episode, "care_plan")
        join(clinician, plan_programme(clinician), episode.id, now=site.at)
        return str(letter.document.id)


def build(hand: Finger | Keys, page: Page) -> None:
    """From nothing to a plan that is shared, by touch or keys alone."""
    hand.press(page, button(page, "Make my plan"))
    hand.press(page, page.get_by_role("link", name="My first steps"))
    page.locator("input[name=picked]").first.check(force=True)
    hand.write(page, page.locator("#words"), "Ring Jo")
    hand.press(page, button(page, "Save and go back to the list"))
    hand.press(page, page.get_by_role("link", name="When I contact the team"))
    hand.write(page, page.locator("#words"), "No better after 5 days")
    hand.press(page, button(page, "Save and go back to the list"))
    hand.press(page, button(page, "Ask my clinician to look at this"))


@pytest.mark.parametrize("hand", [Finger(), Keys()], ids=["finger", "keys"])
def test_d20_a_plan_is_made_shared_and_used_in_one_tap(
    site: Site, page: Page, person: Someone, hand: Finger | Keys
) -> None:
    stand_at(site, page, person, "/flare-up/plan")
    build(hand, page)
    hand.press(page, button(page, "I am having a flare-up"))
    assert heading(page) == "I am having a flare-up"
    first = page.locator("main .nhsuk-card--care--emergency").bounding_box()
    step = page.locator(".app-step-card").first.bounding_box()
    assert first
    assert step
    assert first["y"] < step["y"]
    assert step["height"] >= 44
    hand.press(page, button(page, "Note that this flare-up started today"))
    assert page.get_by_text("We have noted").is_visible()


def test_clin_11_without_script_a_plan_is_made_and_used(site: Site, plain: Page, person: Someone) -> None:
    stand_at(site, plain, person, "/flare-up/plan")
    build(Finger(), plain)
    plain.goto("/flare-up")
    assert plain.get_by_text("Ring Jo").is_visible()
    with site.database():
        assert plans_of(patient_of(own(site, person)), person.patient_id)[0].state == "shared"


def test_clin_11_no_plan_page_needs_sideways_scroll_or_fails_axe(
    site: Site, page: Page, person: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = agreed(site, person)
    stand_at(site, page, person, "/flare-up")
    troubles = []
    for way in ("ltr", "rtl"):
        monkeypatch.setattr(i18n, "direction", lambda language, way=way: way)
        for address in [*ADDRESSES, f"/letters/{letter}"]:
            page.set_viewport_size({"width": 375, "height": 667})
            page.goto(address)
            troubles += axe(page)
            page.set_viewport_size({"width": 320, "height": 568})
            page.evaluate(LARGE_TEXT)
            if page.evaluate(SIDEWAYS) > 0:
                troubles.append(f"{address} {way}: sideways at twice the text")
    assert troubles == []


def test_clin_10_a_kept_copy_opens_without_signal_and_goes_when_the_plan_does(
    site: Site, page: Page, context: BrowserContext, person: Someone
) -> None:
    agreed(site, person)
    stand_at(site, page, person, "/flare-up/keep")
    Finger().press(page, button(page, "Keep a copy on this phone"))
    page.get_by_text("Kept on this phone.").wait_for()
    context.clear_cookies()
    context.set_offline(True)
    page.goto("/flare-up/kept")
    assert page.get_by_text("This is a copy from 22 September 2026.").is_visible()
    assert page.get_by_text("Sit by the window").is_visible()
    context.set_offline(False)
    with site.database() as session:
        patient = session.get_one(Patient, person.patient_id)
        for plan in plans_of(patient_of(patient), patient.id):
            actions.withdraw(patient_of(patient), plan.id, note="Wrong", now=site.at)
    page.goto("/flare-up/kept")
    assert heading(page) == "No plan on this phone"
    context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto("/flare-up/kept")
    context.set_offline(False)
