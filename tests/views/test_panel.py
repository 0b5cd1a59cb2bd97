"""The panel: what a person may see of it, how cheap it is, and that outside content stays text."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socialcrm.models import InfluenceScore, Mention, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from socialcrm.views.panel import build_panel
from tests.conftest import make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sqlite_was_asked_for_json(db: None) -> bool:
    """Django asks SQLite once for each connection whether it knows JSON, which is no query of the panel's."""
    return bool(connection.features.supports_json_field)


def drawn(contacts: Any, user: User, path: str = "/somewhere/") -> str:
    """The panel as a host's template draws it."""
    request = RequestFactory().get(path)
    request.user = User.objects.get(pk=user.pk)  # fresh: no cached permissions
    return Template("{% load socialcrm %}{% social_panel contacts %}").render(
        Context({"request": request, "contacts": contacts})
    )


def posts_of(profile: SocialProfile, acme: SocialAccount, n: int) -> None:
    """Many posts, a tenth of them mentions, a hundredth answered."""
    now = timezone.now()
    made = Post.objects.bulk_create(
        Post(
            network="twitter",
            external_id=f"{profile.external_id}-{i}",
            author=profile,
            text=f"post {i} @acme",
            posted_at=now - timedelta(minutes=i),
            thread_id=f"{profile.external_id}-{i}",
        )
        for i in range(n)
    )
    Mention.objects.bulk_create(
        Mention(post=post, account=acme, author=profile, posted_at=post.posted_at) for post in made[::10]
    )
    Post.objects.bulk_create(
        Post(
            network="twitter",
            external_id=f"our-{post.external_id}",
            author=acme.profile,
            account=acme,
            to_profile=profile,
            text="an answer",
            posted_at=post.posted_at + timedelta(seconds=20),
            thread_id=post.thread_id,
            in_reply_to=post.external_id,
        )
        for post in made[::100]
    )


@pytest.mark.parametrize("n", [10, 5000])
def test_the_panel_takes_at_most_ten_queries_however_many_posts(
    n: int, ada: Any, ada_profile: SocialProfile, acme: SocialAccount, rep: User, django_assert_max_num_queries: Any
) -> None:
    posts_of(ada_profile, acme, n)
    with django_assert_max_num_queries(11):  # the test's own reading of the user is one of them
        drawn(ada, rep)


def test_replies_that_failed_take_no_query_each(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount, rep: User, django_assert_max_num_queries: Any
) -> None:
    posts_of(ada_profile, acme, 10)
    failed = Reply(account=acme, user=rep, text="hello", state="failed", error_detail="No.")
    for post in Post.objects.filter(author=ada_profile):
        failed.pk, failed.post, failed.client_key = None, post, f"k{post.pk}"
        failed.save(force_insert=True)
    with django_assert_max_num_queries(11):
        assert drawn(ada, rep).count("Open on X") >= 10


def test_ten_and_five_thousand_posts_take_the_same_number_of_queries(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount, rep: User
) -> None:
    posts_of(ada_profile, acme, 10)
    with CaptureQueriesContext(connection) as few:
        drawn(ada, rep)
    other = SocialProfile.objects.create(network="twitter", external_id="201", handle="ada_two")
    ProfileLink.objects.create(profile=other, contact=ada, state="linked")
    posts_of(other, acme, 5000)
    with CaptureQueriesContext(connection) as many:
        drawn(ada, rep)
    assert len(few) == len(many)


def test_the_panel_shows_profile_score_and_what_was_said(
    ada: Any, mention: Post, ada_profile: SocialProfile, rep: User
) -> None:
    parts = [{"signal": "followers", "input": 12400, "points": 24, "of": 30}]
    InfluenceScore.objects.create(
        profile=ada_profile, day=timezone.localdate(), version=1, value=62, confidence=1, parts=parts,
        computed_at=timezone.now(),
    )  # fmt: skip
    page = drawn(ada, rep)
    for said in ("@ada_l", "the lamp on floor 3 blinks", "Public reply", "Reply on X", "280 left"):
        assert said in page
    read = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[page.index("Influence") :])).split())
    for said in ("62 of 100", "Followers 24 of 30", "12,400 followers"):
        assert said in read


@pytest.mark.parametrize("field", ["text", "name", "handle", "bio", "url", "avatar_url", "website", "lang"])
def test_nothing_that_comes_from_the_network_becomes_markup(
    field: str, ada: Any, mention: Post, ada_profile: SocialProfile, rep: User
) -> None:
    canary = '"><script>boom()</script><img src=x onerror=boom()>'[: 10 if field == "lang" else 200]
    target = mention if field in ("text", "lang") else ada_profile
    setattr(target, field, canary)
    target.save()
    page = drawn(ada, rep)
    assert "<script>boom" not in page
    assert "<img src=x" not in page
    assert '"><script' not in page


@pytest.mark.parametrize(
    "href", ["javascript:boom()", "data:text/html,boom", "//x", " java\tscript:boom()", "ftp://x.example"]
)
def test_a_link_that_is_no_web_address_is_left_out(href: str, ada: Any, mention: Post, rep: User) -> None:
    mention.entities = [{"start": 0, "end": 5, "kind": "mention", "text": "@acme", "href": href}]
    mention.save()
    assert "boom" not in drawn(ada, rep)


def test_links_of_the_network_are_links_and_the_text_stays_as_written(ada: Any, mention: Post, rep: User) -> None:
    mention.text = "@acme <b>look</b> https://t.co/a & go"
    mention.entities = [
        {"start": 0, "end": 5, "kind": "mention", "text": "@acme", "href": "https://x.com/acme"},
        {"start": 18, "end": 32, "kind": "url", "text": "lamps.example/a", "href": "https://t.co/a"},
    ]
    mention.save()
    page = drawn(ada, rep)
    assert '<a href="https://x.com/acme" target="_blank" rel="noopener nofollow ugc">@acme</a> &lt;b&gt;look' in page
    assert ">lamps.example/a</a> &amp; go" in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [("https://pbs.example/a.jpg", True), ("http://pbs.example/a.jpg", False), ("http://127.0.0.1:9000/a.svg", True)],
)
def test_pictures_come_by_https_or_from_a_trusted_host(
    address: str, shown: bool, ada: Any, mention: Post, ada_profile: SocialProfile, rep: User, settings: Any
) -> None:
    settings.SOCIALCRM_NETWORK_OPTIONS = {"twitter": {"private_hosts": ["127.0.0.1:9000"]}}
    ada_profile.avatar_url = address
    ada_profile.save()
    assert (f'src="{address}"' in drawn(ada, rep)) is shown


def test_a_deleted_post_leaves_a_tombstone_without_its_text(ada: Any, mention: Post, rep: User) -> None:
    mention.text, mention.state, mention.gone_at = "", "deleted", timezone.now()
    mention.save()
    page = drawn(ada, rep)
    assert "This post was deleted by its author." in page
    assert "Reply on X" not in page


def test_a_post_that_does_not_concern_us_says_why_it_cannot_be_answered(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount, rep: User
) -> None:
    Post.objects.create(
        network="twitter",
        external_id="1",
        author=ada_profile,
        text="hello all",
        posted_at=timezone.now(),
        thread_id="1",
    )
    page = drawn(ada, rep)
    assert "It does not mention us, so it is answered on X itself." in " ".join(page.split())
    assert 'href="https://x.com/intent/post?in_reply_to=1"' in page and "Open on X" in page


def test_who_may_not_answer_sees_no_composer(ada: Any, mention: Post, rep: User) -> None:
    rep.user_permissions.clear()
    page = drawn(ada, rep)
    assert "the lamp on floor 3 blinks" in page
    assert "<textarea" not in page


def test_the_pages_hold_nothing_inline(ada: Any, mention: Post, rep: User) -> None:
    page = drawn(ada, rep)
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " on" + "click=" not in page


def test_live_answers_304_until_something_is_new(
    ada: Any, mention: Post, ada_profile: SocialProfile, client: Client, rep: User
) -> None:
    client.force_login(rep)
    url = f"{reverse('socialcrm:live')}?contact={ada.pk}"
    first = client.get(url)
    assert client.get(url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    Post.objects.create(
        network="twitter", external_id="9", author=ada_profile, text="fresh", posted_at=timezone.now(), thread_id="9"
    )
    news = client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert news.status_code == 200
    assert "fresh" in news.content.decode()


def test_asking_for_news_takes_two_queries_of_ours(ada: Any, mention: Post, client: Client, rep: User) -> None:
    """One for the accounts that the reader may use, one for what there is; beside them there are the session, the
    user and whatever the host asks about permissions."""
    client.force_login(rep)
    url = f"{reverse('socialcrm:live')}?contact={ada.pk}"
    etag = client.get(url).headers["ETag"]
    with CaptureQueriesContext(connection) as asked:
        client.get(url, headers={"If-None-Match": etag})
    assert len([query for query in asked if "socialcrm_" in query["sql"]]) == 2


def test_a_foreign_contact_looks_like_none(ada: Any, mention: Post, client: Client, rep: User, settings: Any) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.Blind"
    client.force_login(rep)
    assert client.get(reverse("socialcrm:contact", args=[ada.pk])).status_code == 404
    answer = client.get(f"{reverse('socialcrm:live')}?contact={ada.pk}")
    assert "floor 3" not in answer.content.decode()
    assert client.get(reverse("socialcrm:composer", args=[mention.pk])).status_code == 404
    assert client.get(reverse("socialcrm:item", args=[mention.pk])).status_code == 404


@pytest.mark.parametrize("key", ["x", "", "99999999999999999999999", "1 OR 1=1", "é"])
def test_a_key_that_is_none_finds_nothing(key: str, client: Client, rep: User) -> None:
    client.force_login(rep)
    assert client.get(reverse("socialcrm:live"), {"contact": key}).status_code == 200


def test_an_older_page_comes_as_a_fragment(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount, client: Client, rep: User
) -> None:
    posts_of(ada_profile, acme, 45)
    client.force_login(rep)
    first = client.get(f"{reverse('socialcrm:live')}?contact={ada.pk}&base=/c/").content.decode()
    assert "Show older" in first
    found = re.search(r'data-sc-more="([^"]+)"', first)
    assert found
    older = client.get(html.unescape(found.group(1))).content.decode()
    assert "post 30 @acme" in older
    assert "post 3 @acme" not in older


def test_states_of_a_reply_say_what_happens_next(ada: Any, mention: Post, acme: SocialAccount, rep: User) -> None:
    reply = Reply.objects.create(account=acme, post=mention, user=rep, text="mine", client_key="k", hold="reconnect")
    assert "must be reconnected" in drawn(ada, rep)
    for state, words in {
        "sending": "<b>Sending</b> to X",
        "failed": "Your text is kept.",
        "unknown": "It is there",
    }.items():
        Reply.objects.filter(pk=reply.pk).update(state=state, hold="", error_detail="X refused it.")
        assert words in drawn(ada, rep)


def test_several_contacts_are_shown_together(ada: Any, mention: Post, rep: User) -> None:
    bob = make_contact(first_name="Bob", last_name="Noyce")
    page = drawn([ada, bob], rep)
    assert "Ada Lovelace mentioned us" in page


def test_the_write_button_of_a_host_leads_to_the_newest_mention_that_waits_for_us(
    ada: Any, ada_profile: SocialProfile, mention: Post, acme: SocialAccount, rep: User
) -> None:
    page = Template(
        "{% load socialcrm %}{% social_panel contact as social %}"
        "[{{ social.write_url }} {{ social.write_place }}]{{ social }}"
    )
    request = RequestFactory().get("/")
    request.user = rep
    drawn = page.render(Context({"request": request, "contact": ada}))
    composer = reverse("socialcrm:composer", args=[mention.pk])
    assert drawn.startswith(f"[{composer} composer-{mention.pk}]") and f'id="composer-{mention.pk}"' in drawn


def test_nobody_is_offered_to_write_who_may_not_reply_or_where_nothing_can_be_answered(
    ada: Any, ada_profile: SocialProfile, mention: Post, acme: SocialAccount, rep: User
) -> None:
    stranger = User.objects.create_user("stranger")
    assert build_panel(stranger, ada, {}).write_to is None
    assert build_panel(rep, ada, {}).write_to == mention.pk
    Post.objects.filter(pk=mention.pk).update(state=Post.State.DELETED)
    assert build_panel(rep, ada, {}).write_to is None
