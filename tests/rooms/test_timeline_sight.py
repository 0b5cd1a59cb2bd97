"""The number on a tab is what its reader can page to, whatever is private, another group's, or told twice."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone

from socialcrm import sync
from socialcrm.models import Mention, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from socialcrm.networks.base import Author, FetchedPost, Page
from socialcrm.timeline import KINDS, counts, people, timeline
from tests.conftest import make_contact

pytestmark = pytest.mark.django_db
NOW = timezone.now()  # of each scene, see `this_moment`
HERS = "https://far.example/users/ada"


@pytest.fixture(autouse=True)
def this_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now is when the scene is played, not when the file was read: other people's posts are some minutes old."""
    monkeypatch.setattr("tests.rooms.test_timeline_sight.NOW", timezone.now())


def account_on(host: str, *groups: Group) -> SocialAccount:
    """An account of ours on a server."""
    uri = f"https://{host}/users/us"
    profile = SocialProfile.objects.create(network="mastodon", external_id=uri, handle=f"us@{host}")
    account = SocialAccount.objects.create(
        network="mastodon", external_id=uri, handle=f"us@{host}", server=f"https://{host}", profile=profile
    )
    account.groups.set(groups)
    return account


def told(account: SocialAccount, number: int, kind: str = "mentions", at: Any = None, **fields: Any) -> Post:
    """The account's server tells of a post of Ada's."""
    host, at = account.handle.partition("@")[2], at or NOW - timedelta(minutes=number)
    key = f"{number}@{host}"
    post = FetchedPost(
        external_id=key, author=Author(external_id=HERS, handle="ada@far.example"), text=f"post {number}",
        posted_at=at, thread_id=key, url=f"https://far.example/@ada/{number}", **fields,
    )  # fmt: skip
    sync.store(Page(posts=(post,)), account, kind=kind)
    return Post.objects.get(external_id=key)


def pages(contact: Any, user: User, kind: str, limit: int = 5) -> list[Post]:
    """All posts of the kind that paging through its tab brings."""
    found: list[Post] = []
    before: str | None = None
    while before != "":
        page = timeline(contact, user, kind, before=before, limit=limit)
        entries = [entry for item in page.items for entry in item.entries]
        found += [entry.post for entry in entries if entry.post and kind in ("all", entry.kind)]
        before = page.next_cursor
    return found


@pytest.fixture
def others(db: None) -> Group:
    return Group.objects.create(name="others")


@pytest.fixture
def colleague(rep: User, others: Group) -> User:
    """Of the other group, and allowed to read what is private."""
    user = User.objects.create_user("colleague")
    user.groups.add(others)
    user.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    return user


@pytest.fixture
def insider(rep: User) -> User:
    """May read what is private, of the accounts that are everybody's."""
    user = User.objects.create_user("insider")
    user.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    return user


@pytest.fixture
def ada_afar(rep: User) -> Any:
    """A contact with a profile on Mastodon."""
    contact = make_contact(first_name="Ada", last_name="Afar")
    profile = SocialProfile.objects.create(network="mastodon", external_id=HERS, handle="ada@far.example")
    ProfileLink.objects.create(profile=profile, contact=contact, state="linked")
    return contact


def test_a_private_post_stands_on_no_tab_of_who_may_not_read_it(ada_afar: Any, rep: User, insider: User) -> None:
    open_to_all = account_on("one.example")
    told(open_to_all, 1)
    before = people(ada_afar, rep).version, timeline(ada_afar, rep, limit=1).next_cursor
    told(open_to_all, 2, visibility="private")
    assert counts(ada_afar, rep) == {"all": 1, "posts": 0, "mentions": 1, "replies": 0}
    assert counts(ada_afar, insider)["mentions"] == 2
    assert (people(ada_afar, rep).version, timeline(ada_afar, rep, limit=1).next_cursor) == before


def test_a_mention_of_another_groups_account_is_a_post_like_others(
    ada_afar: Any, rep: User, colleague: User, others: Group
) -> None:
    told(account_on("one.example", others), 1)
    assert counts(ada_afar, rep) == {"all": 1, "posts": 1, "mentions": 0, "replies": 0}
    assert counts(ada_afar, colleague) == {"all": 1, "posts": 0, "mentions": 1, "replies": 0}
    [shown] = pages(ada_afar, rep, "posts")
    assert shown.mention_reason is shown.mentioned_account is None  # type: ignore[attr-defined]


def test_a_reply_on_its_way_as_another_groups_account_changes_nothing_for_who_is_not_in_it(
    ada_afar: Any, rep: User, colleague: User, others: Group
) -> None:
    theirs = account_on("one.example", others)
    post = told(theirs, 1)
    before = [people(ada_afar, user).version for user in (rep, colleague)]
    Reply.objects.create(account=theirs, post=post, user=colleague, text="soon", client_key="k")
    after = [people(ada_afar, user).version for user in (rep, colleague)]
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_a_post_that_two_servers_told_of_counts_once_and_is_the_row_of_the_readers_own_account(
    ada_afar: Any, rep: User, colleague: User, others: Group
) -> None:
    one, two = account_on("one.example"), account_on("two.example", others)
    first, second = told(one, 1), told(two, 1, at=NOW - timedelta(minutes=1, milliseconds=400))
    assert pages(ada_afar, rep, "all") == pages(ada_afar, rep, "mentions") == [first]
    assert pages(ada_afar, colleague, "mentions") == [second]
    for user in (rep, colleague):
        assert counts(ada_afar, user) == {"all": 1, "posts": 0, "mentions": 1, "replies": 0}


def test_two_posts_with_one_address_far_apart_in_time_are_two(ada_afar: Any, rep: User) -> None:
    told(account_on("one.example"), 1)
    told(account_on("two.example"), 1, at=NOW - timedelta(days=2))
    assert counts(ada_afar, rep)["all"] == len(pages(ada_afar, rep, "all")) == 2


def test_a_third_server_joins_the_rows_of_the_first_two(ada_afar: Any, rep: User) -> None:
    posts = [told(account_on(f"{name}.example"), 1, "profile_posts") for name in ("one", "two", "three")]
    assert set(Post.objects.values_list("same_as", flat=True)) == {posts[0].pk}
    assert pages(ada_afar, rep, "all") == pages(ada_afar, rep, "posts") == [posts[2]]


def test_posts_that_mention_three_accounts_end_no_tab_early(ada_afar: Any, rep: User) -> None:
    accounts = [account_on("one.example"), account_on("two.example"), account_on("three.example")]
    for number in range(1, 10):
        post = told(accounts[0], number)
        for account in accounts[1:]:
            Mention.objects.create(post=post, account=account, author=post.author, posted_at=post.posted_at)
    assert len(pages(ada_afar, rep, "mentions")) == counts(ada_afar, rep)["mentions"] == 9


@pytest.mark.parametrize("seed", range(4))
def test_every_tab_counts_what_its_reader_can_page_to(
    seed: int, ada_afar: Any, rep: User, colleague: User, insider: User, others: Group
) -> None:
    chance = random.Random(seed)
    accounts = [account_on("one.example"), account_on("two.example", others), account_on("three.example")]
    for number in range(1, 26):
        at = NOW - timedelta(minutes=number)
        private = {"visibility": "private"} if chance.random() < 0.3 else {}
        for account in chance.sample(accounts, chance.choice((1, 1, 2, 3))):
            post = told(account, number, chance.choice(("mentions", "profile_posts")), at, **private)
            if chance.random() < 0.3:
                answer(chance.choice(accounts), post, number)
    for user in (rep, colleague, insider):
        told_of = counts(ada_afar, user)
        for kind in KINDS:
            found = pages(ada_afar, user, kind)
            assert len(found) == len({post.pk for post in found}) == told_of[kind], (user, kind)
            assert len({post.url for post in found}) == len(found)


def answer(account: SocialAccount, to: Post, number: int) -> None:
    """A post of ours that answers one of hers, as its own server told of it."""
    host = account.handle.partition("@")[2]
    Post.objects.create(
        network="mastodon", external_id=f"{to.pk}-{number}@{host}", author=account.profile, account=account,
        to_profile=to.author, text="answer", posted_at=to.posted_at + timedelta(seconds=20), thread_id=to.thread_id,
        in_reply_to=to.external_id, kind="reply", visibility=to.visibility, url=f"https://{host}/{to.pk}",
    )  # fmt: skip
