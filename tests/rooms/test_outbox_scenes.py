"""One reply on its way: taken in, sent once, written down truthfully, whatever the network does."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from socialcrm import outbox
from socialcrm.models import AuditEntry, Conversation, Post, Reply

from .outbox_world import World, time_passes


def say(world: World, user: User, text: str = "", key: str = "k1", **more: Any) -> Reply:
    """A reply to a new mention, ready to leave at once. X refuses the same text twice, so it is a new one."""
    text = text or f"We are on it, number {uuid.uuid4().hex[:8]}."
    return outbox.enqueue(user, world.account, more.pop("post", None) or world.mention(), text, key, delay=0, **more)


def sent(reply: Reply) -> Reply:
    """Let a worker have it."""
    outbox.send(reply.pk)
    reply.refresh_from_db()
    return reply


def test_a_reply_is_on_the_network_once_and_says_so_with_its_id(world: World, rep: User) -> None:
    reply = sent(say(world, rep))
    (entry,) = world.posted(reply.post)
    assert (reply.state, reply.external_id) == ("sent", entry["id"])
    outbox.send(reply.pk)
    assert len(world.posted(reply.post)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Plain.",
        "  two spaces  before and after  ",
        '*stars* _and_ `ticks` & <tags> "quotes" 100 %',
        "👩‍👩‍👧‍👦 🇫🇷 ✅ é",
        "\u05e9\u05dc\u05d5\u05dd \u202e right to left \u202c end",
        "one\ntwo\n\nthree\ttab\u2028line",
    ],
)
def test_the_text_posted_is_the_text_typed_byte_for_byte(world: World, rep: User, text: str) -> None:
    reply = sent(say(world, rep, text))
    assert world.posted(reply.post)[0]["text"] == text == reply.text


def test_our_answer_stands_in_the_timeline_at_once_and_the_conversation_waits_for_them(world: World, rep: User) -> None:
    reply = sent(say(world, rep))
    own = Post.objects.get(external_id=reply.external_id)
    assert (own.account, own.to_profile, own.in_reply_to) == (world.account, reply.post.author, reply.post.external_id)
    talk = Conversation.objects.get(pk=reply.conversation_id)
    assert talk.status == "pending" and talk.first_reply_at is not None and reply.sent_post == own


def test_a_host_hears_of_a_sent_reply_once(world: World, rep: User, django_capture_on_commit_callbacks: Any) -> None:
    from socialcrm.signals import reply_sent

    heard: list[int] = []

    def listen(sender: Any, reply: Reply, **kwargs: Any) -> None:
        heard.append(reply.pk)

    reply_sent.connect(listen)
    try:
        reply = say(world, rep)
        with django_capture_on_commit_callbacks(execute=True):
            sent(reply)
            sent(reply)
    finally:
        reply_sent.disconnect(listen)
    assert heard == [reply.pk]


def test_every_step_leaves_a_row_in_the_audit_trail_without_the_text(world: World, rep: User) -> None:
    reply = sent(say(world, rep, "a secret word: xyzzy"))
    rows = AuditEntry.objects.filter(model="reply", object_id=str(reply.pk)).order_by("pk")
    assert [row.action for row in rows] == ["reply_intent", "reply_attempt", "reply_result"]
    assert rows[0].user == rep and not any("xyzzy" in str(row.detail) for row in rows)


# Cancelled in time, retried


def test_a_reply_waits_for_the_undo_seconds_and_never_leaves_once_cancelled(world: World, rep: User) -> None:
    reply = outbox.enqueue(rep, world.account, world.mention(), "Oh no", "k1", delay=5)
    assert sent(reply).state == "queued"
    outbox.cancel(reply, rep)
    time_passes(reply)
    assert sent(reply).state == "cancelled" and world.posted(reply.post) == []


def test_a_reply_that_left_cannot_be_cancelled(world: World, rep: User) -> None:
    reply = sent(say(world, rep))
    with pytest.raises(outbox.OutboxError, match="too late"):
        outbox.cancel(reply, rep)


def test_others_cannot_cancel_a_reply_but_a_manager_can(world: World, rep: User, agent: User, manager: User) -> None:
    reply = say(world, rep)
    with pytest.raises(outbox.NotAllowed):
        outbox.cancel(reply, agent)
    assert outbox.cancel(reply, manager).state == "cancelled"


def test_retry_really_calls_the_network_again(world: World, rep: User) -> None:
    world.fault("status", status=403, times=1, body={"title": "Forbidden", "detail": "Not today.", "status": 403})
    reply = sent(say(world, rep))
    assert (reply.state, reply.error_detail) == ("failed", "Not today.") and reply.text.startswith("We are")
    outbox.retry(reply, rep)
    assert sent(reply).state == "sent" and len(world.posted(reply.post)) == 1


def test_a_sent_reply_cannot_be_retried(world: World, rep: User) -> None:
    reply = sent(say(world, rep))
    with pytest.raises(outbox.OutboxError):
        outbox.retry(reply, rep)
    outbox.send(reply.pk)
    assert len(world.posted(reply.post)) == 1


# The network says no, wait, or nothing


def reset(seconds: float) -> dict[str, str]:
    """The headers of a window that ends in so many seconds."""
    return {"x-rate-limit-reset": str(int(timezone.now().timestamp() + seconds)), "x-rate-limit-remaining": "0"}


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({}, 5, 1000),
        (600, 500, 700),
        (-600, 5, 1000),
        (7200, 5, 7300),
        ({"x-rate-limit-reset": "soon"}, 5, 1000),
        ({"x-rate-limit-reset": "-1"}, 5, 1000),
        ({"retry-after": "120"}, 60, 1000),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 5, 1000),
        ({"x-rate-limit-reset": "99999999999999999999"}, 5, 86500),
    ],
)
def test_after_429_the_reply_waits_as_asked_and_leaves_once(
    world: World, rep: User, headers: dict[str, str] | int, least: float, most: float
) -> None:
    headers = reset(headers) if isinstance(headers, int) else headers
    world.fault("status", status=429, headers=headers, times=1, body={"title": "Too Many Requests", "status": 429})
    reply = sent(say(world, rep))
    wait = (reply.not_before - timezone.now()).total_seconds()
    assert (reply.state, reply.hold) == ("queued", "rate_limited") and least - 1 <= wait <= most
    assert sent(reply).state == "queued"
    time_passes(reply, 90000)
    type(world.account).objects.update(replies_wait_until=timezone.now() - timedelta(seconds=1))
    assert sent(reply).state == "sent" and len(world.posted(reply.post)) == 1


def test_after_429_other_replies_of_the_account_do_not_even_try(world: World, rep: User) -> None:
    one, other = say(world, rep), say(world, rep, "Another", "k2")
    world.fault("status", status=429, headers=reset(600), body={"title": "Too Many Requests", "status": 429})
    sent(one)
    assert sent(other).hold == "rate_limited" and outbox.sweep() == 0
    (fault,) = world.sandbox.control("GET", "faults")["faults"]
    assert fault["hits"] == 1


def test_a_reply_written_after_429_waits_from_the_start_and_says_until_when(world: World, rep: User) -> None:
    world.fault("status", status=429, headers=reset(600), times=1, body={"title": "Too Many Requests", "status": 429})
    sent(say(world, rep))
    world.account.refresh_from_db()
    written = say(world, rep, "Another", "k2", post=world.mention(number=1))
    free = world.account.replies_wait_until
    assert (written.state, written.hold, written.not_before) == ("queued", "rate_limited", free)
    assert written.rung_at is None, "the sweep finds it: no worker is rung ten minutes too early"


def test_once_the_window_is_used_up_no_reply_is_refused_for_it(world: World, rep: User) -> None:
    one, other = say(world, rep), say(world, rep, key="k2")
    limits = {"endpoint": "POST /2/tweets", "limit": 1, "window_s": 600}
    world.sandbox.control("POST", "limits", limits)
    try:
        assert sent(one).state == "sent" and sent(other).state == "queued" and outbox.sweep() == 0
    finally:
        world.sandbox.control("POST", "limits", {**limits, "limit": 1_000_000})
    assert other.attempts == 0


def test_a_network_that_is_down_is_tried_again_and_in_the_end_the_person_is_told(world: World, rep: User) -> None:
    reply = say(world, rep)
    world.account_options("http://127.0.0.1:9")
    for _attempt in range(20):
        sent(time_passes(reply, 1000))
        if reply.state != "queued":
            break
    assert (reply.state, reply.error_class) == ("failed", "unreachable") and reply.text.startswith("We are")
    assert "X" in reply.error_detail and reply.attempts == 8


@pytest.mark.parametrize("drop", ["drop_after", "truncate", "bad_json", "status_after"])
def test_a_lost_answer_to_an_accepted_reply_is_found_and_not_repeated(world: World, rep: User, drop: str) -> None:
    world.fault(drop, times=1)
    reply = sent(say(world, rep))
    assert reply.state == "unknown"
    outbox.reconcile(time_passes(reply, 2).pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and [row["id"] for row in world.posted(reply.post)] == [reply.external_id]


def test_a_reply_that_never_arrived_is_sent_again_only_once_its_absence_is_proof(world: World, rep: User) -> None:
    world.fault("drop_before", times=1)
    reply = sent(say(world, rep))
    outbox.reconcile(time_passes(reply, 2).pk)
    reply.refresh_from_db()
    assert reply.state == "unknown", "the post may still be on its way to the timeline"
    outbox.reconcile(time_passes(reply, 60).pk)
    assert sent(time_passes(reply, 60)).state == "sent" and len(world.posted(reply.post)) == 1


def test_an_earlier_answer_to_the_same_post_does_not_leave_a_lost_one_in_doubt(world: World, rep: User) -> None:
    first = sent(say(world, rep))
    assert first.post is not None
    world.fault("drop_before", times=1)
    second = outbox.enqueue(rep, world.account, first.post, "One more thing", "k2", seen=outbox.Seen(first.pk), delay=0)
    assert sent(second).state == "unknown"
    time_passes(second)
    outbox.reconcile(second.pk)
    second.refresh_from_db()
    assert (second.state, second.hold) == ("queued", "not_arrived")
    time_passes(second)
    assert sent(second).state == "sent"
    assert [post["text"] for post in world.posted(first.post)] == [first.text, second.text]


def test_a_duplicate_that_is_ours_is_resolved_to_the_post_that_exists(world: World, rep: User) -> None:
    world.fault("drop_after", times=1)
    reply = sent(say(world, rep))
    Reply.objects.filter(pk=reply.pk).update(state="queued", not_before=timezone.now())
    assert sent(reply).state == "unknown"
    outbox.reconcile(time_passes(reply, 1).pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and [row["id"] for row in world.posted(reply.post)] == [reply.external_id]


def test_a_duplicate_of_something_else_is_told_to_the_person(world: World, rep: User) -> None:
    sent(say(world, rep, "Thank you!"))
    other = sent(say(world, rep, "Thank you!", "k2"))
    outbox.reconcile(time_passes(other, 1).pk)
    other.refresh_from_db()
    assert other.state == "failed" and "duplicate" in other.error_detail


def test_a_worker_that_dies_after_the_network_took_the_reply_leaves_no_second_one(
    world: World, rep: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialcrm.outbox import finish

    reply = say(world, rep)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(finish, "sent", lambda *args: (_ for _ in ()).throw(SystemExit))
        outbox.send(reply.pk)
    time_passes(reply)
    outbox.sweep()
    outbox.reconcile(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and len(world.posted(reply.post)) == 1


def test_a_late_worker_cannot_undo_what_a_later_attempt_found(world: World, rep: User) -> None:
    from socialcrm.outbox import finish
    from socialcrm.outbox.claim import claim

    reply = say(world, rep)
    claim(reply.pk)
    late = Reply.objects.get(pk=reply.pk)
    Reply.objects.filter(pk=reply.pk).update(state="queued", attempt_id=None, not_before=timezone.now())
    sent(reply)
    assert not finish.failed(late, "unreachable", "late") and not finish.sent(late, "999")
    reply.refresh_from_db()
    assert reply.state == "sent" and reply.external_id == world.posted(reply.post)[0]["id"]


def test_what_nobody_can_decide_waits_for_a_person(world: World, rep: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from socialcrm.networks.base import UNDECIDED
    from socialcrm.networks.twitter import Twitter

    world.fault("drop_before", times=1)
    monkeypatch.setattr(Twitter, "find_reply", lambda *args, **more: UNDECIDED)
    reply = sent(say(world, rep))
    for _look in range(10):
        outbox.reconcile(time_passes(reply, 10000).pk)
    reply.refresh_from_db()
    assert (reply.state, reply.hold) == ("unknown", "person") and outbox.sweep() == 0
    outbox.settle(reply, rep, sent=False)
    assert sent(reply).state == "sent" and len(world.posted(reply.post)) == 1


def test_a_person_may_say_that_it_was_sent(world: World, rep: User) -> None:
    world.fault("drop_after", times=1)
    reply = sent(say(world, rep))
    outbox.settle(reply, rep, sent=True)
    assert (reply.state, reply.outside) == ("sent", True)


# The echo of our own answer


def test_the_echo_of_a_reply_in_doubt_settles_it(world: World, rep: User) -> None:
    world.fault("drop_after", times=1)
    reply = sent(say(world, rep, "Look at https://lumen.example/lamps"))
    (entry,) = world.posted(reply.post)
    echo = Post.objects.create(
        network="twitter",
        external_id=entry["id"],
        author=world.account.profile,
        account=world.account,
        text=f"@{reply.post.author.handle} Look at https://t.co/abc",
        posted_at=timezone.now(),
        in_reply_to=reply.post.external_id,
    )
    assert outbox.adopt_echo(echo) == reply
    reply.refresh_from_db()
    assert (reply.state, reply.sent_post, Post.objects.filter(account=world.account).count()) == ("sent", echo, 1)


def test_an_answer_typed_on_the_network_joins_no_reply(world: World, rep: User) -> None:
    world.fault("drop_before", times=1)
    reply = sent(say(world, rep))
    native = Post.objects.create(
        network="twitter",
        external_id="77",
        author=world.account.profile,
        account=world.account,
        text="Something else",
        posted_at=timezone.now(),
        in_reply_to=reply.post.external_id,
    )
    assert outbox.adopt_echo(native) is None
