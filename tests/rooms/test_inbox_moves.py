"""Scenes of what moves by itself: their words reopen, ours wait, snoozes end, owners get what is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm import inbox, outbox, sync
from socialcrm.contacts import ContactAdapter
from socialcrm.models import Conversation, ConversationEvent, ProfileLink, SocialAccount
from socialcrm.networks.base import Author, FetchedPost, Page
from tests.conftest import make_contact, person
from tests.rooms.inbox_world import moment, profile_of, says, we_say
from tests.rooms.outbox_world import World

pytestmark = pytest.mark.django_db


class Owned(ContactAdapter):
    """A host where one person looks after everyone."""

    keeper: Any = None

    def owner(self, contact: Any) -> Any:
        """That person."""
        return self.keeper


def now(talk: Conversation) -> Conversation:
    """The conversation as it is stored."""
    return Conversation.objects.get(pk=talk.pk)


def lines(user: User, talk: Conversation) -> list[str]:
    """The sentences of the history."""
    return [line.sentence for line in inbox.thread(user, talk).entries if line.event]


@pytest.mark.parametrize("status", ["pending", "snoozed", "resolved"])
def test_their_new_word_opens_it_again_and_keeps_who_has_it(agent: User, acme: SocialAccount, status: str) -> None:
    talk = says(acme, thread="1", minutes_ago=30)
    Conversation.objects.update(status=status, assignee=agent, snoozed_until=timezone.now() + timedelta(days=1))
    says(acme, "Thanks!", number=2, thread="1", minutes_ago=1)
    assert (now(talk).status, now(talk).assignee, now(talk).snoozed_until) == ("open", agent, None)
    assert lines(agent, talk) == ["Reopened: ada_l wrote again"]
    event = ConversationEvent.objects.get()
    assert event.data["before"] == {"status": status} and event.user is None


def test_a_word_that_their_own_timeline_told_us_first_opens_it_once_the_mention_comes(
    agent: User, acme: SocialAccount
) -> None:
    talk = says(acme, thread="1", minutes_ago=30)
    we_say(acme, "All well now?", number=2, thread="1", minutes_ago=20)
    said = {"external_id": "3", "text": "@acme no", "posted_at": moment(1), "thread_id": "1", "mentioned_ids": ("100",)}
    heard = FetchedPost(author=Author(external_id="200", handle="ada_l", name="ada_l"), **said)
    sync.store(Page(posts=[heard]), acme, kind="profile_posts")
    assert now(talk).status == "pending"
    sync.store(Page(posts=[heard]), acme)
    assert now(talk).status == "open" and now(talk).waiting_since is not None
    assert lines(agent, talk)[-1] == "Reopened: ada_l wrote again"


def test_a_first_word_and_a_second_one_write_no_history(acme: SocialAccount) -> None:
    says(acme, thread="1", minutes_ago=30)
    says(acme, "And another thing", number=2, thread="1", minutes_ago=1)
    assert not ConversationEvent.objects.exists()


def test_an_answer_typed_on_the_network_waits_for_them_too(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=30)
    we_say(acme, "All well again.", number=2, thread="1")
    assert (now(talk).status, now(talk).waiting_since) == ("pending", None)
    assert lines(agent, talk)[0].startswith("Answered: waiting for")


@pytest.fixture
def one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is said in the same second, as networks count it."""
    second = timezone.now().replace(microsecond=0) - timedelta(minutes=5)
    monkeypatch.setattr("tests.rooms.inbox_world.moment", lambda minutes_ago: second)


@pytest.mark.usefixtures("one_second")
def test_a_word_of_the_very_second_of_our_answer_still_waits_for_us(acme: SocialAccount) -> None:
    talk = says(acme, thread="1")
    we_say(acme, "All well again.", number=2, thread="1", to="1")
    assert now(talk).status == "pending"
    says(acme, "Not at all!", number=3, thread="1")
    assert now(talk).status == "open" and now(talk).waiting_since is not None


@pytest.mark.usefixtures("one_second")
def test_what_we_answer_within_its_second_waits_no_more(acme: SocialAccount) -> None:
    talk = says(acme, thread="1")
    we_say(acme, "All well again.", number=2, thread="1", to="1")
    assert (now(talk).status, now(talk).waiting_since) == ("pending", None)


def test_when_our_answer_is_deleted_there_it_is_open_again(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=30)
    we_say(acme, "All well again.", number=2, thread="1")
    sync.forget("twitter", ["2"])
    assert now(talk).status == "open" and now(talk).waiting_since == now(talk).opened_at
    assert lines(agent, talk)[1] == "Reopened: our answer is no longer on the network"


def test_a_deleted_mention_leaves_nothing_to_answer(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=30)
    sync.forget("twitter", ["1"])
    assert now(talk).waiting_since is None and inbox.counts(agent).views["unattended"] == 0


def test_what_a_backfill_brings_from_long_ago_waits_for_nobody(agent: User, acme: SocialAccount, settings: Any) -> None:
    old = says(acme, number=1, minutes_ago=15 * 1440)
    new = says(acme, number=2, who="300", minutes_ago=13 * 1440)
    assert [(now(talk).status, now(talk).waiting_since is None) for talk in (old, new)] == [
        ("resolved", True),
        ("open", False),
    ]
    settings.SOCIALCRM_UNATTENDED_DAYS = 30
    assert now(says(acme, number=3, who="400", minutes_ago=15 * 1440)).status == "open"


def test_who_waits_for_long_is_not_forgotten_when_they_write_again(acme: SocialAccount, settings: Any) -> None:
    settings.SOCIALCRM_UNATTENDED_DAYS = 30
    talk = says(acme, thread="1", minutes_ago=20 * 1440)
    settings.SOCIALCRM_UNATTENDED_DAYS = 14
    says(acme, "Hello?", number=2, thread="1", minutes_ago=1)
    assert now(talk).waiting_since == talk.opened_at


def test_old_pages_of_a_talk_that_is_resolved_do_not_open_it(acme: SocialAccount) -> None:
    talk = says(acme, number=2, thread="1", minutes_ago=16 * 1440)
    says(acme, number=1, thread="1", minutes_ago=18 * 1440)
    assert now(talk).status == "resolved" and not ConversationEvent.objects.exists()


def test_whoever_answers_what_nobody_had_looks_after_it(world: World, agent: User) -> None:
    post = world.mention()
    reply = outbox.enqueue(agent, world.account, post, "We are on it.", "key-00000001", delay=0)
    outbox.send(reply.pk)
    talk = Conversation.objects.get(mentions__post=post)
    assert (talk.status, talk.assignee, talk.waiting_since) == ("pending", agent, None)
    assert lines(agent, talk) == ["Agent answered, and looks after it from now on"]


def test_an_answer_changes_nothing_about_who_has_it(world: World, agent: User, rep: User) -> None:
    post = world.mention()
    talk = Conversation.objects.select_related("account", "profile").get(mentions__post=post)
    inbox.take(rep, talk)
    outbox.send(outbox.enqueue(agent, world.account, post, "We are on it too.", "key-00000001", delay=0).pk)
    assert now(talk).assignee == rep and now(talk).status == "pending"


def test_a_snooze_that_is_over_opens_it(agent: User, acme: SocialAccount) -> None:
    talk, later = says(acme, number=1), says(acme, number=2, who="300")
    for one in (talk, later):
        inbox.snooze(agent, one, timezone.now() + timedelta(hours=1))
    Conversation.objects.filter(pk=talk.pk).update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert (inbox.wake_due(), inbox.wake_due()) == (1, 0)
    assert (now(talk).status, now(talk).snoozed_until, now(later).status) == ("open", None, "snoozed")
    assert lines(agent, talk)[-1] == "Reopened: the snooze is over"


def test_who_leaves_gives_everything_back(agent: User, rep: User, acme: SocialAccount) -> None:
    mine, theirs = says(acme, number=1), says(acme, number=2, who="300")
    inbox.take(agent, mine)
    inbox.take(rep, theirs)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    assert (inbox.release_lost(), inbox.release_lost()) == (1, 0)
    assert now(mine).assignee is None and now(theirs).assignee == rep
    assert lines(rep, mine)[-1] == "Unassigned: Agent no longer works on conversations here"


def test_who_is_shut_out_of_a_brand_gives_its_conversations_back(agent: User, acme: SocialAccount) -> None:
    talk = says(acme)
    inbox.take(agent, talk)
    team = Group.objects.create(name="Acme team")
    acme.groups.add(team)
    agent.groups.add(team)
    assert inbox.release_lost() == 0
    agent.groups.remove(team)
    assert inbox.release_lost() == 1 and now(talk).assignee is None


@pytest.fixture
def owned(rep: User, settings: Any) -> Any:
    """A host that says that rep looks after Grace, who is on X as 300."""
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.rooms.test_inbox_moves.Owned"
    Owned.keeper = rep
    return rep


def linked(acme: SocialAccount, number: int) -> Conversation:
    """Somebody who is a contact writes to us."""
    talk = says(acme, number=number, who=str(500 + number))
    contact = make_contact(first_name="Contact", last_name=str(number))
    ProfileLink.objects.create(profile=profile_of(str(500 + number)), contact=contact, state="linked", basis="given")
    return talk


def test_a_new_conversation_with_a_contact_goes_to_its_owner(owned: User, agent: User, acme: SocialAccount) -> None:
    talk, stranger = linked(acme, 1), says(acme, number=9, who="900")
    assert (inbox.route_to_owners(), inbox.route_to_owners()) == (1, 0)
    assert now(talk).assignee == owned and now(stranger).assignee is None
    assert lines(agent, talk) == ["Assigned to Rep, who looks after this contact"]


def test_what_a_person_gave_back_is_not_routed_again(owned: User, acme: SocialAccount) -> None:
    talk = linked(acme, 1)
    inbox.route_to_owners()
    inbox.assign(owned, talk, None)
    assert inbox.route_to_owners() == 0 and now(talk).assignee is None


def test_an_owner_who_may_not_work_on_it_does_not_get_it(owned: User, acme: SocialAccount, settings: Any) -> None:
    talk = linked(acme, 1)
    Owned.keeper = person("viewer")
    assert inbox.route_to_owners() == 0
    Owned.keeper = owned
    acme.groups.add(Group.objects.create(name="Acme team"))
    assert inbox.route_to_owners() == 0
    acme.groups.clear()
    settings.SOCIALCRM_OWNER_ROUTING = False
    assert inbox.route_to_owners() == 0 and now(talk).assignee is None
    settings.SOCIALCRM_OWNER_ROUTING = True
    assert inbox.tend() == 1 and now(talk).assignee == owned


def test_routing_costs_the_same_for_one_and_for_many(owned: User, acme: SocialAccount) -> None:
    costs = []
    for numbers in (range(1, 2), range(2, 22)):
        for number in numbers:
            linked(acme, number)
        with CaptureQueriesContext(connection) as asked:
            assert inbox.route_to_owners() == len(numbers)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 16


def test_with_nothing_to_do_the_beat_asks_a_handful_of_questions(acme: SocialAccount) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert inbox.tend() == 0
    assert len(asked) <= 16, [query["sql"][:100] for query in asked]


def test_conversations_that_no_owner_can_take_hide_none_behind_them(
    owned: User, acme: SocialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socialcrm.inbox.routing.AT_ONCE", 3)
    behind = [linked(acme, number) for number in range(1, 3)]
    for number in range(10, 17):
        says(acme, number=number, who=str(500 + number))
        contact = make_contact(first_name="Orphan", last_name=str(number))
        ProfileLink.objects.create(profile=profile_of(str(500 + number)), contact=contact, state="linked")
    monkeypatch.setattr(Owned, "owner", lambda self, one: None if "Orphan" in str(one) else Owned.keeper)
    assert inbox.route_to_owners() == 2 and {now(talk).assignee for talk in behind} == {owned}


def test_an_answer_that_lands_after_its_conversation_went_is_sent_all_the_same(world: World, agent: User) -> None:
    reply = outbox.enqueue(agent, world.account, world.mention(), "On our way.", "key-00000001", delay=0)
    Conversation.objects.all().delete()
    inbox.answered(reply)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent"
