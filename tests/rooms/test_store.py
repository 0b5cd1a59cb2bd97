"""Scenes of store: pages become posts, mentions and conversations; nothing twice, nothing resurrected."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from socialcrm import compliance, sync
from socialcrm.models import Conversation, Mention, Post, SocialAccount, SocialProfile, Stream, Tombstone
from socialcrm.networks.base import Author, FetchedPost, Metrics, Page

T0 = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
pytestmark = pytest.mark.django_db


def author(xid: str = "900", handle: str = "bea", **fields: Any) -> Author:
    """A person on the network."""
    return Author(external_id=xid, handle=handle, name=fields.pop("name", handle.title()), followers=10, **fields)


def said(xid: str, text: str = "@acme hello", minute: int = 0, **fields: Any) -> FetchedPost:
    """A post that mentions acme."""
    fields.setdefault("author", author())
    fields.setdefault("mentioned_ids", ("100",))
    return FetchedPost(external_id=xid, text=text, posted_at=T0 + timedelta(minutes=minute), **fields)


def page(*posts: FetchedPost, **fields: Any) -> Page:
    """A page, oldest first."""
    return Page(posts=posts, cursor=posts[-1].external_id if posts else "", **fields)


def test_a_page_becomes_a_profile_a_post_a_mention_and_a_conversation(acme: SocialAccount) -> None:
    stored = sync.store(page(said("1", raw=b'{"id": "1"}')), acme)
    mention = Mention.objects.select_related("post__author", "conversation").get()
    assert (stored.new_posts, stored.new_mentions) == (1, 1)
    assert (mention.post.text, mention.post.author.handle, mention.post.raw) == ("@acme hello", "bea", {"id": "1"})
    assert (mention.conversation.status, mention.conversation.waiting_since) == ("open", T0)
    assert mention.posted_at == mention.post.posted_at == T0


def test_the_same_page_again_adds_nothing(acme: SocialAccount) -> None:
    sync.store(page(said("1"), said("2")), acme)
    again = sync.store(page(said("1"), said("2")), acme)
    assert again.new_posts == 0
    assert (Post.objects.count(), Mention.objects.count(), Conversation.objects.count()) == (2, 2, 2)


def test_two_unrelated_mentions_of_one_page_are_two_conversations(acme: SocialAccount) -> None:
    sync.store(page(said("1", thread_id="1"), said("2", thread_id="2")), acme)
    assert set(Conversation.objects.values_list("thread_id", flat=True)) == {"1", "2"}


def test_two_posts_of_one_thread_are_one_conversation(acme: SocialAccount) -> None:
    sync.store(page(said("1", thread_id="1"), said("2", minute=3, thread_id="1", in_reply_to="1")), acme)
    conversation = Conversation.objects.get()
    assert (conversation.last_post_at, conversation.waiting_since) == (T0 + timedelta(minutes=3), T0)


@pytest.mark.parametrize("kind", ["mentions", "own_posts", "profile_posts"])
def test_queries_do_not_grow_with_the_posts_of_a_page(acme: SocialAccount, kind: str) -> None:
    def queries(first: int, posts: int) -> int:
        people = [author(str(5000 + first + n), f"p{first + n}") for n in range(posts)]
        made = [said(str(first + n), author=people[n], in_reply_to=f"77{first}", minute=n) for n in range(posts)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            sync.store(page(*made), acme, kind=kind)
        return len(seen)

    assert queries(1, 1) == queries(1000, 100)


def test_a_renamed_handle_follows_the_id(acme: SocialAccount) -> None:
    sync.store(page(said("1")), acme)
    sync.store(page(said("2", author=author(handle="bea_new"))), acme)
    assert SocialProfile.objects.get(external_id="900").handle == "bea_new"
    assert Post.objects.filter(author__handle="bea_new").count() == 2


def test_a_deleted_post_is_not_resurrected_by_a_late_copy(acme: SocialAccount) -> None:
    sync.store(page(said("1")), acme)
    sync.forget("twitter", ["1"])
    sync.store(page(said("1", text="@acme again", metrics=Metrics(likes=3))), acme)
    post = Post.objects.get()
    assert (post.state, post.text, post.raw) == ("deleted", "", {})


def test_a_resolved_conversation_reopens_when_they_write_again(acme: SocialAccount) -> None:
    sync.store(page(said("1", thread_id="1")), acme)
    Conversation.objects.update(status="resolved")
    sync.store(page(said("2", minute=9, thread_id="1")), acme)
    assert Conversation.objects.get().status == "open"


def test_likes_do_not_reopen_a_resolved_conversation(acme: SocialAccount) -> None:
    sync.store(page(said("1", thread_id="1")), acme)
    Conversation.objects.update(status="resolved")
    sync.store(page(said("1", thread_id="1", metrics=Metrics(likes=40))), acme)
    assert Conversation.objects.get().status == "resolved"
    assert Post.objects.get().likes == 40


def test_our_own_post_is_never_a_case_and_answers_the_one_it_belongs_to(acme: SocialAccount) -> None:
    us = author("100", "acme")
    sync.store(page(said("1", thread_id="1")), acme)
    ours = said("2", "@bea on it", 5, author=us, thread_id="1", in_reply_to="1", to_author_id="900", kind="reply")
    sync.store(page(ours), acme, kind="own_posts")
    conversation = Conversation.objects.get()
    post = Post.objects.get(external_id="2")
    assert (post.account, post.to_profile.handle) == (acme, "bea")
    assert (conversation.status, conversation.waiting_since) == ("pending", None)
    assert conversation.first_reply_at == T0 + timedelta(minutes=5)
    assert Mention.objects.count() == 1


def test_private_messages_of_one_person_to_two_brands_are_two_conversations(acme: SocialAccount) -> None:
    other = SocialAccount.objects.create(network="twitter", external_id="101", handle="acme_b")
    sync.store(page(said("1", visibility="private")), acme)
    sync.store(page(said("2", visibility="private")), other)
    sync.store(page(said("3", visibility="private", minute=2)), acme)
    assert Conversation.objects.count() == 2


def test_a_post_that_mentions_two_of_our_accounts_is_one_row_with_two_mentions(acme: SocialAccount) -> None:
    other = SocialAccount.objects.create(network="twitter", external_id="101", handle="acme_b")
    sync.store(page(said("1")), acme)
    sync.store(page(said("1")), other)
    assert (Post.objects.count(), Mention.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("\ud83d\ude00", "\U0001f600"),
        ("שלום \u202e x", "שלום \u202e x"),
    ],
)
def test_characters_that_no_database_takes_are_replaced(acme: SocialAccount, text: str, kept: str) -> None:
    sync.store(page(said("1", text, raw=b'{"a": "\\u0000", "b": "\\ud83d\\ude00"}')), acme)
    assert (Post.objects.get().text, Post.objects.get().raw) == (kept, {"a": "\ufffd", "b": "\U0001f600"})


@pytest.mark.parametrize("raw", [b"{not json", b'{"n": 1e400000}', b"[" * 100_000 + b"]" * 100_000])
def test_json_that_the_database_refuses_costs_the_raw_copy_not_the_post(acme: SocialAccount, raw: bytes) -> None:
    sync.store(page(said("1", raw=raw), said("2")), acme)
    assert Post.objects.count() == 2


def test_one_broken_raw_copy_costs_no_other(acme: SocialAccount) -> None:
    sync.store(page(said("1", raw=b"{not json"), said("2", raw=b'{"id": "2"}')), acme)
    assert dict(Post.objects.values_list("external_id", "raw")) == {"1": {}, "2": {"id": "2"}}


def test_json_that_goes_on_behind_its_end_adds_no_row(acme: SocialAccount) -> None:
    forged = b'{}, "2026-11-20T09:00:00Z", 0], ["twitter", "666", "900", null, "forged"'
    sync.store(page(said("1", raw=forged)), acme)
    assert list(Post.objects.values_list("external_id", "raw")) == [("1", {})]


def test_a_mention_in_a_thread_that_we_wrote_in_already_waits_for_nobody(acme: SocialAccount) -> None:
    ours = said("2", "@bea on it", 5, author=author("100", "acme"), thread_id="1", in_reply_to="1", kind="reply")
    sync.store(page(ours), acme, kind="own_posts")
    sync.store(page(said("1", thread_id="1")), acme)
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.waiting_since) == ("pending", None)
    assert conversation.first_reply_at == conversation.last_post_at == T0 + timedelta(minutes=5)


def test_an_erased_persons_reply_in_no_named_thread_is_left_out(acme: SocialAccount) -> None:
    compliance.suppress([SocialProfile(network="twitter", external_id="900")])
    sync.store(page(said("2", in_reply_to="1"), said("3", author=author("901", "dan"))), acme)
    assert list(Post.objects.values_list("external_id", flat=True)) == ["3"]


def test_a_conversation_belongs_to_who_spoke_first_not_to_who_was_known_first(acme: SocialAccount) -> None:
    dan = author("901", "dan")
    sync.store(page(said("9", author=dan, minute=-9)), acme)
    sync.store(page(said("1", thread_id="1"), said("2", minute=2, thread_id="1", author=dan)), acme)
    assert Conversation.objects.get(thread_id="1").profile.handle == "bea"


def test_counts_beyond_the_column_are_cut(acme: SocialAccount) -> None:
    sync.store(page(said("1", metrics=Metrics(views=10**15, likes=-4))), acme)
    assert (Post.objects.get().views, Post.objects.get().likes) == (2_147_483_647, 0)


def test_the_cursor_moves_with_its_page(acme: SocialAccount) -> None:
    stream = Stream.objects.create(account=acme, kind="mentions")
    sync.store(page(said("1"), said("2")), acme, stream)
    stream.refresh_from_db()
    assert (stream.cursor, stream.stored, stream.error_class) == ("2", 2, "")
    assert stream.due_at > stream.last_success_at


def state() -> list[Any]:
    """All that the six events may change, but for keys and the times of our own clock."""
    posts = Post.objects.order_by("external_id").values_list(
        "external_id", "author__handle", "to_profile__handle", "text", "state", "likes", "edited", "parents_wanted"
    )
    talks = Conversation.objects.order_by("thread_id").values_list(
        "thread_id", "status", "opened_at", "waiting_since", "last_post_at", "first_reply_at", "profile__handle"
    )
    mentions = Mention.objects.order_by("post__external_id").values_list("post__external_id", "conversation__thread_id")
    return [*posts, *talks, *mentions]


# Real commits: the staging tables empty themselves at each.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deleted", ["2", "3"])
def test_six_events_in_any_order_reach_the_same_state(acme: SocialAccount, deleted: str) -> None:
    dan, us = author("901", "dan"), author("100", "acme")
    reply = {"thread_id": "1", "in_reply_to": "1", "minute": 2}

    def event(n: int, *posts: FetchedPost, kind: str = "mentions") -> Any:
        return lambda: sync.store(page(*posts), acme, kind=kind, seen_at=T0 + timedelta(hours=n))

    answer = said("3", minute=4, author=us, to_author_id="900", kind="reply", thread_id="1", in_reply_to="2")
    edited = {"text": "@acme hello, edited", "edited": True}
    events = [
        event(1, said("2", **reply)),
        event(2, said("2", **edited, **reply)),
        event(3, said("2", metrics=Metrics(likes=7), **edited, **reply)),
        event(4, answer, kind="own_posts"),
        event(5, said("1", "lamps?", author=dan, thread_id="1", mentioned_ids=()), kind="parents"),
        lambda: sync.forget("twitter", [deleted]),
    ]
    reached = set()
    for order in itertools.permutations(events):
        for model in (Mention, Conversation, Post, Tombstone):
            model.objects.all().delete()
        for step in order:
            step()
        reached.add(repr(state()))
    assert len(reached) == 1, sorted(reached)[:2]
