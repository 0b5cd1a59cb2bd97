"""The timeline: what they said and we said, by thread, newest first, each thing once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from socialcrm.models import Conversation, Mention, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from socialcrm.timeline import Cursor, counts, people, timeline

pytestmark = pytest.mark.django_db
NOW = timezone.now()  # of each scene, see `this_moment`


@pytest.fixture(autouse=True)
def this_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now is when the scene is played, not when the file was read: other people's posts are some minutes old."""
    monkeypatch.setattr("tests.rooms.test_timeline.NOW", timezone.now())


def say(author: SocialProfile, number: int, minutes: float, **fields: Any) -> Post:
    """A post of a while ago."""
    given = {"network": "twitter", "text": f"post {number}", "thread_id": str(number), **fields}
    return Post.objects.create(
        author=author, external_id=str(number), posted_at=NOW - timedelta(minutes=minutes), **given
    )


def mentioning(post: Post, account: SocialAccount, reason: str = "mention") -> Post:
    """The same post, as one that mentions an account of ours."""
    Mention.objects.create(post=post, account=account, author=post.author, posted_at=post.posted_at, reason=reason)
    return post


def our_answer(acme: SocialAccount, to: Post, number: int, minutes: float) -> Post:
    """A post of ours that answers one of theirs."""
    return say(
        acme.profile,
        number,
        minutes,
        account=acme,
        to_profile=to.author,
        thread_id=to.thread_id,
        in_reply_to=to.external_id,
        kind="reply",
    )


def texts(page: Any) -> list[list[str]]:
    """The page's items, each as the texts in it."""
    return [[e.post.text if e.post else f"reply: {e.reply.text}" for e in item.entries] for item in page.items]


def test_posts_come_newest_first(ada: Any, ada_profile: SocialProfile, rep: User) -> None:
    say(ada_profile, 1, 30)
    say(ada_profile, 2, 10)
    assert texts(timeline(ada, rep)) == [["post 2"], ["post 1"]]


def test_our_answer_stands_under_what_it_answers(ada: Any, mention: Post, acme: SocialAccount, rep: User) -> None:
    our_answer(acme, mention, 6000, 5)
    assert texts(timeline(ada, rep)) == [["@acme the lamp on floor 3 blinks", "post 6000"]]


def test_a_thread_is_where_its_newest_post_is(
    ada: Any, mention: Post, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    say(ada_profile, 2, 8)
    our_answer(acme, mention, 6000, 5)
    assert texts(timeline(ada, rep)) == [["@acme the lamp on floor 3 blinks", "post 6000"], ["post 2"]]


def test_a_thread_of_theirs_alone_stays_single_posts(ada: Any, ada_profile: SocialProfile, rep: User) -> None:
    say(ada_profile, 1, 30)
    say(ada_profile, 2, 29, thread_id="1")
    assert texts(timeline(ada, rep)) == [["post 2"], ["post 1"]]


def test_a_reply_on_its_way_brings_its_thread_to_the_top(
    ada: Any, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    old = mentioning(say(ada_profile, 1, 90_000), acme)
    say(ada_profile, 2, 10)
    Reply.objects.create(account=acme, post=old, user=rep, text="soon", client_key="k", created_at=NOW)
    assert texts(timeline(ada, rep)) == [["post 1", "reply: soon"], ["post 2"]]


def test_a_sent_reply_is_shown_once_as_the_post_it_became(
    ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    post = our_answer(acme, mention, 6000, 5)
    Reply.objects.create(
        account=acme, post=mention, user=rep, text="post 6000", client_key="k", state="sent", external_id="6000",
        sent_post=post,
    )  # fmt: skip
    page = timeline(ada, rep)
    assert texts(page) == [["@acme the lamp on floor 3 blinks", "post 6000"]]
    assert page.items[0].entries[1].sent_by is not None


def test_a_sent_reply_shows_before_the_network_echoes_it(
    ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    Reply.objects.create(
        account=acme,
        post=mention,
        user=rep,
        text="hello",
        client_key="k",
        state="sent",
        external_id="6000",
        sent_at=NOW,
    )
    assert texts(timeline(ada, rep))[0][-1] == "reply: hello"


def test_a_cancelled_reply_is_gone(ada: Any, mention: Post, acme: SocialAccount, rep: User) -> None:
    Reply.objects.create(account=acme, post=mention, user=rep, text="no", client_key="k", state="cancelled")
    assert texts(timeline(ada, rep)) == [["@acme the lamp on floor 3 blinks"]]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("posts", [["post 2"]]),
        ("mentions", [["@acme the lamp on floor 3 blinks", "post 6000"]]),
        ("replies", [["@acme the lamp on floor 3 blinks", "post 6000"]]),
    ],
)
def test_each_tab_shows_its_kind(
    kind: str, shown: Any, ada: Any, mention: Post, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    our_answer(acme, mention, 6000, 5)
    say(ada_profile, 2, 8)
    assert texts(timeline(ada, rep, kind)) == shown


def test_the_counts_are_those_of_the_tabs(
    ada: Any, mention: Post, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    our_answer(acme, mention, 6000, 5)
    say(ada_profile, 2, 8)
    assert counts(ada, rep) == {"all": 3, "posts": 1, "mentions": 1, "replies": 1}


def test_pages_join_without_loss_or_doubles(
    ada: Any, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    for number in range(1, 41):
        post = say(ada_profile, number, 100 + number // 3)
        if number % 5 == 0:
            our_answer(acme, mentioning(post, acme), 1000 + number, 50 + number)
    seen: list[int] = []
    before = None
    while True:
        page = timeline(ada, rep, before=before, limit=7)
        seen += [post.pk for item in page.items for post in item.posts]
        before = page.next_cursor
        if not before:
            break
    assert len(seen) == len(set(seen)) == Post.objects.count()


def test_posts_of_one_second_are_neither_lost_nor_doubled(ada: Any, ada_profile: SocialProfile, rep: User) -> None:
    for number in range(1, 12):
        say(ada_profile, number, 60)
    first = timeline(ada, rep, limit=5)
    second = timeline(ada, rep, before=first.next_cursor, limit=5)
    third = timeline(ada, rep, before=second.next_cursor, limit=5)
    pages = [[post.pk for item in page.items for post in item.posts] for page in (first, second, third)]
    assert [len(page) for page in pages] == [5, 5, 1]
    assert len({pk for page in pages for pk in page}) == 11


@pytest.mark.parametrize("bad", ["", "x", "2026-01-01~", "~5", "2026-99-99T00:00:00+00:00~1", "2026-01-01T00:00:00~1"])
def test_a_wrong_cursor_is_the_first_page(bad: str) -> None:
    assert Cursor.parse(bad) is None


def test_a_cursor_reads_what_it_wrote() -> None:
    assert Cursor.parse(str(Cursor(NOW, 7))) == Cursor(NOW, 7)


def test_answers_of_an_account_that_is_not_ours_to_use_stay_hidden(
    ada: Any, mention: Post, acme: SocialAccount, rep: User, groups: Any
) -> None:
    from django.contrib.auth.models import Group

    acme.groups.add(Group.objects.create(name="board"))
    our_answer(acme, mention, 6000, 5)
    assert texts(timeline(ada, rep)) == [["@acme the lamp on floor 3 blinks"]]


def test_several_contacts_share_one_timeline(
    ada: Any, mention: Post, ada_profile: SocialProfile, acme: SocialAccount, rep: User
) -> None:
    from tests.conftest import make_contact

    bob = make_contact(first_name="Bob", last_name="Noyce")
    profile = SocialProfile.objects.create(network="twitter", external_id="300", handle="bob_n")
    ProfileLink.objects.create(profile=profile, contact=bob, state="linked")
    say(profile, 9, 1)
    page = timeline([ada, bob], rep)
    assert [item.contact for item in page.items] == [bob, ada]


def test_the_version_changes_with_what_is_new(
    ada: Any, mention: Post, acme: SocialAccount, ada_profile: SocialProfile, rep: User
) -> None:
    versions = [people(ada, rep).version]
    say(ada_profile, 2, 1)
    versions.append(people(ada, rep).version)
    talk = Conversation.objects.create(
        account=acme, thread_id="5000", profile=ada_profile, opened_at=NOW, last_post_at=NOW
    )
    reply = Reply.objects.create(account=acme, post=mention, user=rep, text="x", client_key="k", conversation=talk)
    versions.append(people(ada, rep).version)
    Reply.objects.filter(pk=reply.pk).update(state="sending")
    versions.append(people(ada, rep).version)
    Reply.objects.filter(pk=reply.pk).update(state="failed")
    versions.append(people(ada, rep).version)
    assert len(set(versions)) == len(versions)
    assert people(ada, rep).version == versions[-1]


def test_an_unlinked_profile_takes_its_posts_along(ada: Any, mention: Post, rep: User) -> None:
    ProfileLink.objects.update(state="unlinked")
    assert timeline(ada, rep).items == []
