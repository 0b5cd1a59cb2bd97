"""Scenes after a restore: the database is older than the network (F28). Nothing is posted twice, nothing is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from socialcrm import outbox, sync
from socialcrm.models import Mention, Post, Reply, Stream
from socialcrm.outbox.claim import OVERDUE, claim

from .outbox_world import World
from .test_outbox_scenes import say, sent
from .test_sync_pull import mentions_of, write

pytestmark = [pytest.mark.django_db(transaction=True)]


def copy_of(reply: Reply) -> dict[str, Any]:
    """The row, as a backup holds it."""
    return dict(Reply.objects.filter(pk=reply.pk).values().get())


def restore(backup: dict[str, Any], age: float = 3600) -> Reply:
    """The row is again what it was, and so many seconds older; what came with its sending is gone."""
    Post.objects.filter(account__isnull=False).delete()
    Reply.objects.filter(pk=backup["id"]).delete()
    ago = timedelta(seconds=age)
    times = ("not_before", "lease_until", "attempted_at", "rung_at")
    aged = {**backup, **{name: backup[name] - ago for name in times if backup[name]}}
    return Reply.objects.create(**aged)


def half_a_minute_passes(reply: Reply) -> None:
    """For this reply."""
    now = timezone.now()
    Reply.objects.filter(pk=reply.pk, not_before__gt=now).update(not_before=now)
    Reply.objects.filter(pk=reply.pk, lease_until__isnull=False).update(lease_until=now - timedelta(seconds=30))
    Reply.objects.filter(pk=reply.pk).update(rung_at=None)


def start_again(reply: Reply, rounds: int = 3) -> Reply:
    """Workers and beat run again; each round is what half a minute brings."""
    for _round in range(rounds):
        outbox.sweep()
        for work in (outbox.send, outbox.reconcile):
            work(reply.pk)
        half_a_minute_passes(reply)
    reply.refresh_from_db()
    return reply


@pytest.fixture
def net_takes_anything(world: World) -> None:
    """X would refuse the same text twice; a network need not, so nothing may lean on it."""
    world.sandbox.control("POST", "faults", {"action": "delay", "ms": 0, "match": {"path": "^/2/tweets$"}})


def tries(world: World) -> int:
    """How many POSTs of a reply reached the network."""
    return sum(int(rule["seen"]) for rule in world.sandbox.control("GET", "faults")["faults"])


@pytest.mark.usefixtures("net_takes_anything")
def test_a_reply_that_left_after_the_backup_is_found_and_not_sent_again(world: World, rep: User) -> None:
    reply = say(world, rep)
    backup = copy_of(reply)
    assert backup["state"] == "queued" and sent(reply).state == "sent"
    first = reply.external_id
    assert tries(world) == 1
    after = start_again(restore(backup))
    assert (after.state, after.external_id) == ("sent", first)
    assert tries(world) == 1
    assert after.post is not None and len(world.posted(after.post)) == 1


@pytest.mark.usefixtures("net_takes_anything")
def test_a_reply_that_was_being_sent_when_the_backup_was_made_is_found(world: World, rep: User) -> None:
    reply = say(world, rep)
    Reply.objects.filter(pk=reply.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    assert claim(reply.pk)
    backup = copy_of(reply)
    assert backup["state"] == "sending"
    Reply.objects.filter(pk=reply.pk).update(state="queued", not_before=timezone.now() - timedelta(seconds=1))
    first = sent(reply).external_id
    after = start_again(restore(backup))
    assert (after.state, after.external_id, tries(world)) == ("sent", first, 1)


def test_a_reply_that_never_left_is_sent_once_its_absence_is_proof(world: World, rep: User) -> None:
    reply = say(world, rep)
    Reply.objects.filter(pk=reply.pk).update(not_before=timezone.now() - timedelta(seconds=OVERDUE + 5))
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "queued", "a stray ring does not send what is overdue"
    after = start_again(reply, rounds=5)
    assert after.post is not None
    assert after.state == "sent" and len(world.posted(after.post)) == 1


def test_a_reply_that_is_a_minute_late_is_sent_at_once(world: World, rep: User) -> None:
    reply = say(world, rep)
    Reply.objects.filter(pk=reply.pk).update(not_before=timezone.now() - timedelta(seconds=60))
    assert sent(reply).state == "sent" and reply.attempts == 1


def test_an_answer_of_which_the_backup_knows_nothing_comes_back_as_our_post(world: World, rep: User) -> None:
    reply = say(world, rep)
    post = reply.post
    sent(reply)
    Reply.objects.all().delete()
    Post.objects.filter(account__isnull=False).delete()
    sync.ensure_streams(world.account)
    sync.pull(Stream.objects.get(account=world.account, kind="own_posts"))
    assert post is not None
    assert Post.objects.filter(account=world.account, in_reply_to=post.external_id).count() == 1
    with pytest.raises(outbox.AlreadyAnswered):
        say(world, rep, post=post, key="k2")


def test_what_was_said_since_the_backup_is_fetched_again_once(world: World) -> None:
    stream = mentions_of(world)
    cursor, written = stream.cursor, write(world, 30)
    sync.pull(stream)
    Mention.objects.filter(post__external_id__in=written).delete()
    Post.objects.filter(external_id__in=written).delete()
    Stream.objects.filter(pk=stream.pk).update(cursor=cursor)
    sync.pull(stream)
    assert Mention.objects.filter(post__external_id__in=written).count() == 30
