"""What is taken into the outbox and what is not; and each refusal says what to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.utils import timezone

from socialcrm import outbox, tasks
from socialcrm.connect import CalledInTransaction
from socialcrm.models import Mention, Post, Reply, SocialAccount, SocialProfile
from socialcrm.outbox.claim import claim

from .outbox_world import World, time_passes


def take(user: User, account: SocialAccount, post: Post, text: str = "Hello", key: str = "k1", **more: Any) -> Reply:
    """Take a reply in that may leave at once."""
    return outbox.enqueue(user, account, post, text, key, delay=0, **more)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "Write"),
        ("   \n\t ", "Write"),
        ("\u200b\u2060", "Write"),
        ("a\x00b", "NUL"),
        ("a\ud800b", "half"),
        ("x" * 281, "too long"),
        ("漢" * 141, "too long"),
    ],
)
def test_a_text_that_cannot_be_sent_is_refused_in_one_sentence(
    rep: User, acme: SocialAccount, mention: Post, text: str, word: str
) -> None:
    with pytest.raises(outbox.TextRefused, match=word) as refused:
        take(rep, acme, mention, text)
    assert str(refused.value).endswith(".") and not Reply.objects.exists()


@pytest.mark.parametrize("text", ["x" * 280, "👩‍👩‍👧‍👦" * 140, "\u202eabc", "https://example.com/" + "p" * 300])
def test_a_text_that_fits_by_the_networks_own_count_is_taken(
    rep: User, acme: SocialAccount, mention: Post, text: str
) -> None:
    assert take(rep, acme, mention, text).text == text


@pytest.mark.parametrize("state", ["deleted", "withheld"])
def test_a_post_that_is_gone_cannot_be_answered(rep: User, acme: SocialAccount, mention: Post, state: str) -> None:
    Post.objects.filter(pk=mention.pk).update(state=state)
    mention.refresh_from_db()
    with pytest.raises(outbox.NotEligible) as refused:
        take(rep, acme, mention)
    assert refused.value.verdict.code in {"deleted", "withheld"} and refused.value.sentence


@pytest.mark.parametrize("state", ["protected", "suspended", "gone"])
def test_an_author_who_is_hidden_cannot_be_answered(
    rep: User, acme: SocialAccount, mention: Post, ada_profile: SocialProfile, state: str
) -> None:
    SocialProfile.objects.filter(pk=ada_profile.pk).update(state=state)
    mention.author.refresh_from_db()
    with pytest.raises(outbox.NotEligible) as refused:
        take(rep, acme, mention)
    assert refused.value.verdict.code == state and "ada_l" in refused.value.sentence


def test_a_post_that_did_not_name_us_leads_to_the_network_instead(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    Mention.objects.all().delete()
    Post.objects.filter(pk=mention.pk).update(mentioned_ids=[])
    mention.refresh_from_db()
    found = outbox.verdict(acme, mention)
    assert not found.allowed and mention.external_id in found.open_url
    acme.tier = "enterprise"
    assert outbox.verdict(acme, mention).allowed


def test_a_private_message_is_never_answered_in_public(rep: User, acme: SocialAccount, mention: Post) -> None:
    Post.objects.filter(pk=mention.pk).update(visibility="private")
    mention.refresh_from_db()
    with pytest.raises(outbox.NotAllowed, match="may not see"):
        take(rep, acme, mention)
    rep.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    rep = User.objects.get(pk=rep.pk)
    with pytest.raises(outbox.OutboxError, match="private"):
        take(rep, acme, mention, audience="public")
    quiet = take(rep, acme, mention)
    assert quiet.audience == "private"
    quiet.delete()
    Post.objects.filter(pk=mention.pk).update(visibility="public")
    mention.refresh_from_db()
    with pytest.raises(outbox.OutboxError, match="public"):
        take(rep, acme, mention, audience="private")


@pytest.mark.parametrize("state", ["needs_reconnect", "disconnected", "paused"])
def test_an_account_that_cannot_send_takes_nothing_new(
    rep: User, acme: SocialAccount, mention: Post, state: str
) -> None:
    acme.change_state(state)
    with pytest.raises(outbox.NotEligible, match="@acme"):
        take(rep, acme, mention)


def test_only_who_may_use_the_account_and_see_the_post_may_answer(
    rep: User, acme: SocialAccount, mention: Post, db: None
) -> None:
    stranger = User.objects.create_user("stranger")
    with pytest.raises(outbox.NotAllowed):
        take(stranger, acme, mention)
    acme.groups.add(Group.objects.create(name="other team"))
    with pytest.raises(outbox.NotAllowed):
        take(rep, acme, mention)


def test_a_reply_leaves_soon_enough_to_be_seen_as_sent_within_ten_seconds(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    reply = outbox.enqueue(rep, acme, mention, "Hello", "k1")
    assert timedelta(seconds=2) < reply.not_before - reply.created_at <= timedelta(seconds=4)


# Once


def test_a_double_click_gives_one_row(rep: User, acme: SocialAccount, mention: Post) -> None:
    assert take(rep, acme, mention) == take(rep, acme, mention)
    assert Reply.objects.count() == 1


def test_a_double_click_counts_even_after_the_post_is_gone(rep: User, acme: SocialAccount, mention: Post) -> None:
    first = take(rep, acme, mention)
    Post.objects.filter(pk=mention.pk).update(state="deleted")
    mention.refresh_from_db()
    assert take(rep, acme, mention) == first


def test_a_key_that_comes_with_another_text_is_refused(rep: User, acme: SocialAccount, mention: Post) -> None:
    first = take(rep, acme, mention)
    with pytest.raises(outbox.KeyReused) as refused:
        take(rep, acme, mention, "Something else")
    assert refused.value.reply == first


def test_two_people_may_use_the_same_key(rep: User, agent: User, acme: SocialAccount, mention: Post) -> None:
    outbox.cancel(take(rep, acme, mention), rep)
    assert take(agent, acme, mention).user == agent


def test_a_second_person_is_told_who_is_answering_and_what(
    rep: User, agent: User, acme: SocialAccount, mention: Post
) -> None:
    first = take(rep, acme, mention, "On its way")
    with pytest.raises(outbox.AlreadyAnswered, match="Rep") as refused:
        take(agent, acme, mention, "Mine", seen=outbox.Seen(0))
    assert refused.value.reply == first and refused.value.reply.text == "On its way"


def test_an_answer_that_the_composer_had_not_seen_stops_the_send_and_one_that_it_had_does_not(
    rep: User, agent: User, acme: SocialAccount, mention: Post
) -> None:
    first = take(rep, acme, mention)
    Reply.objects.filter(pk=first.pk).update(state="sent", external_id="9")
    with pytest.raises(outbox.AlreadyAnswered, match="has answered"):
        take(agent, acme, mention, "Mine", seen=outbox.Seen(0))
    assert take(agent, acme, mention, "I saw it, and yet", seen=outbox.Seen(first.pk)).state == "queued"


def test_the_second_tab_of_the_same_person_is_told_too(rep: User, acme: SocialAccount, mention: Post) -> None:
    first = take(rep, acme, mention)
    Reply.objects.filter(pk=first.pk).update(state="sent", external_id="9")
    with pytest.raises(outbox.AlreadyAnswered):
        take(rep, acme, mention, "Again", "k2", seen=outbox.Seen(0))


def test_a_script_may_follow_up_its_own_answer_and_not_another_persons(
    rep: User, agent: User, acme: SocialAccount, mention: Post
) -> None:
    first = take(rep, acme, mention)
    Reply.objects.filter(pk=first.pk).update(state="sent", external_id="9")
    with pytest.raises(outbox.AlreadyAnswered):
        take(agent, acme, mention, "Mine")
    assert take(rep, acme, mention, "One more thing", "k2").pk != first.pk


def typed(acme: SocialAccount, mention: Post, text: str = "We typed this on a phone", **more: Any) -> Post:
    """An answer of ours that no reply of ours made, as sync stores it."""
    return Post.objects.create(
        network="twitter", external_id=uuid4().hex, author=acme.profile, account=acme, text=text,
        posted_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC), thread_id=mention.external_id,
        in_reply_to=mention.external_id, **more,
    )  # fmt: skip


def test_an_answer_typed_on_the_network_stops_a_composer_that_had_not_shown_it_and_no_other(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    theirs = typed(acme, mention)
    with pytest.raises(outbox.AlreadyAnswered, match=r"@acme answered this on X itself, 11/03/2026 .*30") as refused:
        take(rep, acme, mention, seen=outbox.Seen(0))
    assert (refused.value.reply.text, refused.value.reply.sent_post) == ("We typed this on a phone", theirs)
    with pytest.raises(outbox.AlreadyAnswered):
        take(rep, acme, mention)
    assert Reply.objects.count() == 0
    assert take(rep, acme, mention, "I saw it, and yet", seen=outbox.Seen(0, theirs.pk)).state == "queued"


def test_our_own_echo_a_noted_answer_and_a_deleted_one_are_not_taken_for_typed_ones(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    typed(acme, mention, state="deleted")
    first = take(rep, acme, mention)
    echo = typed(acme, mention, "Hello")
    Reply.objects.filter(pk=first.pk).update(state="sent", external_id=echo.external_id)
    second = take(rep, acme, mention, "One more thing", "k2")
    Reply.objects.filter(pk=second.pk).update(state="unknown")
    second.refresh_from_db()
    outbox.settle(second, rep, sent=True)
    typed(acme, mention, "One more thing")
    assert take(rep, acme, mention, "And a third", "k3").state == "queued"


def test_a_retry_is_stopped_by_what_was_typed_since_it_was_written(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    earlier = typed(acme, mention)
    reply = take(rep, acme, mention, seen=outbox.Seen(0, earlier.pk))
    Reply.objects.filter(pk=reply.pk).update(state="failed")
    typed(acme, mention, "Done from the train")
    with pytest.raises(outbox.AlreadyAnswered) as refused:
        outbox.retry(reply, rep)
    assert refused.value.reply.text == "Done from the train"


def test_failed_and_cancelled_replies_are_in_nobodys_way(
    rep: User, agent: User, acme: SocialAccount, mention: Post
) -> None:
    outbox.cancel(take(rep, acme, mention), rep)
    assert take(agent, acme, mention, seen=outbox.Seen(0)).state == "queued"


@pytest.mark.django_db(transaction=True)
def test_fifty_clicks_at_once_by_two_people_leave_one_reply(
    transactional_db: None, rep: User, agent: User, acme: SocialAccount, mention: Post
) -> None:
    def click(number: int) -> str:
        try:
            who = (rep, agent)[number % 2]
            return str(take(who, acme, mention, f"Mine {number % 4}", f"key-{number % 4}", seen=outbox.Seen(0)).pk)
        except outbox.AlreadyAnswered as refused:
            return f"told of {refused.reply.pk}"
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        said = list(pool.map(click, range(50)))
    (only,) = Reply.objects.all()
    assert {text.removeprefix("told of ") for text in said} == {str(only.pk)}


# In the worker


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_reply_make_one_post(transactional_db: None, world: World, rep: User) -> None:
    reply = take(rep, world.account, world.mention(), "Only once, please")
    world.fault("delay", ms=200)

    def work(_number: int) -> None:
        outbox.send(reply.pk)
        connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert len(world.posted(reply.post)) == 1
    reply.refresh_from_db()
    assert (reply.state, reply.attempts) == ("sent", 1)


def test_who_lost_the_right_between_click_and_send_does_not_post(world: World, rep: User) -> None:
    reply = take(rep, world.account, world.mention())
    rep.user_permissions.clear()
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.error_class) == ("failed", "NotAllowed") and world.posted(reply.post) == []


def test_a_user_who_was_removed_does_not_post(world: World, rep: User) -> None:
    reply = take(rep, world.account, world.mention())
    User.objects.filter(pk=rep.pk).update(is_active=False)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "failed"


def test_a_post_deleted_between_click_and_send_is_a_failure_with_that_sentence(world: World, rep: User) -> None:
    reply = take(rep, world.account, world.mention(), "Too late")
    world.sandbox.control("POST", "delete", {"network": "twitter", "id": reply.post.external_id})
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "failed" and "deleted" in reply.error_detail and reply.text == "Too late"
    tasks.look_again(reply.pk)
    reply.post.refresh_from_db()
    assert (reply.post.state, reply.post.text) == ("deleted", ""), "what cannot be answered is looked for at once"


def test_a_post_that_may_not_be_answered_and_is_still_there_keeps_its_text(world: World, rep: User) -> None:
    reply = take(rep, world.account, world.mention())
    world.fault("status", status=403, times=1, body={"title": "Forbidden", "detail": "Not you.", "status": 403})
    outbox.send(reply.pk)
    assert tasks.look_again(reply.pk) == 0
    reply.post.refresh_from_db()
    assert reply.post.state == "live" and reply.post.text


def test_a_refusal_has_the_post_looked_for(world: World, rep: User, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(outbox.finish.bell, "ring", lambda task, pk, countdown=0: rung.append((task, pk)))
    reply = take(rep, world.account, world.mention())
    world.fault("status", status=403, times=1, body={"title": "Forbidden", "detail": "Not you.", "status": 403})
    outbox.send(reply.pk)
    assert rung[-1] == (tasks.look_again.name, reply.pk)


@pytest.mark.django_db(transaction=True)
def test_a_network_is_never_called_inside_a_transaction(transactional_db: None, world: World, rep: User) -> None:
    from django.db import transaction

    reply = take(rep, world.account, world.mention())
    with pytest.raises(CalledInTransaction), transaction.atomic():
        outbox.send(reply.pk)
    assert world.posted(reply.post) == []


def test_the_claim_is_one_update_whose_conditions_are_on_the_row_itself(
    rep: User, acme: SocialAccount, mention: Post, django_assert_max_num_queries: Any
) -> None:
    reply = take(rep, acme, mention)
    with django_assert_max_num_queries(4) as asked:
        assert claim(reply.pk)
    (update,) = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("UPDATE")]
    assert "JOIN" not in update and '"socialcrm_reply"."state" = ' in update


# The sweep


def test_the_sweep_finds_a_reply_that_nobody_rang_for(
    rep: User, acme: SocialAccount, mention: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr("socialcrm.outbox.bell.ring", lambda task, pk, countdown=0: rung.append((task, pk)))
    reply = take(rep, acme, mention)
    rung.clear()
    assert outbox.sweep() == 0, "its ring is only just out"
    time_passes(reply, 20)
    assert outbox.sweep() == 1 and rung == [("socialcrm.send_reply", reply.pk)]
    assert outbox.sweep() == 0, "once is enough for a while"


def test_a_lease_ends_by_the_databases_clock_and_not_by_a_workers(
    rep: User, acme: SocialAccount, mention: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = take(rep, acme, mention)
    assert claim(reply.pk)
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert outbox.sweep() == 0 and Reply.objects.get(pk=reply.pk).state == "sending"


def test_an_idle_sweep_is_one_query(acme: SocialAccount, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        outbox.sweep()


def test_a_broker_that_is_away_does_not_keep_a_reply_from_being_taken_in(
    rep: User,
    acme: SocialAccount,
    mention: Post,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    from celery import current_app
    from kombu.exceptions import OperationalError

    def away(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        reply = take(rep, acme, mention)
    assert Reply.objects.get(pk=reply.pk).state == "queued"


def test_an_attempt_is_over_before_its_absence_can_be_proven(settings: Any) -> None:
    from socialcrm import conf
    from socialcrm.networks.base import Network
    from socialcrm.networks.transport import TOTAL_SECONDS
    from socialcrm.outbox.send import STALE

    lease = float(conf.get("LEASE_SECONDS"))
    assert STALE * lease + TOTAL_SECONDS <= lease + Network.settle_seconds


# Answered elsewhere


def test_an_answer_given_on_the_network_itself_is_written_down_as_such(
    rep: User, acme: SocialAccount, mention: Post
) -> None:
    reply = outbox.mark_outside(mention, acme, rep, "I called her.")
    assert (reply.state, reply.outside, reply.external_id) == ("sent", True, "")
