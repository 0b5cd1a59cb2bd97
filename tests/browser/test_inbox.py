"""The inbox in a real browser: reading, deeds, keys, two people at once, news that arrive, phone, no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from socialcrm import inbox as inbox_room
from socialcrm import outbox, sync
from socialcrm.models import CannedReply, Conversation, ConversationNote, Reply, SocialAccount
from tests.rooms.inbox_world import says
from tests.rooms.outbox_world import World, network_options
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 20_000  # milliseconds in which the page must have noticed by itself


@pytest.fixture
def talks(acme: SocialAccount) -> list[Conversation]:
    """Three people wait for an answer: Ada, Grace and Alan, Ada the shortest."""
    said = [("200", "@acme the lamp blinks"), ("300", "@acme is it in stock?"), ("400", "@acme merci beaucoup")]
    people = enumerate(said, start=1)
    return [says(acme, text, number=n, who=who, minutes_ago=n * 10) for n, (who, text) in people]


@pytest.fixture
def inbox(live_server: Any, page: Page, sign_in: Any, talks: list[Conversation], agent: User) -> Page:
    """The agent's inbox, nothing open."""
    sign_in(agent)
    page.goto(f"{live_server.url}/social/inbox/")
    return page


@pytest.fixture
def opened(inbox: Page) -> Page:
    """The inbox with Ada's conversation open."""
    inbox.locator("a.sc-convo").first.click()
    expect(inbox.locator("#sc-head-name")).to_have_text("ada_l")
    return inbox


def composer(page: Page) -> Any:
    """The text field of the answer."""
    return page.locator("form[data-sc-composer] textarea")


def send(page: Page, text: str) -> None:
    """Type an answer and send it."""
    composer(page).fill(text)
    page.get_by_role("button", name="Reply on X").click()


def test_a_conversation_opens_beside_the_list_without_a_reload(inbox: Page, talks: list[Conversation]) -> None:
    inbox.evaluate("window.stayed = true")
    inbox.locator("a.sc-convo").nth(1).click()
    expect(inbox.locator("#sc-msgs")).to_contain_text("is it in stock?")
    expect(inbox.locator("#sc-cust")).to_contain_text("@grace_h")
    expect(inbox).to_have_url(re.compile(f"/social/inbox/{talks[1].pk}/"))
    inbox.go_back()
    expect(inbox).to_have_url(re.compile(r"/social/inbox/$"))
    assert inbox.evaluate("window.stayed") is True


def test_what_was_read_loses_its_dot(opened: Page) -> None:
    expect(opened.locator("a.sc-convo--unread")).to_have_count(2)
    opened.reload()
    expect(opened.locator("a.sc-convo--unread")).to_have_count(2)


def test_a_view_changes_the_list_and_the_address(inbox: Page, talks: list[Conversation], agent: User) -> None:
    Conversation.objects.filter(pk=talks[2].pk).update(assignee=agent)
    inbox.locator("#sc-inbox-nav").get_by_role("link", name="Mine").click()
    expect(inbox.locator("a.sc-convo")).to_have_count(1)
    expect(inbox).to_have_url(re.compile("view=mine"))
    expect(inbox.locator("#sc-listhead h2")).to_have_text("Mine")


def test_a_search_is_in_the_address(inbox: Page) -> None:
    inbox.keyboard.press("/")
    inbox.keyboard.type("stock")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("a.sc-convo")).to_have_count(1)
    expect(inbox).to_have_url(re.compile("q=stock"))
    assert inbox.evaluate("document.activeElement.name") == "q"


def test_done_says_so_and_undo_brings_it_back(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("e")
    expect(opened.locator(".sc-toast")).to_contain_text("Done.")
    expect(opened.locator(f"#convo-{talks[0].pk}")).to_have_count(0, timeout=SOON)
    opened.locator(".sc-toast").get_by_role("button", name="Undo").click()
    expect(opened.locator(f"#convo-{talks[0].pk}")).to_have_count(1, timeout=SOON)
    assert Conversation.objects.get(pk=talks[0].pk).status == "open"


def test_done_and_next_opens_the_next_one(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("Shift+E")
    expect(opened.locator("#sc-head-name")).to_have_text("grace_h")
    expect(opened).to_have_url(re.compile(f"/social/inbox/{talks[1].pk}/"))


def test_take_and_history(opened: Page, talks: list[Conversation], agent: User) -> None:
    opened.keyboard.press("t")
    expect(opened.locator(".sc-assign")).to_contain_text("Agent")
    expect(opened.locator(".sc-event")).to_contain_text("Agent took it", timeout=SOON)
    assert Conversation.objects.get(pk=talks[0].pk).assignee == agent


def test_a_colleague_is_chosen_by_keyboard(opened: Page, talks: list[Conversation], manager: User) -> None:
    opened.reload()
    opened.keyboard.press("a")
    expect(opened.get_by_role("button", name="Take it myself")).to_be_focused()
    opened.keyboard.press("Tab")
    expect(opened.get_by_role("button", name="Manager")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator(".sc-toast")).to_contain_text("Assigned to Manager.")
    assert Conversation.objects.get(pk=talks[0].pk).assignee == manager


def test_snooze_until_monday(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("s")
    expect(opened.get_by_role("button", name="In an hour")).to_be_focused()
    opened.keyboard.press("Enter")
    expect(opened.locator(".sc-toast")).to_contain_text("Snoozed until")
    found = Conversation.objects.get(pk=talks[0].pk)
    assert found.status == "snoozed"
    assert found.snoozed_until is not None
    assert 3500 < (found.snoozed_until - timezone.now()).total_seconds() < 3700


def test_keys_do_nothing_while_someone_types(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("r")
    opened.keyboard.type("every jest is taken")
    expect(composer(opened)).to_have_value("every jest is taken")
    assert Conversation.objects.get(pk=talks[0].pk).assignee is None


def test_j_and_k_move_and_enter_opens(inbox: Page) -> None:
    for key in ("j", "j", "j", "k"):
        inbox.keyboard.press(key)
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#sc-head-name")).to_have_text("grace_h")


def test_the_keys_are_listed_and_can_be_turned_off(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("?")
    expect(opened.get_by_role("dialog", name="Keys")).to_be_visible()
    opened.locator("#sc-keys-on").uncheck()
    opened.keyboard.press("Escape")
    opened.keyboard.press("e")
    opened.wait_for_timeout(400)
    assert Conversation.objects.get(pk=talks[0].pk).status == "open"


def test_several_are_done_at_once(inbox: Page, talks: list[Conversation]) -> None:
    for key in ("j", "x", "j", "x"):
        inbox.keyboard.press(key)
    expect(inbox.locator("[data-sc-chosen]")).to_have_text("2 chosen")
    inbox.locator("#sc-bulk").get_by_role("button", name="Done").click()
    expect(inbox.locator(".sc-toast")).to_contain_text("2 conversations changed.")
    expect(inbox.locator("a.sc-convo")).to_have_count(1, timeout=SOON)
    assert set(Conversation.objects.values_list("status", flat=True)) == {"resolved", "open"}


def test_a_note_is_written_and_never_sent(opened: Page, talks: list[Conversation]) -> None:
    opened.keyboard.press("n")
    opened.keyboard.type("Four in stock in Leipzig.")
    opened.keyboard.press("Control+Enter")
    expect(opened.locator(".sc-note")).to_contain_text("Four in stock in Leipzig.", timeout=SOON)
    expect(opened.locator("form[data-sc-note] textarea")).to_have_value("")
    assert ConversationNote.objects.get().conversation == talks[0]
    assert not Reply.objects.exists()


def test_an_answer_shows_at_once_and_can_be_cancelled(opened: Page) -> None:
    send(opened, "We look into it.")
    expect(opened.locator("#sc-msgs .sc-post--pending")).to_contain_text("We look into it.")
    opened.locator("#sc-msgs").get_by_role("button", name="Cancel").click()
    expect(composer(opened)).to_have_value("We look into it.")
    assert Reply.objects.get().state == "cancelled"


def test_news_that_were_asked_for_before_do_not_take_back_what_was_done(opened: Page) -> None:
    late: list[Any] = []

    def hold(route: Any) -> None:
        """The first question is answered by the server at once, but reaches the page after the deed."""
        if late:
            return route.continue_()
        late.append((route, route.fetch()))

    opened.route("**/inbox/live/**", hold)
    opened.wait_for_timeout(1000)  # what was asked when it was opened is answered
    opened.evaluate("window.socialcrm.inbox.etag = ''; window.socialcrm.inbox.look(0)")
    while not late:
        opened.wait_for_timeout(50)
    send(opened, "We look into it.")
    expect(opened.locator("#sc-msgs .sc-post--pending")).to_contain_text("We look into it.")
    opened.evaluate(
        """() => { window.gone = 0; new MutationObserver(() => {
        if (!document.querySelector("#sc-msgs .sc-post--pending, #sc-msgs .sc-said--ours")) window.gone += 1;
        }).observe(document.getElementById("sc-thread"), {childList: true, subtree: true}); }"""
    )
    route, answer = late[0]
    route.fulfill(response=answer)
    opened.wait_for_timeout(1500)
    assert opened.evaluate("window.gone") == 0


def test_their_next_word_appears_and_leaves_what_i_type_alone(
    opened: Page, acme: SocialAccount, talks: list[Conversation]
) -> None:
    composer(opened).press_sequentially("I am typ")
    says(acme, "@acme and floor 4 too", number=9, thread="1", minutes_ago=0)
    expect(opened.locator("#sc-msgs")).to_contain_text("and floor 4 too", timeout=SOON)
    expect(opened.locator("#sc-say")).to_contain_text("wrote again")
    opened.keyboard.type("ing")
    expect(composer(opened)).to_have_value("I am typing")
    opened.get_by_role("button", name="Reply on X").click()
    expect(opened.locator(".sc-answered")).to_contain_text("and floor 4 too")
    assert not Reply.objects.exists()
    opened.get_by_role("button", name="Send anyway").click()
    expect(opened.locator("#sc-msgs .sc-post--pending")).to_contain_text("I am typing")


def test_a_new_conversation_appears_in_the_list_and_keeps_focus_and_choice(inbox: Page, acme: SocialAccount) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("x")
    inbox.evaluate("document.querySelector('a.sc-convo').focus()")
    before = inbox.evaluate("document.activeElement.id")
    says(acme, "@acme brand new", number=10, who="500", minutes_ago=0)
    expect(inbox.locator("a.sc-convo").first).to_contain_text("brand new", timeout=SOON)
    assert inbox.evaluate("document.activeElement.id") == before
    expect(inbox.locator(".sc-convos__pick input:checked")).to_have_count(1)


def test_a_draft_survives_a_reload_and_is_gone_when_sent(opened: Page) -> None:
    composer(opened).press_sequentially("Half a thought")
    opened.reload()
    expect(composer(opened)).to_have_value("Half a thought")
    opened.get_by_role("button", name="Reply on X").click()
    expect(opened.locator("#sc-msgs .sc-post--pending")).to_be_visible()
    opened.reload()
    expect(composer(opened)).to_have_value("")


def test_drafts_do_not_stay_for_the_next_person(
    opened: Page, live_server: Any, sign_in: Any, rep: User, talks: list[Conversation]
) -> None:
    composer(opened).press_sequentially("A secret thought")
    sign_in(rep)
    opened.goto(f"{live_server.url}/social/inbox/{talks[0].pk}/")
    expect(composer(opened)).to_have_value("")
    assert "secret" not in opened.evaluate("JSON.stringify(localStorage)")


def test_a_saved_reply_is_filled_and_a_hole_stops_it(opened: Page, agent: User) -> None:
    CannedReply.objects.create(title="Greeting", text="Hi {contact.first_name}, {user.first_name} here.", user=agent)
    opened.get_by_label("Saved replies").click()
    opened.get_by_label("Search saved replies").fill("greet")
    opened.keyboard.press("Enter")
    expect(composer(opened)).to_have_value("Hi {contact.first_name}, Agent here.")
    expect(opened.get_by_role("button", name="Reply on X")).to_be_disabled()
    expect(opened.locator("[data-sc-missing]")).to_contain_text("{contact.first_name}")
    composer(opened).fill("Hi Ada, Agent here.")
    expect(opened.get_by_role("button", name="Reply on X")).to_be_enabled()


def test_two_browsers_send_and_one_is_told_by_whom(
    opened: Page, live_server: Any, browser: Browser, sign_in: Any, talks: list[Conversation], rep: User
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    sign_in(rep, context)
    other = context.new_page()
    other.goto(f"{live_server.url}/social/inbox/{talks[0].pk}/")
    composer(opened).fill("The agent's answer.")
    composer(other).fill("The rep's answer.")
    opened.get_by_role("button", name="Reply on X").click()
    expect(opened.locator("#sc-msgs .sc-post--pending")).to_be_visible()
    other.get_by_role("button", name="Reply on X").click()
    expect(other.locator(".sc-answered")).to_contain_text("Agent")
    expect(other.locator(".sc-answered")).to_contain_text("The agent's answer.")
    expect(composer(other)).to_have_value("The rep's answer.")
    assert Reply.objects.get().text == "The agent's answer."
    context.close()


def test_on_a_phone_list_and_thread_are_screens_of_their_own(
    live_server: Any, page: Page, sign_in: Any, talks: list[Conversation], agent: User
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(agent)
    page.goto(f"{live_server.url}/social/inbox/")
    expect(page.locator("#sc-thread")).to_be_hidden()
    page.locator("a.sc-convo").first.click()
    expect(page.locator("#sc-list")).to_be_hidden()
    expect(composer(page)).to_be_in_viewport()
    page.get_by_role("link", name="Customer").click()
    expect(page.locator("#sc-cust")).to_be_visible()
    page.get_by_role("link", name="Back to the conversation").click()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#sc-list")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.activeElement.className").startswith("sc-convo")


def test_without_javascript_everything_is_done_by_forms(
    live_server: Any, browser: Browser, sign_in: Any, talks: list[Conversation], agent: User
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    sign_in(agent, context)
    plain = context.new_page()
    plain.goto(f"{live_server.url}/social/inbox/")
    plain.locator("a.sc-convo").first.click()
    plain.locator("form[data-sc-deed=resolve] button").first.click()
    assert Conversation.objects.get(pk=talks[0].pk).status == "resolved"
    expect(plain.locator("#sc-done")).to_contain_text("Done.")
    plain.get_by_role("button", name="Undo").click()
    expect(plain.locator(".sc-toast")).to_contain_text("Undone.")
    assert Conversation.objects.get(pk=talks[0].pk).status == "open"
    plain.locator("form[data-sc-deed=resolve] button").first.click()
    plain.get_by_role("button", name="Note", exact=True).click()
    plain.locator("form[data-sc-note] textarea").fill("By hand.")
    plain.get_by_role("button", name="Add note").click()
    expect(plain.locator(".sc-note")).to_contain_text("By hand.")
    plain.get_by_role("button", name="Public", exact=True).click()
    plain.locator("form[data-sc-composer] textarea").fill("Plain and simple.")
    plain.get_by_role("button", name="Reply on X").click()
    assert Reply.objects.get().text == "Plain and simple."
    context.close()


def test_the_page_works_while_the_server_is_away(opened: Page) -> None:
    opened.route("**/live/**", lambda route: route.abort())
    opened.route("**/reply/", lambda route: route.abort())
    send(opened, "Keep me.")
    expect(opened.get_by_role("alert")).to_contain_text("Your text is kept.")
    expect(composer(opened)).to_have_value("Keep me.")


@pytest.fixture(scope="module")
def town() -> Iterator[Sandbox]:
    """A small town with a past of one day, in a process of its own."""
    with Sandbox(people=120, history_days=1) as sandbox:
        yield sandbox


def elsewhere(act: Callable[[], Any]) -> Any:
    """Do it as the worker would, outside the browser's event loop."""

    def work() -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as worker:
        return worker.submit(work).result()


def test_the_agents_scene_from_mention_to_next_word(
    live_server: Any, page: Page, sign_in: Any, agent: User, town: Sandbox, settings: Any
) -> None:
    """Takes an unassigned mention, answers, it waits for them once sent; their next word reopens it."""
    settings.SOCIALCRM_NETWORK_OPTIONS = network_options(town)
    people = [one for one in town.control("GET", "people")["people"] if one["truth"]["twitter"]]
    world = World(town, people)
    handle = people[0]["truth"]["twitter"]["handle"]
    asked = town.post(handle, "@lumen_desk is the lamp in stock?")
    elsewhere(lambda: sync.pull_account(world.account))
    sign_in(agent)
    page.goto(f"{live_server.url}/social/inbox/?view=unassigned&q=is+the+lamp+in+stock")
    page.locator("a.sc-convo").first.click()
    expect(page.locator("#sc-msgs")).to_contain_text("is the lamp in stock?", timeout=SOON)
    page.keyboard.press("t")
    expect(page.locator(".sc-assign")).to_contain_text("Agent", timeout=SOON)
    send(page, "Yes, forty of them.")
    expect(page.locator("#sc-msgs .sc-post--pending")).to_be_visible(timeout=SOON)
    talk = Conversation.objects.get(mentions__post__external_id=asked["id"])
    Reply.objects.update(not_before=timezone.now())
    elsewhere(lambda: outbox.send(Reply.objects.get().pk))
    assert len(town.log(in_reply_to=asked["id"], action="post")) == 1
    expect(page.locator("#sc-head .sc-sla")).to_contain_text("Waiting for them", timeout=SOON)
    sent = Reply.objects.get().external_id
    page.wait_for_timeout(1100)  # X tells whole seconds: within one, nobody knows who spoke last
    town.post(handle, "@lumen_desk wonderful, two please", in_reply_to=sent)
    elsewhere(lambda: sync.pull_account(world.account))
    expect(page.locator("#sc-msgs")).to_contain_text("wonderful, two please", timeout=SOON)
    talk.refresh_from_db()
    assert talk.status == "open"
    assert talk.assignee == agent


def test_who_comes_for_a_note_that_names_them_sees_that_note_first(
    live_server: Any, page: Page, sign_in: Any, talks: list[Conversation], acme: SocialAccount, agent: User, rep: User
) -> None:
    inbox_room.note(rep, talks[0], f"@{agent.username} do you know this lamp?")
    ConversationNote.objects.update(at=timezone.now() - timedelta(minutes=5))
    for number in range(20):
        says(acme, f"@acme word {number} of many", number=100 + number, thread=talks[0].thread_id, minutes_ago=0.1)
    sign_in(agent)
    page.goto(f"{live_server.url}/social/inbox/?view=mentions")
    page.locator("a.sc-convo").first.click()
    expect(page.locator("#sc-msgs .sc-mention.is-me")).to_be_in_viewport()
    page.goto(f"{live_server.url}/social/inbox/{talks[0].pk}/?view=all")
    expect(page.locator("#sc-msgs")).to_contain_text("word 19 of many")
    expect(page.locator("#sc-msgs .sc-mention.is-me")).not_to_be_in_viewport()
