"""What the network takes back goes here too; who asks to be forgotten is, and stays so; who asks gets everything."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from socialcrm import compliance, outbox, sync
from socialcrm.models import (
    AuditEntry,
    Conversation,
    InfluenceScore,
    Post,
    ProfileLink,
    Reply,
    SocialAccount,
    SocialProfile,
)
from socialcrm.networks.base import Author, FetchedPost, Page

from .outbox_world import World

CANARIES = (
    "@ada_l ",
    "Ada Lovelace",
    "Engines and lamps",
    "floor 3",
    "thank you, Ada",
    "canary-raw",
    "canary-city",
)


def dump() -> str:
    """Every row of every table of socialcrm, as text."""
    said = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("socialcrm").get_models():
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            said.append(repr(cursor.fetchall()))
    return "\n".join(said)


@pytest.fixture
def history(ada: Any, rep: User, acme: SocialAccount, mention: Post, ada_profile: SocialProfile) -> Reply:
    """Everything that can be known about Ada: raw data, scores, a conversation, our answer, a friend who names her."""
    raw = {"id": ada_profile.external_id, "canary": "canary-raw"}
    SocialProfile.objects.filter(pk=ada_profile.pk).update(raw=raw, location="canary-city")
    talk = Conversation.objects.create(
        account=acme, thread_id="5000", profile=ada_profile, opened_at=timezone.now(), last_post_at=timezone.now()
    )
    mention.mentions.update(conversation=talk)
    Post.objects.filter(pk=mention.pk).update(raw=raw)
    InfluenceScore.objects.create(
        profile=ada_profile, day=timezone.now().date(), version=1, value=58, confidence=1, parts=[],
        computed_at=timezone.now(),
    )  # fmt: skip
    reply = outbox.enqueue(rep, acme, mention, "thank you, Ada", "k", delay=0)
    Reply.objects.filter(pk=reply.pk).update(state="sent", external_id="6000")
    Post.objects.create(
        network="twitter", external_id="6000", author=acme.profile, account=acme, to_profile=ada_profile,
        text="@ada_l thank you, Ada", posted_at=timezone.now(), in_reply_to="5000", raw=raw,
    )  # fmt: skip
    friend = SocialProfile.objects.create(network="twitter", external_id="300", handle="bob")
    Post.objects.create(
        network="twitter", external_id="7000", author=friend, text="I agree with @Ada_L! And @ada_lx too",
        posted_at=timezone.now(),
        mentioned_ids=["200", "100"], entities=[{"kind": "mention", "text": "@ada_l", "start": 13, "end": 19}],
        raw={"mentions": ["200"], "canary": "canary-raw"},
    )  # fmt: skip
    reply.refresh_from_db()
    return reply


def page_of_ada(handle: str = "ada_l") -> Page:
    """Ada writes to us again."""
    ada = Author(external_id="200", handle=handle, name="Ada Lovelace")
    bob = Author(external_id="300", handle="bob")
    said = {"posted_at": timezone.now(), "mentioned_ids": ("100",)}
    posts = (
        FetchedPost(external_id="8000", author=ada, text="me again", **said),
        FetchedPost(external_id="8001", author=bob, text="and me", **said),
    )
    return Page(posts=posts, authors=(ada, bob), cursor="8001")


def test_a_post_that_was_deleted_loses_its_content_and_keeps_its_place(mention: Post) -> None:
    sync.forget("twitter", ["5000"])
    mention.refresh_from_db()
    assert (mention.state, mention.text, mention.raw, mention.thread_id) == ("deleted", "", {}, "5000")
    assert mention.mentions.exists() and "floor 3" not in dump()


def test_who_protects_their_posts_is_hidden_here_too(mention: Post, ada_profile: SocialProfile) -> None:
    assert sync.hide_profiles([ada_profile.pk], "protected") == 1
    mention.refresh_from_db()
    ada_profile.refresh_from_db()
    assert (mention.state, mention.text, ada_profile.bio, ada_profile.state) == ("withheld", "", "", "protected")


@pytest.mark.parametrize(("change", "state"), [("suspended", "suspended"), ("protected", "protected")])
def test_the_daily_look_at_profiles_hides_who_was_suspended_or_has_protected_their_posts(
    world: World, change: str, state: str
) -> None:
    post = world.mention("please keep this", number=5)
    author = post.author
    SocialProfile.objects.filter(pk=author.pk).update(fetched_at=timezone.now() - timedelta(days=9))
    order = {"network": "twitter", "handle": author.handle}
    world.sandbox.control("POST", "account", {**order, "state": change})
    try:
        sync.refresh_profiles()
    finally:
        world.sandbox.control("POST", "account", {**order, "state": "active"})
    post.refresh_from_db()
    author.refresh_from_db()
    assert (post.state, post.text, author.state) == ("withheld", "", state)


@pytest.fixture
def seldom_seen(world: World) -> Post:
    """A mention of a person whose profile was read nine days ago."""
    post = world.mention("please keep this", number=5)
    SocialProfile.objects.filter(pk=post.author_id).update(fetched_at=timezone.now() - timedelta(days=9))
    return post


def now_is(world: World, post: Post, state: str) -> None:
    """On the network the author's account is now like this."""
    world.sandbox.control("POST", "account", {"network": "twitter", "handle": post.author.handle, "state": state})


def test_who_is_known_as_protected_by_a_page_in_passing_is_hidden_by_the_daily_look_too(
    world: World, seldom_seen: Post
) -> None:
    SocialProfile.objects.filter(pk=seldom_seen.author_id).update(state="protected")
    now_is(world, seldom_seen, "protected")
    try:
        sync.refresh_profiles()
    finally:
        now_is(world, seldom_seen, "active")
    seldom_seen.refresh_from_db()
    assert (seldom_seen.state, seldom_seen.text) == ("withheld", "")


def test_nobody_waits_for_an_answer_to_a_hidden_post_until_it_is_shown_again(world: World, seldom_seen: Post) -> None:
    talk = Conversation.objects.get(mentions__post=seldom_seen)
    Conversation.objects.filter(pk=talk.pk).update(waiting_since=seldom_seen.posted_at)
    sync.hide_profiles([seldom_seen.author_id], "suspended")
    talk.refresh_from_db()
    assert talk.waiting_since is None
    SocialProfile.objects.filter(pk=seldom_seen.author_id).update(state="active")
    Post.objects.filter(pk=seldom_seen.pk).update(seen_at=timezone.now() - timedelta(days=2))
    sync.check_deletions()
    talk.refresh_from_db()
    seldom_seen.refresh_from_db()
    assert (seldom_seen.state, seldom_seen.gone_at) == ("live", None) and "please keep this" in seldom_seen.text
    assert talk.waiting_since == seldom_seen.posted_at


def test_a_post_that_its_network_withholds_for_now_is_not_buried(mention: Post, acme: SocialAccount) -> None:
    sync.forget("twitter", ["5000"], "withheld", for_good=False)
    ada = Author(external_id="200", handle="ada_l", name="Ada Lovelace")
    again = FetchedPost(external_id="5000", author=ada, text="shown again", posted_at=mention.posted_at)
    sync.store(Page(posts=(again,)), acme, kind="parents")
    mention.refresh_from_db()
    assert (mention.state, mention.text) == ("live", "shown again")


def test_what_a_protected_person_says_stays_hidden_whoever_reads_it(mention: Post, acme: SocialAccount) -> None:
    sync.hide_profiles([mention.author_id], "protected")
    ada = Author(external_id="200", handle="ada_l", name="Ada Lovelace", protected=True)
    sync.store(Page(posts=(FetchedPost(external_id="5000", author=ada, text="x", posted_at=mention.posted_at),)), acme)
    mention.refresh_from_db()
    assert (mention.state, mention.text) == ("withheld", "")


def test_an_erased_person_is_nowhere_in_the_tables(history: Reply, ada: Any, admin: User) -> None:
    assert [canary for canary in CANARIES if canary not in dump()] == []
    gone = compliance.erase_contact(ada, admin)
    left = dump().lower()
    assert [canary for canary in CANARIES if canary.lower() in left] == []
    assert gone == {"profiles": 1, "posts": 1, "replies": 1, "scrubbed": 1}


def test_a_friends_post_keeps_its_words_without_the_name(history: Reply, ada: Any, admin: User) -> None:
    compliance.erase_contact(ada, admin)
    post = Post.objects.get(external_id="7000")
    assert post.text == "I agree with @…………………………!"[:14] + "…" * 5 + "! And @ada_lx too"
    assert (post.mentioned_ids, post.entities, post.raw) == (["100"], [], {})


def test_the_next_sync_does_not_bring_an_erased_person_back(
    history: Reply, ada: Any, admin: User, acme: SocialAccount
) -> None:
    compliance.erase_contact(ada, admin)
    sync.store(page_of_ada("ada_under_another_name"), acme)
    assert not SocialProfile.objects.filter(external_id="200").exists()
    assert not Post.objects.filter(external_id="8000").exists() and Post.objects.filter(external_id="8001").exists()


def test_our_answer_to_an_erased_person_does_not_come_back_with_its_echo(
    history: Reply, ada: Any, admin: User, acme: SocialAccount
) -> None:
    compliance.erase_contact(ada, admin)
    us = Author(external_id="100", handle="acme")
    echo = FetchedPost(external_id="6000", author=us, text="@ada_l thank you, Ada", posted_at=timezone.now())
    sync.store(Page(posts=(echo,)), acme, kind="own_posts")
    assert "thank you" not in dump()


def test_a_reply_still_queued_to_an_erased_person_never_leaves(
    ada: Any, rep: User, admin: User, acme: SocialAccount, mention: Post
) -> None:
    reply = outbox.enqueue(rep, acme, mention, "thank you, Ada", "k", delay=0)
    compliance.erase_contact(ada, admin)
    reply.refresh_from_db()
    assert (reply.state, reply.text, reply.post) == ("cancelled", "", None)


def test_our_own_account_survives_the_erasure_of_a_contact_that_was_linked_to_it(
    acme: SocialAccount, ada: Any, admin: User
) -> None:
    ProfileLink.objects.create(profile=acme.profile, contact=ada, state="linked")
    compliance.erase_contact(ada, admin)
    acme.refresh_from_db()
    assert acme.profile is not None and not ProfileLink.objects.exists()


def test_erasing_is_in_the_audit_trail_with_numbers_only(history: Reply, ada: Any, admin: User) -> None:
    compliance.erase_contact(ada, admin)
    row = AuditEntry.objects.get(action="contact_erase")
    assert row.user == admin and row.detail["profiles"] == 1


def test_an_export_names_everything_that_we_hold(history: Reply, ada: Any) -> None:
    out = io.StringIO()
    call_command("socialcrm_export", str(ada.pk), stdout=out)
    found = json.loads(out.getvalue())
    counts = {name: len(rows) for name, rows in found.items() if isinstance(rows, list)}
    assert counts == {
        "profiles": 1, "links": 1, "posts": 1, "our_answers": 1, "mentions": 1, "conversations": 1, "replies": 1,
        "scores": 1, "streams": 0, "notes": 0,
    }  # fmt: skip
    assert [canary for canary in CANARIES if canary not in out.getvalue()] == []


def test_an_export_leaves_out_what_a_network_forbids_and_says_so(
    history: Reply, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from socialcrm.networks.twitter import Twitter

    monkeypatch.setattr(Twitter, "may_export", False)
    found = compliance.export_contact(ada)
    assert found["profiles"] == found["posts"] == [] and "twitter" in found["left_out"]


def test_the_erase_command_asks_first(history: Reply, ada: Any) -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("socialcrm_erase", str(ada.pk))
    assert SocialProfile.objects.filter(handle="ada_l").exists()
    call_command("socialcrm_erase", str(ada.pk), "--yes", stdout=io.StringIO())
    assert not SocialProfile.objects.filter(handle="ada_l").exists()


def test_a_contact_that_is_not_there_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="999999"):
        call_command("socialcrm_export", "999999")


def test_leaving_out_the_erased_is_one_query_for_any_page(
    acme: SocialAccount, django_assert_num_queries: Any, history: Reply, ada: Any, admin: User
) -> None:
    compliance.erase_contact(ada, admin)
    with django_assert_num_queries(1):
        assert compliance.suppressed({("twitter", str(n)) for n in range(150, 250)}) == {("twitter", "200")}


def test_what_is_kept_of_an_erased_person_is_a_digest(history: Reply, ada: Any, admin: User) -> None:
    compliance.erase_contact(ada, admin)
    assert not Post.objects.filter(posted_at__lt=timezone.now() - timedelta(minutes=5)).exists()
    assert compliance.suppressed([("twitter", "200"), ("twitter", "300")]) == {("twitter", "200")}
