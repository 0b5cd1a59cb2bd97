"""Scenes of the guard: nothing is sent past what the writer has not read, and of many who answer at once one does."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from socialcrm import inbox, outbox
from socialcrm.models import Conversation, Post, Reply, SocialAccount
from tests.conftest import REPLY_AND_LINK, person
from tests.rooms.inbox_world import says, we_say
from tests.rooms.outbox_world import World
from tests.rooms.test_at_once import at_once

ALONE = pytest.mark.django_db
TOGETHER = pytest.mark.django_db(transaction=True)


def answer(user: User, talk: Conversation, seen: outbox.Seen, key: str, post: str = "1", **more: Any) -> Reply:
    """Answer a post of the conversation from a composer that saw this much."""
    target = Post.objects.get(external_id=post)
    return outbox.enqueue(
        user,
        talk.account,
        target,
        f"On our way, says {user}.",
        key,
        seen=seen,
        **more,
    )


@ALONE
def test_their_newer_word_stops_the_answer_until_it_was_read(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=9)
    seen = inbox.thread(agent, talk).seen
    says(acme, "@acme wait, it is fine", number=2, thread="1", minutes_ago=1)
    with pytest.raises(outbox.ThreadMovedOn, match="ada_l wrote again") as refused:
        answer(agent, talk, seen, "key-00000001")
    assert refused.value.post.text == "@acme wait, it is fine" and not Reply.objects.exists()
    read = outbox.Seen(seen.reply, seen.own_post, refused.value.post.pk)
    assert answer(agent, talk, read, "key-00000002").state == "queued"


@ALONE
def test_a_colleagues_answer_to_another_post_of_the_thread_stops_mine(
    agent: User, rep: User, acme: SocialAccount
) -> None:
    says(acme, thread="1", minutes_ago=9)
    talk = says(acme, "@acme and it smokes", number=2, thread="1", minutes_ago=5)
    seen = inbox.thread(agent, talk).seen
    theirs = answer(rep, talk, seen, "key-00000001", post="1")
    with pytest.raises(outbox.AlreadyAnswered, match="Rep is answering") as refused:
        answer(agent, talk, seen, "key-00000002", post="2")
    assert refused.value.reply == theirs and Reply.objects.count() == 1
    assert answer(agent, talk, inbox.thread(agent, talk).seen, "key-00000003", post="2").state == "queued"


@ALONE
def test_what_a_colleague_typed_on_the_network_stops_mine(agent: User, acme: SocialAccount) -> None:
    says(acme, thread="1", minutes_ago=9)
    talk = says(acme, "@acme and it smokes", number=2, thread="1", minutes_ago=5)
    seen = inbox.thread(agent, talk).seen
    we_say(acme, "We are on it.", number=3, thread="1")
    with pytest.raises(outbox.AlreadyAnswered, match="on X itself"):
        answer(agent, talk, seen, "key-00000001", post="2")
    assert answer(agent, talk, inbox.thread(agent, talk).seen, "key-00000002", post="2")


@ALONE
def test_a_deleted_word_stops_nobody(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=9)
    seen = inbox.thread(agent, talk).seen
    says(acme, "@acme never mind", number=2, thread="1", minutes_ago=1)
    Post.objects.filter(external_id="2").update(state="deleted")
    assert answer(agent, talk, seen, "key-00000001").state == "queued"


@ALONE
def test_the_thread_shows_the_answer_on_its_way_once(agent: User, acme: SocialAccount) -> None:
    talk = says(acme, thread="1", minutes_ago=9)
    before = inbox.thread(agent, talk)
    reply = answer(agent, talk, before.seen, "key-00000001")
    after = inbox.thread(agent, talk)
    assert [line.reply.pk for line in after.entries if line.reply] == [reply.pk]
    assert after.version != before.version and after.seen.reply == reply.pk
    assert [row.reply_state for row in inbox.listing(agent, inbox.Filters()).rows] == ["queued"]
    assert after.item.answerable is not None and after.item.answerable.external_id == "1"


@TOGETHER
def test_two_browsers_answer_two_posts_of_one_thread_at_once_and_one_is_told(
    agent: User, rep: User, acme: SocialAccount
) -> None:
    says(acme, thread="1", minutes_ago=9)
    talk = says(acme, "@acme and it smokes", number=2, thread="1", minutes_ago=5)
    seen = inbox.thread(agent, talk).seen
    found = at_once(
        partial(answer, agent, talk, seen, "key-00000001", post="1"),
        partial(answer, rep, talk, seen, "key-00000002", post="2"),
    )
    [sent], [told] = [[one for one in found if isinstance(one, kind)] for kind in (Reply, outbox.AlreadyAnswered)]
    assert told.reply == sent and str(told).startswith(sent.user.first_name)


@TOGETHER
def test_of_many_parallel_answers_to_many_mentions_the_network_sees_one_each(world: World) -> None:
    """Fifty senders for each of twenty mentions on PostgreSQL; SQLite lets one write at a time, so fewer there."""
    senders, mentions = (50, 20) if connection.vendor == "postgresql" else (6, 3)
    people = [person(f"agent{number}", *REPLY_AND_LINK) for number in range(senders)]
    for number in range(mentions):
        post = world.mention(f"lamp {number} blinks", number=number)
        talk = Conversation.objects.select_related("account").get(mentions__post=post)
        seen = inbox.thread(people[0], talk).seen
        found = at_once(
            *(
                partial(answer, who, talk, seen, f"key-{number}-{place}", post=post.external_id, delay=0)
                for place, who in enumerate(people)
            )
        )
        kinds = [type(one).__name__ for one in found]
        assert kinds.count("Reply") == 1 and kinds.count("AlreadyAnswered") == senders - 1, kinds
        [reply] = [one for one in found if isinstance(one, Reply)]
        at_once(*[partial(outbox.send, reply.pk)] * 3)
        assert len(world.posted(post)) == 1
    assert Reply.objects.filter(state="sent").count() == Reply.objects.count() == mentions


@ALONE
def test_words_outside_any_conversation_stop_no_answer_to_another(agent: User, acme: SocialAccount) -> None:
    for number in (1, 2):
        says(acme, number=number, minutes_ago=9)
    Conversation.objects.all().delete()
    first = Post.objects.get(external_id="1")
    reply = outbox.enqueue(agent, acme, first, "On our way.", "key-00000001", seen=outbox.Seen(0, post=first.pk))
    assert reply.state == "queued"
