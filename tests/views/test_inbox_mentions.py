"""Colleagues who are named in notes: who can be, who is refused, and how the one who is named finds it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from socialcrm import inbox
from socialcrm.inbox import Filters
from socialcrm.models import Conversation, ConversationNote, NoteMention, Post, ProfileLink, SocialAccount
from tests.api.conftest import Guarded
from tests.conftest import make_contact, person
from tests.rooms.inbox_world import profile_of, says

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "socialcrm"}
VIEW = "/social/inbox/?view=mentions"


@pytest.fixture
def talk(acme: SocialAccount) -> Conversation:
    """Grace, whom nobody knows yet, waits for an answer."""
    return says(acme, who="300")


@pytest.fixture
def outsider(db: None) -> User:
    """Somebody who has nothing to do in the inbox."""
    return person("olga")


def browser_of(user: User) -> Client:
    """A browser in which this user is signed in."""
    client = Client()
    client.force_login(user)
    return client


def noted(desk: Client, talk: Conversation, text: str, **more: Any) -> Any:
    """The answer to a note."""
    return desk.post(reverse("socialcrm:inbox_note", args=[talk.pk]), {"text": text}, **more)


def page_of(desk: Client, talk: Conversation) -> str:
    """The conversation's page."""
    return desk.get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).content.decode()


def hide_grace() -> Any:
    """Grace becomes a contact whom nobody of ours may see."""
    grace = make_contact(first_name="Grace", last_name="Hopper")
    ProfileLink.objects.create(profile=profile_of("300"), contact=grace, state="linked", basis="given")
    Guarded.hidden = {grace.pk}
    return grace


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("@rep can you?", ["rep"]),
        ("Ask @Rep, please.", ["rep"]),
        ("(@rep) and @manager. @rep again", ["manager", "rep"]),
        ("by mail: info@rep or https://x.com/@rep and me@rep.example", []),
        ("@repair is no name, @nobody neither", []),
        ("@rep@social.example is somebody on Mastodon", []),
        ("I, @agent, looked into it", []),
    ],
)
def test_who_a_text_names(talk: Conversation, agent: User, rep: User, manager: User, text: str, who: list[str]) -> None:
    note = inbox.note(agent, talk, text)
    assert sorted(one.user.username for one in note.mentions.all()) == who


def test_of_two_usernames_that_differ_in_case_the_one_that_is_written_is_meant(
    talk: Conversation, agent: User, rep: User
) -> None:
    person("REP", "work_inbox")
    assert [one.user for one in inbox.note(agent, talk, "@rep look").mentions.all()] == [rep]


def test_who_is_named_finds_it_and_it_counts_until_it_was_opened(
    talk: Conversation, acme: SocialAccount, agent: User, rep: User
) -> None:
    says(acme, number=2)
    noted(browser_of(agent), talk, "@rep is it in stock?")
    desk = browser_of(rep)
    assert inbox.counts(rep).views["mentions"] == 1
    assert inbox.counts(agent).views["mentions"] == 0
    listed = desk.get(VIEW).content.decode()
    assert "Mentions you" in listed and f'id="convo-{talk.pk}"' in listed
    assert listed.count("sc-convos__row") == 1
    page_of(desk, talk)
    assert inbox.counts(rep).views["mentions"] == 0
    listed = desk.get(VIEW).content.decode()
    assert "Mentions you" not in listed and f'id="convo-{talk.pk}"' in listed


def test_what_a_colleague_opens_stays_new_for_who_is_named(
    talk: Conversation, agent: User, rep: User, manager: User
) -> None:
    noted(browser_of(agent), talk, "@rep look")
    page_of(browser_of(manager), talk)
    page_of(browser_of(agent), talk)
    assert inbox.counts(rep).views["mentions"] == 1


def test_a_mention_is_found_though_the_conversation_is_done(talk: Conversation, agent: User, rep: User) -> None:
    noted(browser_of(agent), talk, "@rep for your information")
    inbox.resolve(agent, talk)
    assert [row.conversation for row in inbox.listing(rep, Filters(view="mentions")).rows] == [talk]
    assert inbox.listing(rep, Filters(view="mentions", status="open")).rows == []
    assert inbox.counts(rep).views["mentions"] == 1


def test_the_newest_mention_comes_first_and_pages_follow(acme: SocialAccount, agent: User, rep: User) -> None:
    talks = [says(acme, number=n, who=str(n), minutes_ago=n) for n in range(1, 5)]
    for talk in talks:
        inbox.note(agent, talk, "@rep look")
    found, cursor = [], ""
    for _page in range(2):
        page = inbox.listing(rep, Filters(view="mentions"), cursor, 2)
        found += [row.conversation for row in page.rows]
        cursor = page.next_cursor
    assert found == talks[::-1] and cursor == ""


def test_somebody_who_may_not_see_it_is_refused_and_the_text_stays(
    talk: Conversation, agent: User, outsider: User
) -> None:
    answer = noted(browser_of(agent), talk, "@olga & @rep, look", headers=SCRIPT)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Olga may not see this conversation" in text
    assert "@olga &amp; @rep, look" in text
    assert not ConversationNote.objects.exists()


def test_without_javascript_the_refused_text_stays_as_well(talk: Conversation, agent: User, outsider: User) -> None:
    answer = noted(browser_of(agent), talk, "@olga look")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Olga may not see this conversation" in text
    assert ">@olga look</textarea>" in text
    assert 'data-kind="note"' in text


@pytest.mark.parametrize("wall", ["account", "contact", "private", "gone"])
def test_each_wall_keeps_a_colleague_out_of_names_and_notes(
    wall: str, talk: Conversation, acme: SocialAccount, agent: User, rep: User, settings: Any
) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.api.conftest.Guarded"
    Guarded.hidden = set()
    assert rep in inbox.colleagues_who_see(talk)
    if wall == "account":
        team = Group.objects.create(name="Acme team")
        acme.groups.add(team)
        agent.groups.add(team)
    elif wall == "contact":
        hide_grace()
    elif wall == "private":
        talk.thread_id = f"private:{talk.thread_id}"
        talk.save()
        agent.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    else:
        User.objects.filter(pk=rep.pk).update(is_active=False)
    assert rep not in inbox.colleagues_who_see(talk)
    with pytest.raises(inbox.InboxError, match="Rep may not see"):
        inbox.note(User.objects.get(pk=agent.pk), talk, "@rep look")


def test_who_loses_the_sight_of_it_loses_the_mention(
    talk: Conversation, acme: SocialAccount, agent: User, rep: User
) -> None:
    inbox.note(agent, talk, "@rep look")
    acme.groups.add(Group.objects.create(name="Acme team"))
    assert inbox.listing(rep, Filters(view="mentions")).rows == []
    assert inbox.counts(rep).views["mentions"] == 0


def test_the_list_of_names_is_of_colleagues_who_may_see_it_and_without_oneself(
    talk: Conversation, agent: User, rep: User, outsider: User
) -> None:
    desk = browser_of(agent)
    for address in (
        reverse("socialcrm:inbox_note_colleagues", args=[talk.pk]),
        reverse("socialcrm:post_note_colleagues", args=[Post.objects.get().pk]),
    ):
        text = desk.get(address, headers=SCRIPT).content.decode()
        assert 'data-sc-name="rep"' in text
        assert 'data-sc-name="agent"' not in text
        assert "olga" not in text


def test_the_names_cost_the_same_for_many_colleagues(talk: Conversation, agent: User, settings: Any) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "crm_core.social.CrmContacts"
    contact = make_contact(first_name="Grace", last_name="Hopper")
    ProfileLink.objects.create(profile=profile_of("300"), contact=contact, state="linked", basis="given")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert inbox.colleagues_who_see(talk)
        return len(asked)

    person("one", "work_inbox")
    cost()  # the account is read once
    few = cost()
    for number in range(20):
        person(f"colleague{number}", "work_inbox")
    assert cost() == few <= 5


def test_names_in_a_note_are_shown_and_nothing_in_it_is_markup(
    talk: Conversation, agent: User, rep: User, manager: User
) -> None:
    noted(browser_of(agent), talk, "@rep <b>look</b>\n@Manager too, @nobody not")
    text = page_of(browser_of(rep), talk)
    assert '<b class="sc-mention is-me" title="@rep">@Rep</b>' in text
    assert '<b class="sc-mention" title="@Manager">@Manager</b>' in text
    assert "&lt;b&gt;look&lt;/b&gt;<br>" in text
    assert ", @nobody not" in text or "too, @nobody not" in text


def test_a_name_is_markup_neither(talk: Conversation, agent: User) -> None:
    evil = person("eve", "work_inbox")
    User.objects.filter(pk=evil.pk).update(first_name="<img src=x>")
    noted(browser_of(agent), talk, "@eve look")
    assert "<img src=x>" not in page_of(browser_of(agent), talk)


def test_the_page_that_looks_learns_of_a_mention_also_where_its_list_is_empty(
    talk: Conversation, agent: User, rep: User
) -> None:
    for view in ("all", "mine"):
        before = inbox.version(rep, Filters(view=view))
        note = inbox.note(agent, talk, "@rep look")
        after = inbox.version(rep, Filters(view=view))
        note.mentions.update(seen_at=note.at)
        assert len({before, after, inbox.version(rep, Filters(view=view))}) >= 2
        assert before != after


def test_mentions_cost_no_query_where_nothing_is_new(
    talk: Conversation, agent: User, rep: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcrm.inbox.presence.SAID_AGAIN", timedelta(hours=1))  # however slow the machine
    desk = browser_of(rep)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            page_of(desk, talk)
        return len(asked)

    inbox.note(agent, talk, "Nobody is named")
    page_of(desk, talk)
    before = cost()
    inbox.note(agent, talk, "@rep look")
    page_of(desk, talk)
    assert NoteMention.objects.get().seen_at is not None
    assert cost() == before


def test_an_erased_person_takes_the_mentions_along(talk: Conversation, agent: User, rep: User) -> None:
    inbox.note(agent, talk, "@rep look")
    talk.delete()
    assert not NoteMention.objects.exists()
