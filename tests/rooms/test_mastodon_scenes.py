"""Mastodon from the connect button to the answer, over the real sandbox: nothing here is told to the rooms by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialcrm import access, matching, outbox, reports, sync
from socialcrm.models import Conversation, Mention, NetworkApp, Post, Reply, SocialAccount, SocialProfile
from socialcrm.reports.asking import MentionAsk
from socialcrm.timeline import timeline
from tests.sandbox_process import Sandbox

from .test_connect_scenes import press_allow

CALLS = {"network": "mastodon", "method": "POST", "path": "^/mastodon/api/v1/statuses$"}


class Fediverse:
    """The sandbox's Mastodon server and our account on it."""

    def __init__(self, sandbox: Sandbox, admin: User) -> None:
        self.sandbox, self.base = sandbox, f"{sandbox.url}/mastodon"
        self.host = urlsplit(sandbox.url).netloc
        self.client = Client()
        self.client.force_login(admin)

    def connect(self, handle: str = "lumen_desk", **typed: Any) -> SocialAccount:
        """An administrator presses the button, says yes on the server's page, and comes back."""
        form = {"network": "mastodon", "kind": "oauth2", "server": self.base, **typed}
        away = self.client.post(reverse("socialcrm:connect"), form)
        assert away.status_code == 302, away.content.decode()[:2000]
        shown = requests.get(away["location"], timeout=10)
        assert shown.status_code == 200, shown.text
        query = press_allow(self.sandbox, away["location"], handle, whole=True)
        self.client.get(reverse("socialcrm:callback", args=["mastodon"]), query)
        return SocialAccount.objects.get(network="mastodon", handle=f"{handle}@town.example")

    def says(self, text: str, author: str = "", **more: Any) -> str:
        """Someone of the town writes; the post's id on the server."""
        who = author or self.people()[0]
        body = {"network": "mastodon", "author": who, "text": text, **more}
        return str(self.sandbox.control("POST", "post", body)["id"])

    def people(self) -> list[str]:
        """Handles of those who live here and are no brand."""
        told = [one["truth"]["mastodon"] for one in self.sandbox.control("GET", "people")["people"]]
        return [str(one["handle"]) for one in told if one and one["handle"].endswith("@town.example")]

    def accepted(self, local_id: str) -> list[dict[str, Any]]:
        """Answers to a post that the server took."""
        return list(self.sandbox.control("GET", f"log?network=mastodon&in_reply_to={local_id}&action=post")["log"])


@pytest.fixture
def town(net: Sandbox, db: None, settings: Any, admin: User) -> Iterator[Fediverse]:
    settings.SOCIALCRM_NETWORK_OPTIONS = {"mastodon": {"private_hosts": ["127.0.0.1"]}, "twitter": {}}
    net.control("DELETE", "faults")
    yield Fediverse(net, admin)
    net.control("DELETE", "faults")


def heard(account: SocialAccount, local_id: str) -> Post:
    """The account is read; the post as it was stored."""
    sync.pull_account(account)
    return Post.objects.get(network="mastodon", external_id__startswith=f"{local_id}@")


def shown_to(user: User, contact: Any) -> list[Post]:
    """The posts on the first page of the contact's timeline."""
    return [post for item in timeline(contact, user).items for post in item.posts]


def answer(user: User, account: SocialAccount, post: Post, text: str = "Here is the answer", key: str = "k") -> Reply:
    """Taken in, and sent by the worker."""
    reply = outbox.enqueue(user, account, post, text, key, delay=0)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    return reply


def test_an_account_of_any_server_is_connected_by_its_address_and_the_next_one_uses_the_same_app(
    town: Fediverse,
) -> None:
    first = town.connect()
    assert first.is_working and first.server == town.base and first.server_facts["limit"] == 500
    assert first.external_id.startswith(town.base) and not first.token_expires_at
    assert {stream.kind for stream in first.streams.all()} >= {"mentions", "own_posts"}
    second = town.connect("lumen_lighting")
    app = NetworkApp.objects.get()
    assert first.app == second.app == app and app.server == town.base
    raw = NetworkApp.objects.raw("SELECT id, secrets AS token FROM socialcrm_networkapp")[0]
    assert app.secrets["client_secret"] not in raw.token and app.secrets["client_secret"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("not an address", "Type the address of your Mastodon server"),
        ("http://127.0.0.1:1/", "No server answers at 127.0.0.1:1"),
        ("https://169.254.169.254/latest", "not on the public internet"),
    ],
)
def test_an_address_that_leads_nowhere_comes_back_with_a_sentence_and_what_was_typed(
    town: Fediverse, typed: str, says: str
) -> None:
    back = town.client.post(reverse("socialcrm:connect"), {"network": "mastodon", "kind": "oauth2", "server": typed})
    page = back.content.decode()
    assert back.status_code == 422 and says in page and f'value="{typed}"' in page
    assert not SocialAccount.objects.filter(network="mastodon").exists()


def test_a_server_of_the_town_is_refused_where_the_site_did_not_list_it(town: Fediverse, settings: Any) -> None:
    settings.SOCIALCRM_NETWORK_OPTIONS = {}
    form = {"network": "mastodon", "kind": "oauth2", "server": town.base}
    back = town.client.post(reverse("socialcrm:connect"), form)
    assert back.status_code == 422 and "ports" in back.content.decode()


def test_reconnecting_as_somebody_else_is_refused_by_id(town: Fediverse) -> None:
    account = town.connect()
    away = town.client.post(reverse("socialcrm:connect"), {"account": account.pk})
    query = press_allow(town.sandbox, away["location"], "lumen_lighting", whole=True)
    shown = town.client.get(reverse("socialcrm:callback", args=["mastodon"]), query, follow=True)
    assert "was to be connected again" in shown.content.decode()
    assert SocialAccount.objects.filter(network="mastodon").count() == 1


def test_leaving_takes_the_access_back_on_the_server(town: Fediverse) -> None:
    account = town.connect()
    token = account.credentials["access_token"]
    town.client.post(reverse("socialcrm:account_disconnect", args=[account.pk]))
    account.refresh_from_db()
    assert account.state == "disconnected" and "access_token" not in account.credentials
    me = f"{town.base}/api/v1/accounts/verify_credentials"
    assert requests.get(me, headers={"authorization": f"Bearer {token}"}, timeout=10).status_code == 401


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("public", "public"), ("unlisted", "unlisted"), ("private", "followers"), ("direct", "private")],
)
def test_a_mention_arrives_and_its_answer_reaches_the_same_people(
    town: Fediverse, admin: User, theirs: str, ours: str
) -> None:
    account = town.connect()
    made = town.says("@lumen_desk the lamp blinks", visibility=theirs)
    post = heard(account, made)
    assert post.external_id == f"{made}@{town.host}" and post.visibility == ours and post.url.endswith(f"/{made}")
    assert Mention.objects.filter(post=post, account=account).exists()
    reply = answer(admin, account, post)
    assert (reply.state, reply.audience) == ("sent", ours), reply.error_detail
    (said,) = town.accepted(made)
    assert reply.external_id == f"{said['id']}@{town.host}"
    shown = requests.get(
        f"{town.base}/api/v1/statuses/{said['id']}",
        headers={"authorization": f"Bearer {account.credentials['access_token']}"},
        timeout=10,
    ).json()
    assert shown["visibility"] == theirs and shown["in_reply_to_id"] == made
    sync.pull_account(account)
    reply.refresh_from_db()
    assert reply.sent_post and Post.objects.filter(account=account, in_reply_to=post.external_id).count() == 1


def test_a_post_is_found_by_its_bare_id(town: Fediverse, admin: User) -> None:
    account = town.connect()
    made = town.says("@lumen_desk hello")
    post = heard(account, made)
    for asked in (made, post.external_id):
        found = town.client.get(f"/api/v1/posts/?network=mastodon&external_id={asked}").json()["results"]
        assert [one["external_id"] for one in found] == [post.external_id]


def test_a_lost_answer_is_found_and_never_sent_twice(town: Fediverse, admin: User) -> None:
    account = town.connect()
    made = town.says("@lumen_desk are you there?")
    post = heard(account, made)
    town.sandbox.control("POST", "faults", {"action": "drop_after", "match": CALLS, "times": 1})
    reply = answer(admin, account, post)
    assert reply.state == "unknown"
    # Even a blind repeat within the hour is one post there: every attempt has the reply's own key.
    Reply.objects.filter(pk=reply.pk).update(state="queued", not_before=timezone.now(), attempt_id=None)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and len(town.accepted(made)) == 1


def test_their_edit_and_their_deletion_are_seen(town: Fediverse) -> None:
    account = town.connect()
    made, gone = town.says("@lumen_desk first words"), town.says("@lumen_desk soon gone")
    post, other = heard(account, made), heard(account, gone)
    town.sandbox.control("POST", "edit", {"network": "mastodon", "id": made, "text": "@lumen_desk second words"})
    town.sandbox.control("POST", "delete", {"network": "mastodon", "id": gone})
    Post.objects.update(seen_at=timezone.now() - timedelta(days=2))
    sync.check_deletions()
    post.refresh_from_db()
    other.refresh_from_db()
    assert "second words" in post.text and post.edited
    assert (other.state, other.text) == ("deleted", "")


def test_an_old_server_is_asked_for_one_post_after_the_other_and_for_few_at_a_time(town: Fediverse) -> None:
    town.sandbox.control("POST", "version", {"version": "4.2.10"})
    try:
        account = town.connect()
        assert account.server_facts["many"] is False
        made = [town.says(f"@lumen_desk number {n}") for n in range(18)]
        sync.pull_account(account)
        town.sandbox.control("POST", "edit", {"network": "mastodon", "id": made[0], "text": "@lumen_desk changed"})
        town.sandbox.control("POST", "delete", {"network": "mastodon", "id": made[1]})
        rows = Post.objects.filter(external_id__in=[f"{one}@{town.host}" for one in made])
        Post.objects.exclude(pk__in=rows).update(seen_at=timezone.now())
        for number, one in enumerate(made):
            seen = timezone.now() - timedelta(days=2, seconds=-number)
            rows.filter(external_id=f"{one}@{town.host}").update(seen_at=seen)
        old = rows.filter(seen_at__lt=timezone.now() - timedelta(days=1), state="live")
        left = []
        for _round in range(2):
            sync.check_deletions()
            left.append(old.count())
    finally:
        town.sandbox.control("POST", "version", {"version": None})
    assert left == [3, 0]
    first, second = (rows.get(external_id=f"{one}@{town.host}") for one in made[:2])
    assert first.edited and "changed" in first.text and (second.state, second.text) == ("deleted", "")


def test_a_private_message_of_one_account_is_not_taken_for_deleted_by_another(town: Fediverse) -> None:
    town.connect("lumen_lighting")  # the first to be asked, and not let in on it
    account = town.connect()
    post = heard(account, town.says("@lumen_desk between us", visibility="direct"))
    Post.objects.update(seen_at=timezone.now() - timedelta(days=2))
    sync.check_deletions()
    post.refresh_from_db()
    assert post.state == "live" and post.text


def test_a_private_message_is_for_those_who_may_read_such_and_use_the_account(
    town: Fediverse, rep: User, agent: User, ada: Any
) -> None:
    account = town.connect()
    post = heard(account, town.says("@lumen_desk my password is lamp", visibility="direct"))
    assert Conversation.objects.get(mentions__post=post).is_private
    assert access.visible_posts(town_admin()).filter(pk=post.pk).exists()
    assert not access.visible_posts(rep).filter(pk=post.pk).exists()
    agent.user_permissions.add(Permission.objects.get(codename="read_private_posts"))
    agent = User.objects.get(pk=agent.pk)
    assert access.visible_posts(agent).filter(pk=post.pk).exists()
    matching.link(post.author, ada, rep, "given")
    assert post not in shown_to(rep, ada) and post in shown_to(agent, ada)
    for user, expected in ((rep, False), (agent, True)):
        assert reports.mentions_asked_for(user, MentionAsk()).filter(post=post).exists() is expected
    reply = answer(agent, account, post, "In private too")
    assert reply.state == "sent" and reply.audience == "private"
    assert access.visible_replies(agent).filter(pk=reply.pk).exists()
    assert not access.visible_replies(rep).filter(pk=reply.pk).exists()


def town_admin() -> User:
    """The administrator of the scene."""
    return User.objects.get(username="admin")


def test_a_limit_on_posts_makes_the_answer_wait_and_go(town: Fediverse, admin: User) -> None:
    account = town.connect()
    made = town.says("@lumen_desk patience?")
    post = heard(account, made)
    reset = (timezone.now() + timedelta(minutes=40)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fault = {"action": "status", "status": 429, "match": CALLS, "times": 1, "headers": {"x-ratelimit-reset": reset}}
    town.sandbox.control("POST", "faults", fault)
    reply = answer(admin, account, post)
    account.refresh_from_db()
    assert (reply.state, reply.hold) == ("queued", "rate_limited") and account.replies_wait_until
    assert timedelta(minutes=39) < account.replies_wait_until - timezone.now() < timedelta(minutes=41)
    SocialAccount.objects.update(replies_wait_until=None)
    Reply.objects.update(not_before=timezone.now())
    outbox.send(reply.pk)
    assert len(town.accepted(made)) == 1


@pytest.mark.parametrize("words", ["La validation a échoué : Text limite dépassée", "バリデーションに失敗しました"])
def test_a_refusal_in_any_language_is_judged_by_its_status_and_shown(town: Fediverse, admin: User, words: str) -> None:
    account = town.connect()
    post = heard(account, town.says("@lumen_desk hm"))
    fault = {"action": "status", "status": 422, "match": CALLS, "times": 1, "body": {"error": words}}
    town.sandbox.control("POST", "faults", fault)
    reply = answer(admin, account, post)
    assert (reply.state, reply.error_class, reply.error_detail) == ("failed", "Rejected", words)


def test_a_conversation_stays_one_whatever_part_of_it_could_be_read(town: Fediverse, admin: User) -> None:
    account = town.connect()
    ada, bea = town.people()[:2]
    root = town.says("My lamps are dark", ada)
    middle = town.says("Ask the maker", bea, in_reply_to=root)
    asked = town.says("@lumen_desk what now?", ada, in_reply_to=middle)
    post = heard(account, asked)
    assert post.thread_id == f"{middle}@{town.host}"
    sync.fetch_parents()
    sync.fetch_parents()
    answer(admin, account, post)
    again = heard(account, town.says("@lumen_desk and then?", ada, in_reply_to=town.accepted(asked)[0]["id"]))
    assert again.thread_id == f"{root}@{town.host}"
    assert Post.objects.filter(thread_id=again.thread_id).count() == 5
    talks = Conversation.objects.filter(mentions__post__in=[post, again]).distinct()
    assert [talk.thread_id for talk in talks] == [again.thread_id]


def test_one_post_seen_through_two_servers_is_shown_once(town: Fediverse, rep: User, ada: Any) -> None:
    account = town.connect()
    post = heard(account, town.says("@lumen_desk seen twice"))
    Post.objects.create(
        network="mastodon",
        external_id="77@other.example",
        author=post.author,
        text=post.text,
        posted_at=post.posted_at,
        thread_id="77@other.example",
        url=post.url,
        same_as=post.pk,
    )
    Post.objects.filter(pk=post.pk).update(same_as=post.pk)
    matching.link(post.author, ada, rep, "given")
    assert [one for one in shown_to(rep, ada) if one.url == post.url] == [post]


def test_a_person_on_two_networks_is_one_timeline(
    town: Fediverse, rep: User, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    account = town.connect()
    post = heard(account, town.says("@lumen_desk the same person"))
    matching.link(post.author, ada, rep, "given")
    for model in (Post, Mention):
        model.objects.exclude(posted_at__gt=timezone.now()).filter(author=mention.author).update(
            posted_at=timezone.now()
        )
    assert {post, mention} <= set(shown_to(rep, ada))
    client = Client()
    client.force_login(rep)
    shown = client.get(reverse("socialcrm:contact", args=[ada.pk])).content.decode()
    assert "the same person" in shown and mention.text in shown
    assert "Open on Mastodon" in shown or "Reply on Mastodon" in shown


def test_people_are_read_again_and_a_server_is_asked_for_its_limits(town: Fediverse) -> None:
    account = town.connect()
    post = heard(account, town.says("@lumen_desk count me"))
    long_ago = timezone.now() - timedelta(days=3)
    SocialProfile.objects.filter(pk=post.author_id).update(fetched_at=long_ago, followers=None)
    SocialAccount.objects.filter(pk=account.pk).update(server_asked_at=long_ago, server_facts={})
    sync.refresh_profiles()
    assert sync.refresh_servers() == 1 and sync.refresh_servers() == 0
    post.author.refresh_from_db()
    account.refresh_from_db()
    assert post.author.followers is not None and account.server_facts["link"] == 23
