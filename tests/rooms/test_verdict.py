"""One verdict on an answer: what the pages say before typing is what the outbox says at the click."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from socialcrm import inbox, outbox
from socialcrm.models import Conversation, Mention, Post, Reply, SocialAccount, SocialProfile
from socialcrm.networks.base import Verdict
from socialcrm.timeline import eligibility, item_of, timeline

from .outbox_world import World

pytestmark = pytest.mark.django_db

ACCOUNTS = {"working": "", "needs_reconnect": "reconnect", "paused": "paused", "disconnected": "disconnected"}
POSTS = {"live": "", "deleted": "deleted", "withheld": "withheld"}
AUTHORS = {"active": "", "protected": "protected", "suspended": "suspended", "gone": "gone"}
TIES = {
    "mentioned": "mentioned",
    "noted": "mentioned",
    "quoted": "quoted",
    "quoted, noted": "quoted",
    "none": "not_summoned",
}
CASES = [
    *product(ACCOUNTS, POSTS, ["active"], ["quoted", "none"]),
    *product(["working"], ["live"], list(AUTHORS)[1:], ["quoted", "none"]),
    *product(["working"], ["live"], ["active"], ["mentioned", "noted", "quoted, noted"]),
]


@pytest.fixture
def post(acme: SocialAccount, ada_profile: SocialProfile, ada: Any) -> Post:
    """A post of Ada's that does not name us, found on her profile."""
    at = timezone.now()
    return Post.objects.create(
        network="twitter", external_id="7000", author=ada_profile, text="see below", posted_at=at, thread_id="7000"
    )


def tie(post: Post, acme: SocialAccount, how: str) -> None:
    """Make the post concern us this way."""
    if how == "mentioned":
        Post.objects.filter(pk=post.pk).update(mentioned_ids=[acme.external_id])
    if how.startswith("quoted"):
        Post.objects.create(
            network="twitter", external_id="6999", author=acme.profile, account=acme, posted_at=post.posted_at
        )
        Post.objects.filter(pk=post.pk).update(quoted="6999", kind="quote")
    if how.endswith("noted"):
        reason = "quote" if how.startswith("quoted") else "reply"
        Mention.objects.create(post=post, account=acme, author=post.author, posted_at=post.posted_at, reason=reason)


def on_the_page(ada: Any, rep: User, account: SocialAccount, post: Post) -> Verdict:
    """What the contact's page says."""
    items = timeline(ada, rep).items
    return eligibility(account, next(one for item in items for one in item.posts if one.pk == post.pk))


@pytest.mark.parametrize(("ours", "state", "author", "how"), CASES)
def test_the_page_and_the_outbox_give_one_verdict(
    ours: str, state: str, author: str, how: str, acme: SocialAccount, post: Post, ada: Any, rep: User
) -> None:
    tie(post, acme, how)
    SocialAccount.objects.filter(pk=acme.pk).update(state=ours)
    Post.objects.filter(pk=post.pk).update(state=state)
    SocialProfile.objects.filter(pk=post.author_id).update(state=author)
    account, fresh = SocialAccount.objects.get(), Post.objects.get(pk=post.pk)
    said, at_the_click = on_the_page(ada, rep, account, post), outbox.verdict(account, fresh)
    assert said == at_the_click
    assert said.code == (ACCOUNTS[ours] or POSTS[state] or AUTHORS[author] or TIES[how])


def test_a_post_that_names_two_of_our_accounts_can_be_answered_by_each(
    acme: SocialAccount, post: Post, ada: Any, rep: User
) -> None:
    help_desk = SocialAccount.objects.create(network="twitter", external_id="101", handle="acme_help")
    for account in (acme, help_desk):
        tie(post, account, "noted")
    for account in (acme, help_desk):
        assert on_the_page(ada, rep, account, post).code == "mentioned"
        assert outbox.verdict(account, post).code == "mentioned"


def test_the_page_asks_nothing_more_for_its_verdicts(
    acme: SocialAccount, post: Post, ada: Any, rep: User, django_assert_num_queries: Any
) -> None:
    tie(post, acme, "quoted")
    (item,) = timeline(ada, rep).items
    with django_assert_num_queries(0):
        assert eligibility(acme, item.posts[0]).code == "quoted"


def test_the_inbox_says_the_same_as_the_contacts_page(
    acme: SocialAccount, post: Post, ada: Any, rep: User, django_assert_num_queries: Any
) -> None:
    tie(post, acme, "quoted, noted")
    talk = Conversation.objects.create(
        account=acme, thread_id=post.thread_id, profile=post.author, opened_at=post.posted_at,
        last_post_at=post.posted_at,
    )  # fmt: skip
    Mention.objects.update(conversation=talk)
    (shown,) = inbox.thread(rep, talk).item.posts
    with django_assert_num_queries(0):
        assert eligibility(acme, shown).code == "quoted"


def test_a_page_says_of_a_paused_account_that_it_is_paused_and_who_starts_it_again(
    acme: SocialAccount, post: Post, ada: Any, rep: User
) -> None:
    acme.change_state("paused")
    said = on_the_page(ada, rep, acme, post)
    assert said.code == "paused" and "an administrator can start it again" in said.sentence


# What the network said itself


def refused_by_x(world: World, rep: User) -> Reply:
    """A reply to a post that names us as far as we know, and not as far as X does."""
    post = world.mention(summon=False)
    Mention.objects.create(post=post, account=world.account, author=post.author, posted_at=post.posted_at)
    reply = outbox.enqueue(rep, world.account, post, "Hello", "k1", delay=0)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    return reply


def test_a_post_that_x_did_not_let_us_answer_is_closed_with_xs_sentence_here_and_on_the_page(
    world: World, rep: User, agent: User
) -> None:
    reply = refused_by_x(world, rep)
    assert (reply.state, reply.error_class) == ("failed", "MayNotReply")
    said = outbox.verdict(world.account, reply.post)
    assert not said.allowed and said.code == "refused_there"
    assert "You are not permitted to reply to this post" in said.sentence and said.open_url
    assert eligibility(world.account, item_of(reply.post, rep).posts[0]) == said
    with pytest.raises(outbox.NotEligible, match="not permitted"):
        outbox.enqueue(agent, world.account, reply.post, "Me too", "k2", delay=0)


def test_a_refusal_is_no_longer_said_once_the_post_was_answered_otherwise(world: World, rep: User) -> None:
    reply = refused_by_x(world, rep)
    outbox.mark_outside(reply.post, world.account, rep)
    assert outbox.verdict(world.account, reply.post).allowed


def test_who_retries_or_edits_the_refused_reply_asks_x_once_more(world: World, rep: User) -> None:
    reply = refused_by_x(world, rep)
    outbox.retry(reply, rep)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.attempts) == ("failed", 2)
    edited = outbox.enqueue(
        rep, world.account, reply.post, "Hello again", "k2", seen=outbox.Seen(reply.pk), replaces=reply, delay=0
    )
    assert edited.state == "queued"


@pytest.mark.parametrize(("why", "code"), [("MayNotReply", "refused_there"), ("Rejected", "mentioned")])
def test_only_a_refusal_about_who_may_answer_closes_the_post_and_only_for_that_account(
    why: str, code: str, acme: SocialAccount, post: Post, ada: Any, rep: User
) -> None:
    help_desk = SocialAccount.objects.create(network="twitter", external_id="101", handle="acme_help")
    Post.objects.filter(pk=post.pk).update(mentioned_ids=[acme.external_id, help_desk.external_id])
    Reply.objects.create(
        account=acme, post=post, user=rep, text="x", client_key="a", state="failed", error_class=why, error_detail="No."
    )
    assert on_the_page(ada, rep, acme, post).code == code
    assert on_the_page(ada, rep, help_desk, post).code == "mentioned"
