"""Scenes of store with pages that a careless or hostile server sends: all that can be kept is kept, nothing stops."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from socialcrm import inbox, sync
from socialcrm.models import Conversation, Mention, Post, SocialAccount, SocialProfile

from .test_store import author, page, said

pytestmark = pytest.mark.django_db


def thread_of(xid: str) -> str:
    """Under which thread a post is filed."""
    return Post.objects.get(external_id=xid).thread_id


@pytest.mark.parametrize("later", [("p1", "p2"), ("p2", "p1")])
def test_two_branches_whose_root_comes_later_are_one_conversation(acme: SocialAccount, later: tuple[str, str]) -> None:
    grace = author("901", "grace")
    sync.store(page(said("q1", in_reply_to="p1"), said("q2", in_reply_to="p2", minute=1, author=grace)), acme)
    assert {thread_of("q1"), thread_of("q2")} == {"p1", "p2"}
    parents = [said(one, in_reply_to="root", mentioned_ids=()) for one in later]
    sync.store(page(*parents), acme, kind="profile_posts")
    assert {thread_of(one) for one in ("q1", "q2", "p1", "p2")} == {"root"}
    talk = Conversation.objects.get()
    assert (talk.thread_id, talk.waiting_since) == ("root", Post.objects.get(external_id="q1").posted_at)
    assert set(Mention.objects.values_list("conversation", flat=True)) == {talk.pk}
    assert talk.last_post_at == Post.objects.get(external_id="q2").posted_at


@pytest.mark.parametrize("year", [1, 1969, 9000, 9999])
def test_a_post_from_the_ends_of_the_calendar_stops_no_page(
    acme: SocialAccount, admin: User, client: Client, settings: Any, year: int
) -> None:
    odd = datetime(year, 12 if year > 2000 else 1, 31 if year > 2000 else 1, 23 * (year > 2000), 59, tzinfo=UTC)
    strange = said("1", author=author(joined_at=odd))
    sync.store(page(msgspec.structs.replace(strange, posted_at=odd)), acme)
    sync.store(page(said("2")), acme)
    assert Post.objects.count() == 2 and SocialProfile.objects.filter(external_id="900").exists()
    client.force_login(admin)
    for zone in ("America/New_York", "Pacific/Kiritimati"):
        settings.TIME_ZONE = zone
        for talk in Conversation.objects.all():
            assert client.get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).status_code == 200
        assert client.get(reverse("socialcrm:inbox"), {"status": "any"}).status_code == 200


@pytest.mark.parametrize("first", ["open", "resolved"])
def test_branches_that_join_stay_as_urgent_as_the_more_urgent_one_and_keep_who_has_it(
    acme: SocialAccount, agent: User, first: str
) -> None:
    sync.store(page(said("root"), said("q1", in_reply_to="p1", minute=1, author=author("901", "grace"))), acme)
    talks = {talk.thread_id: talk for talk in Conversation.objects.all()}
    open_one, other = (talks["root"], talks["p1"]) if first == "open" else (talks["p1"], talks["root"])
    inbox.take(agent, talks["p1"])
    inbox.note(agent, talks["p1"], "Grace calls back")
    inbox.resolve(agent, other)
    sync.store(page(said("p1", in_reply_to="root", minute=1, mentioned_ids=())), acme, kind="profile_posts")
    talk = Conversation.objects.get()
    assert (talk.status, talk.assignee, open_one.status) == ("open", agent, "open")
    assert [one.text for one in talk.notes.all()] == ["Grace calls back"]


def test_a_branch_follows_the_post_that_it_is_filed_under_when_both_come_in_one_page(acme: SocialAccount) -> None:
    sync.store(page(said("root"), said("q1", in_reply_to="p1", minute=1)), acme)
    sync.store(page(said("p1", in_reply_to="root"), said("q2", in_reply_to="q1", minute=2)), acme)
    assert {thread_of(one) for one in ("root", "p1", "q1", "q2")} == {"root"}
    assert Conversation.objects.get().last_post_at == Post.objects.get(external_id="q2").posted_at
