"""Scenes of the list: who sees which conversations, in what order, with which numbers, in how many queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.http import Http404, QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm import access, inbox
from socialcrm.inbox import Filters
from socialcrm.models import Conversation, ProfileLink, SocialAccount
from socialcrm.models.conversation import PRIVATE_THREAD
from tests.api.conftest import Guarded
from tests.conftest import make_contact, person
from tests.rooms.inbox_world import moment, profile_of, says, we_say

pytestmark = pytest.mark.django_db


def threads(user: User, cursor: str = "", limit: int = 30, **filters: Any) -> list[str]:
    """The thread ids of a page."""
    return [row.conversation.thread_id for row in inbox.listing(user, Filters(**filters), cursor, limit).rows]


def hide_grace(settings: Any) -> Any:
    """A contact that nobody of ours may see, linked to the profile 300."""
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.api.conftest.Guarded"
    grace = make_contact(first_name="Grace", last_name="Hopper")
    ProfileLink.objects.create(profile=profile_of("300"), contact=grace, state="linked", basis="given")
    Guarded.hidden = {grace.pk}
    return grace


def test_the_newest_word_is_on_top_with_its_words_and_person(agent: User, acme: SocialAccount, ada: Any) -> None:
    says(acme, number=1, who="400", minutes_ago=30)
    says(acme, "@acme and now it smokes", number=2, minutes_ago=5)
    first, second = inbox.listing(agent, Filters()).rows
    assert first.preview is not None and first.preview.text == "@acme and now it smokes"
    assert first.contact is not None and first.contact.name == "Ada Lovelace"
    assert (second.contact, second.conversation.profile.handle) == (None, "alan_t")
    assert first.preview_at > second.preview_at


def test_each_view_holds_its_own(agent: User, rep: User, acme: SocialAccount) -> None:
    mine, others, free = (says(acme, number=number, who=f"{number}00") for number in (2, 3, 4))
    inbox.take(agent, mine)
    inbox.take(rep, others)
    we_say(acme, "All well.", number=9, thread=others.thread_id)
    assert threads(agent, view="mine") == [mine.thread_id]
    assert threads(agent, view="unassigned") == [free.thread_id]
    assert set(threads(agent, view="unattended")) == {mine.thread_id, free.thread_id}
    assert len(threads(agent)) == 3
    assert inbox.counts(agent).views == {"mine": 1, "mentions": 0, "unassigned": 1, "unattended": 2, "all": 3}
    assert inbox.counts(agent).statuses == {"open": 2, "pending": 1, "snoozed": 0}


def test_a_list_is_narrowed_to_contacts_or_strangers_to_what_is_private_and_to_a_colleague(
    agent: User, rep: User, acme: SocialAccount, ada: Any
) -> None:
    of_ada, of_alan, secret = (
        says(acme, number=number, who=who) for number, who in ((1, "200"), (2, "400"), (3, "500"))
    )
    Conversation.objects.filter(pk=secret.pk).update(thread_id=f"{PRIVATE_THREAD}3")
    agent.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    agent = User.objects.get(pk=agent.pk)
    inbox.take(rep, of_alan)
    assert threads(agent, who="contact") == [of_ada.thread_id]
    assert threads(agent, who="stranger", kind="public") == [of_alan.thread_id]
    assert threads(agent, kind="private") == [f"{PRIVATE_THREAD}3"]
    assert threads(agent, assignee=rep.pk) == [of_alan.thread_id]
    assert inbox.counts(agent, Filters(who="stranger", kind="public")).views["all"] == 1
    assert inbox.holders(agent) == [rep] and inbox.holders(rep) == []


def test_a_colleague_with_nothing_but_what_is_hidden_is_not_named(
    agent: User, rep: User, acme: SocialAccount, settings: Any
) -> None:
    inbox.take(rep, says(acme, who="300"))
    hide_grace(settings)
    assert inbox.holders(agent) == []


def test_resolved_and_snoozed_leave_the_list_until_they_are_asked_for(agent: User, acme: SocialAccount) -> None:
    done, later = says(acme, number=1), says(acme, number=2, who="300")
    inbox.resolve(agent, done)
    inbox.snooze(agent, later, timezone.now() + timedelta(hours=1))
    assert threads(agent) == threads(agent, view="unattended") == []
    assert threads(agent, status="resolved") == [done.thread_id]
    assert threads(agent, status="snoozed") == [later.thread_id]
    assert set(threads(agent, status="any")) == {done.thread_id, later.thread_id}


def test_pages_follow_each_other_without_gap_or_overlap(agent: User, acme: SocialAccount) -> None:
    for number in range(1, 8):
        says(acme, number=number, who=str(number), minutes_ago=10)
    Conversation.objects.update(last_post_at=moment(3))
    found, cursor = [], ""
    for _page in range(4):
        page = inbox.listing(agent, Filters(), cursor, 2)
        found += [row.conversation.pk for row in page.rows]
        cursor = page.next_cursor
    assert cursor == "" and len(found) == len(set(found)) == 7


def test_who_waits_longest_comes_first_and_who_does_not_wait_last(agent: User, acme: SocialAccount) -> None:
    says(acme, number=1, who="1", minutes_ago=10)
    says(acme, number=2, who="2", minutes_ago=300)
    says(acme, number=3, who="3", minutes_ago=400)
    we_say(acme, "Done.", number=9, thread="3")
    assert threads(agent, sort="oldest") == ["2", "1", "3"]
    assert threads(agent, sort="oldest", view="unattended") == ["2", "1"]
    page = inbox.listing(agent, Filters(sort="oldest"), "", 1)
    assert threads(agent, cursor=page.next_cursor, sort="oldest") == ["1", "3"]


def test_a_search_finds_words_names_and_handles(agent: User, acme: SocialAccount) -> None:
    says(acme, "@acme the LAMP blinks", number=1)
    says(acme, "@acme hello", number=2, who="300")
    assert threads(agent, q="lamp") == ["1"]
    assert threads(agent, q="grace") == threads(agent, q="@grace_h") == ["2"]
    assert threads(agent, q="100%") == []


def test_a_search_leads_on_beyond_what_one_page_looks_through(
    agent: User, acme: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcrm.inbox.pages.SEARCHED", 2)
    says(acme, "@acme the needle", number=1, who="1", minutes_ago=90)
    for number in range(2, 7):
        says(acme, "@acme hay", number=number, who=str(number), minutes_ago=60 - number)
    cursor, found = "", []
    for _page in range(6):
        page = inbox.listing(agent, Filters(q="needle"), cursor)
        found += page.rows
        cursor = page.next_cursor
        if not cursor:
            break
    assert [row.conversation.thread_id for row in found] == ["1"] and cursor == ""


def test_a_person_hidden_from_me_is_nowhere(agent: User, acme: SocialAccount, settings: Any) -> None:
    says(acme, "@acme secret plan", number=1, who="300", thread="7")
    says(acme, number=2)
    hide_grace(settings)
    assert threads(agent) == threads(agent, status="any") == ["2"]
    assert threads(agent, q="secret") == threads(agent, q="grace") == []
    assert inbox.counts(agent).views["all"] == 1
    with pytest.raises(Http404):
        access.get_visible_conversation(agent, Conversation.objects.get(thread_id="7").pk)


def test_words_of_a_hidden_person_in_the_thread_of_another_are_left_out(
    agent: User, acme: SocialAccount, settings: Any
) -> None:
    talk = says(acme, "@acme good day", number=1, thread="7", minutes_ago=20)
    says(acme, "@acme secret plan", number=2, who="300", thread="7", minutes_ago=10)
    hide_grace(settings)
    [row] = inbox.listing(agent, Filters()).rows
    assert row.preview is not None and row.preview.text == "@acme good day"
    assert [line.post.text for line in inbox.thread(agent, talk).entries if line.post] == ["@acme good day"]


def test_conversations_of_a_brand_of_others_are_not_mine(agent: User, acme: SocialAccount) -> None:
    talk = says(acme)
    acme.groups.add(Group.objects.create(name="Acme team"))
    assert threads(agent, status="any") == [] and inbox.counts(agent).views["all"] == 0
    with pytest.raises(Http404):
        access.get_visible_conversation(agent, talk.pk)


def test_private_words_need_their_own_permission(agent: User, admin: User, acme: SocialAccount) -> None:
    talk = says(acme, "my card number", number=1, visibility="private", to_author_id="100")
    assert talk.is_private and threads(agent, status="any") == [] and inbox.counts(agent).views["all"] == 0
    with pytest.raises(Http404):
        access.get_visible_conversation(agent, talk.pk)
    assert threads(admin) == [talk.thread_id]


def test_what_i_have_not_looked_at_is_unread_until_i_do(agent: User, rep: User, acme: SocialAccount) -> None:
    talk = says(acme, number=1, thread="1", minutes_ago=20)
    assert [row.unread for row in inbox.listing(agent, Filters()).rows] == [True]
    inbox.mark_seen(agent, talk, inbox.thread(agent, talk).newest_post)
    assert [row.unread for row in inbox.listing(agent, Filters()).rows] == [False]
    assert [row.unread for row in inbox.listing(rep, Filters()).rows] == [True]
    says(acme, "@acme again", number=2, thread="1", minutes_ago=2)
    assert [row.unread for row in inbox.listing(agent, Filters()).rows] == [True]


def test_the_list_costs_the_same_queries_for_one_and_for_many(agent: User, acme: SocialAccount, ada: Any) -> None:
    says(acme, number=1)
    agent = User.objects.get(pk=agent.pk)
    with CaptureQueriesContext(connection) as few:
        inbox.listing(agent, Filters()), inbox.counts(agent)
    for number in range(2, 26):
        says(acme, number=number, who=str(number))
    agent = User.objects.get(pk=agent.pk)
    with CaptureQueriesContext(connection) as many:
        page, _counts = inbox.listing(agent, Filters()), inbox.counts(agent)
    assert len(page.rows) == 25 and len(many) == len(few) <= 25, [query["sql"][:80] for query in many]


def test_the_version_changes_with_what_is_shown_and_not_otherwise(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, number=1)
    agent = User.objects.get(pk=agent.pk)
    first = inbox.version(agent, Filters())
    with CaptureQueriesContext(connection) as asked:
        assert inbox.version(agent, Filters()) == first
    assert len(asked) <= 2
    inbox.take(agent, talk)
    taken = inbox.version(agent, Filters())
    says(acme, number=2)
    assert len({first, taken, inbox.version(agent, Filters())}) == 3


def test_counts_stop_where_nobody_reads_on(agent: User, acme: SocialAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialcrm.inbox.counting.MOST", 2)
    for number in range(1, 5):
        says(acme, number=number, who=str(number))
    assert inbox.counts(agent).view_badges["all"] == "2+"


@pytest.mark.parametrize(
    "query",
    ["view=hers&status=x&network=nowhere&account=-1&q=%00&sort=up", "account=99999999999999999999", "view=&q=", "c=x"],
)
def test_garbage_in_the_address_shows_everything(agent: User, query: str) -> None:
    assert Filters.read(QueryDict(query)) == Filters()
    assert inbox.listing(agent, Filters.read(QueryDict(query)), "garbage~~").rows == []


def test_an_address_says_only_what_is_unusual() -> None:
    filters = Filters.read(QueryDict("view=mine&q=lamp+oil"))
    assert filters.href() == "?view=mine&q=lamp+oil"
    assert filters.href(view="all", q="", c=5) == "?c=5" and Filters().href() == "?"


def test_a_person_without_the_permission_can_be_told_apart(db: None) -> None:
    assert not person("viewer").has_perm("socialcrm.work_inbox")
    assert Permission.objects.filter(codename__in=("work_inbox", "assign_conversation")).count() == 2
