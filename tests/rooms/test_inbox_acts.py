"""Scenes of the acts: taken, assigned, snoozed, resolved, opened again, undone; each with its line of history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from socialcrm import access, inbox
from socialcrm.models import Conversation, ConversationEvent, ConversationNote, SocialAccount
from tests.conftest import person
from tests.rooms.inbox_world import says

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(acme: SocialAccount) -> Conversation:
    """Ada wrote to acme."""
    return says(acme, minutes_ago=20)


def lines(user: User, talk: Conversation) -> list[str]:
    """The sentences of the history."""
    return [line.sentence for line in inbox.thread(user, talk).entries if line.event]


def state(talk: Conversation) -> tuple[str, Any]:
    """Status and assignee as they are stored."""
    row = Conversation.objects.get(pk=talk.pk)
    return row.status, row.assignee


def test_who_takes_it_has_it_and_the_thread_says_so(agent: User, talk: Conversation) -> None:
    event = inbox.take(agent, talk)
    assert event is not None and talk.assignee == agent and state(talk) == ("open", agent)
    assert lines(agent, talk) == ["Agent took it"]


def test_taking_it_twice_is_one_line(agent: User, talk: Conversation) -> None:
    inbox.take(agent, talk)
    assert inbox.take(agent, talk) is None and ConversationEvent.objects.count() == 1


def test_what_a_colleague_has_is_not_taken_away(agent: User, rep: User, talk: Conversation) -> None:
    inbox.take(agent, talk)
    with pytest.raises(inbox.TakenByAnother, match="Agent has taken this conversation") as refused:
        inbox.take(rep, Conversation.objects.get())
    assert refused.value.who == agent and state(talk)[1] == agent


def test_assigning_to_others_needs_its_permission(agent: User, rep: User, talk: Conversation) -> None:
    with pytest.raises(inbox.NotAllowed):
        inbox.assign(rep, talk, agent)
    inbox.assign(agent, talk, rep)
    assert lines(agent, talk) == ["Agent assigned it to Rep"]
    inbox.assign(rep, talk, None)
    assert state(talk)[1] is None and lines(agent, talk)[1] == "Rep gave it back: nobody has it now"


def test_nobody_gets_what_they_may_not_work_on(agent: User, acme: SocialAccount, talk: Conversation) -> None:
    with pytest.raises(inbox.InboxError, match="may not work"):
        inbox.assign(agent, talk, person("viewer"))
    team = Group.objects.create(name="Acme team")
    acme.groups.add(team)
    agent.groups.add(team)
    with pytest.raises(inbox.InboxError, match="may not work"):
        inbox.assign(agent, talk, person("stranger", "work_inbox"))
    assert [user.username for user in inbox.colleagues(acme)] == ["agent"]


def test_without_the_permission_nothing_can_be_done(talk: Conversation) -> None:
    viewer = person("viewer")
    for act in (inbox.take, inbox.resolve, inbox.reopen):
        with pytest.raises(inbox.NotAllowed):
            act(viewer, talk)
    assert not ConversationEvent.objects.exists()


def test_what_i_can_no_longer_see_i_can_not_change(agent: User, acme: SocialAccount, talk: Conversation) -> None:
    acme.groups.add(Group.objects.create(name="Others"))
    with pytest.raises(inbox.NotThere):
        inbox.resolve(agent, talk)
    with pytest.raises(inbox.NotThere):
        inbox.note(agent, talk, "hello")


def test_a_snooze_ends_in_the_future(agent: User, talk: Conversation) -> None:
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=400)):
        with pytest.raises(inbox.InboxError, match="within the next year"):
            inbox.snooze(agent, talk, until)
    inbox.snooze(agent, talk, timezone.now() + timedelta(hours=3))
    assert state(talk)[0] == "snoozed" and talk.snoozed_until is not None


def test_resolved_and_opened_again(agent: User, talk: Conversation) -> None:
    inbox.resolve(agent, talk)
    assert state(talk)[0] == "resolved"
    inbox.reopen(agent, talk)
    assert state(talk)[0] == "open"
    assert lines(agent, talk) == ["Agent resolved it", "Agent opened it again"]


def test_undo_puts_back_what_was(agent: User, rep: User, talk: Conversation) -> None:
    until = timezone.now() + timedelta(hours=3)
    inbox.assign(agent, talk, rep)
    inbox.snooze(agent, talk, until)
    event = inbox.resolve(agent, talk)
    assert event is not None
    inbox.undo(agent, event)
    assert state(talk) == ("snoozed", rep) and Conversation.objects.get().snoozed_until == until
    with pytest.raises(inbox.ChangedSince):
        inbox.undo(agent, event)


def test_undo_refuses_once_something_else_happened(agent: User, rep: User, talk: Conversation) -> None:
    event = inbox.resolve(agent, talk)
    assert event is not None
    with pytest.raises(inbox.NotAllowed):
        inbox.undo(rep, event)
    inbox.reopen(rep, talk)
    with pytest.raises(inbox.ChangedSince):
        inbox.undo(agent, event)
    assert state(talk)[0] == "open"


def test_a_note_is_in_the_thread_and_nowhere_else(agent: User, talk: Conversation) -> None:
    before = inbox.thread(agent, talk).version
    inbox.note(agent, talk, "  She called twice.\x00 ")
    thread = inbox.thread(agent, talk)
    assert [line.note.text for line in thread.entries if line.note] == ["She called twice."]
    assert thread.version != before and not [line for line in thread.entries if line.note and line.is_said]
    for text in ("  ", "x" * 10_001):
        with pytest.raises(inbox.InboxError):
            inbox.note(agent, talk, text)
    assert ConversationNote.objects.count() == 1


def test_the_history_speaks_the_readers_language(agent: User, talk: Conversation) -> None:
    inbox.take(agent, talk)
    with translation.override("fr"):
        assert lines(agent, talk) == ["Agent l’a prise"]


def test_many_at_once_each_with_its_outcome(agent: User, rep: User, acme: SocialAccount) -> None:
    talks = [says(acme, number=number, who=str(number)) for number in range(1, 4)]
    inbox.take(agent, talks[1])
    found = inbox.act_on_many(rep, [*(talk.pk for talk in talks), 10**9], inbox.taking(rep))
    assert [one.done for one in found] == [True, False, True, False]
    assert [type(one.error).__name__ for one in found if one.error] == ["TakenByAnother", "NotThere"]
    assert Conversation.objects.filter(assignee=rep).count() == 2


def test_many_cost_the_same_queries_as_one(agent: User, acme: SocialAccount) -> None:
    talks = [says(acme, number=number, who=str(number)).pk for number in range(1, 22)]
    counts = []
    for pks in (talks[:1], talks[1:]):
        with CaptureQueriesContext(connection) as asked:
            inbox.act_on_many(agent, pks, inbox.resolving)
        counts.append(len(asked))
    assert counts[0] + 1 >= counts[1] <= 12 and Conversation.objects.filter(status="resolved").count() == 21


def test_a_thread_costs_the_same_for_one_post_and_for_many(agent: User, acme: SocialAccount, ada: Any) -> None:
    inbox.note(agent, says(acme, number=1, thread="1", minutes_ago=100), "Note 1")
    costs = []
    for numbers in (range(0), range(2, 32)):
        for number in numbers:
            talk = says(acme, number=number, thread="1", minutes_ago=100 - number)
            inbox.note(agent, talk, f"Note {number}")
            inbox.resolve(agent, talk)
        found = access.get_visible_conversation(agent, Conversation.objects.get().pk)
        with CaptureQueriesContext(connection) as asked:
            thread = inbox.thread(agent, found)
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 25 and len(thread.item.posts) == 31


def test_many_are_undone_together_but_those_that_changed_since(
    agent: User, rep: User, acme: SocialAccount, client: Client
) -> None:
    talks = [says(acme, number=number) for number in range(1, 121)]
    outcomes = inbox.act_on_many(agent, [talk.pk for talk in talks], inbox.resolving)
    events = [one.event.pk for one in outcomes if one.event]
    inbox.reopen(rep, talks[7])
    client.force_login(agent)
    with CaptureQueriesContext(connection) as asked:
        client.post(f"/social/inbox/undo/?{'&'.join(f'event={pk}' for pk in events)}")
    assert set(Conversation.objects.values_list("status", flat=True)) == {"open"}
    assert ConversationEvent.objects.filter(kind="undone").count() == 119 and len(asked) < 40
