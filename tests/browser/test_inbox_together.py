"""Two people in the inbox at once: each sees where the other is, and tells the other something in a note."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from socialcrm.models import Conversation, Presence, SocialAccount
from tests.conftest import person
from tests.rooms.inbox_world import says

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 20_000  # milliseconds in which the page must have noticed by itself


@pytest.fixture
def talks(acme: SocialAccount) -> list[Conversation]:
    """Ada and Grace wait for an answer, Ada the shortest."""
    return [says(acme), says(acme, "@acme is it in stock?", number=2, who="300", minutes_ago=20)]


@pytest.fixture
def mine(live_server: Any, page: Page, sign_in: Any, talks: list[Conversation], agent: User) -> Page:
    """The agent's inbox with Ada's conversation open."""
    sign_in(agent)
    page.goto(f"{live_server.url}/social/inbox/{talks[0].pk}/")
    return page


@pytest.fixture
def theirs(live_server: Any, browser: Browser, sign_in: Any, talks: list[Conversation], rep: User) -> Iterator[Page]:
    """The rep's inbox in a browser of its own, nothing open."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    sign_in(rep, context)
    other = context.new_page()
    other.goto(f"{live_server.url}/social/inbox/")
    yield other
    context.close()


def composer(page: Page) -> Any:
    """The text field of the answer."""
    return page.locator("form[data-sc-composer] textarea")


def test_each_sees_that_the_other_looks_and_writes(mine: Page, theirs: Page, talks: list[Conversation]) -> None:
    expect(theirs.locator(f"#here-{talks[0].pk}")).to_contain_text("Agent is looking at this", timeout=SOON)
    theirs.locator("a.sc-convo").first.click()
    expect(theirs.locator("#sc-present")).to_contain_text("Agent is looking at this")
    expect(mine.locator("#sc-present")).to_contain_text("Rep is looking at this", timeout=SOON)
    mine.evaluate("document.querySelector('#sc-convos').drawn = true")
    composer(theirs).press_sequentially("We look into it")
    expect(mine.locator("#sc-present")).to_contain_text("Rep is writing an answer", timeout=SOON)
    expect(mine.locator(f"#here-{talks[0].pk}")).to_contain_text("Rep is writing an answer")
    assert mine.evaluate("document.querySelector('#sc-convos').drawn") is True


def test_who_goes_on_to_another_conversation_is_seen_there(mine: Page, theirs: Page, talks: list[Conversation]) -> None:
    theirs.locator("a.sc-convo").nth(0).click()
    expect(mine.locator("#sc-present")).to_contain_text("Rep is looking", timeout=SOON)
    theirs.locator("a.sc-convo").nth(1).click()
    expect(mine.locator(f"#here-{talks[1].pk}")).to_contain_text("Rep is looking", timeout=SOON)
    expect(mine.locator("#sc-present")).to_have_text("")


def test_a_colleague_who_left_vanishes_and_the_guard_stays(
    mine: Page, theirs: Page, talks: list[Conversation], rep: User
) -> None:
    theirs.locator("a.sc-convo").first.click()
    composer(theirs).fill("The rep's answer.")
    expect(mine.locator("#sc-present")).to_contain_text("Rep is writing", timeout=SOON)
    composer(mine).fill("The agent's answer.")
    theirs.get_by_role("button", name="Reply on X").click()
    expect(theirs.locator("#sc-msgs .sc-post--pending")).to_be_visible()
    theirs.close()
    Presence.objects.filter(user=rep).delete()
    # Their last word may come in after that: then it is forgotten by itself, half a minute later.
    expect(mine.locator("#sc-present")).to_have_text("", timeout=SOON + 30_000)
    mine.route("**/live/**", lambda route: route.abort())
    mine.get_by_role("button", name="Reply on X").click()
    expect(mine.locator(".sc-answered")).to_contain_text("The rep's answer.")
    expect(composer(mine)).to_have_value("The agent's answer.")


def test_what_i_type_stays_when_a_colleague_comes(mine: Page, theirs: Page) -> None:
    composer(mine).press_sequentially("I am typ")
    theirs.locator("a.sc-convo").first.click()
    expect(mine.locator("#sc-present")).to_contain_text("Rep is looking", timeout=SOON)
    mine.keyboard.type("ing")
    expect(composer(mine)).to_have_value("I am typing")


def test_on_a_phone_it_fits(mine: Page, theirs: Page, talks: list[Conversation]) -> None:
    mine.set_viewport_size({"width": 390, "height": 844})
    theirs.locator("a.sc-convo").first.click()
    composer(theirs).press_sequentially("Hello")
    expect(mine.locator("#sc-present")).to_contain_text("Rep is writing an answer", timeout=SOON)
    assert mine.evaluate("document.documentElement.scrollWidth") <= 390


def note(page: Page) -> Any:
    """The text field of the note."""
    return page.locator("form[data-sc-note] textarea")


def offered(page: Page) -> Any:
    """The colleagues in the list that is open."""
    return page.locator("#sc-names").get_by_role("option")


def test_a_colleague_is_named_by_keyboard_and_finds_it(mine: Page, theirs: Page, rep: User) -> None:
    mine.keyboard.press("n")
    mine.keyboard.type("Can you look, @re")
    option = offered(mine).filter(has_text="@rep")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(note(mine)).to_have_attribute("aria-activedescendant", str(option.get_attribute("id")))
    mine.keyboard.press("Enter")
    expect(note(mine)).to_have_value("Can you look, @rep ")
    expect(mine.locator("#sc-names")).to_have_count(0)
    mine.keyboard.press("Control+Enter")
    expect(mine.locator(".sc-note .sc-mention")).to_have_text("@Rep", timeout=SOON)
    view = theirs.locator("#sc-inbox-nav").get_by_role("link", name="Mentions of me")
    expect(view).to_contain_text("1", timeout=SOON)
    view.click()
    expect(theirs.locator("a.sc-convo")).to_have_count(1)
    expect(theirs.locator("a.sc-convo")).to_contain_text("Mentions you")
    theirs.locator("a.sc-convo").click()
    expect(theirs.locator(".sc-mention.is-me")).to_have_text("@Rep")
    expect(view).to_contain_text("0", timeout=SOON)


def test_the_list_of_names_is_walked_left_and_clicked(mine: Page, talks: list[Conversation], rep: User) -> None:
    for name in ("rebecca", "rene"):
        person(name, "work_inbox")
    mine.keyboard.press("n")
    mine.keyboard.type("@")
    expect(offered(mine)).to_have_count(3)
    mine.keyboard.press("ArrowUp")
    expect(offered(mine).filter(has_text="@rep")).to_have_attribute("aria-selected", "true")
    mine.keyboard.press("Escape")
    expect(offered(mine)).to_have_count(0)
    expect(note(mine)).to_be_focused()
    mine.keyboard.type("ren")
    offered(mine).filter(has_text="Rene").click()
    expect(note(mine)).to_have_value("@rene ")
    mine.keyboard.type("write to info@re")
    expect(offered(mine)).to_have_count(0)


def test_a_refused_name_keeps_the_text(mine: Page) -> None:
    person("olga")
    mine.keyboard.press("n")
    mine.keyboard.type("@olga look")
    mine.keyboard.press("Control+Enter")
    expect(mine.get_by_role("alert")).to_contain_text("Olga may not see this conversation")
    expect(note(mine)).to_have_value("@olga look")
