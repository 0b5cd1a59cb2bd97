"""What a program reads: contacts, timelines, posts, accounts, scores; in pages, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm.models import Gap, Mention, Post, ProfileLink, SocialAccount, SocialProfile, Stream
from tests.conftest import make_contact

from .conftest import Api, make_reply, make_score, profile


def results(answer: Any) -> list[dict[str, Any]]:
    """The rows of a list."""
    assert answer.status_code == 200, answer.content
    assert answer.json().keys() >= {"results", "next", "previous"}
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def posts(count: int, author: SocialProfile, account: SocialAccount | None = None, start: int = 7000) -> None:
    """Posts by a person, two in each second, that mention an account."""
    now = timezone.now() - timedelta(days=1)
    made = [
        Post.objects.create(
            network="twitter",
            external_id=str(start + number),
            author=author,
            text=f"post {number}",
            posted_at=now + timedelta(seconds=number // 2),
        )
        for number in range(count)
    ]
    if account:
        rows = [Mention(post=post, account=account, author=author, posted_at=post.posted_at) for post in made]
        Mention.objects.bulk_create(rows)


@pytest.mark.parametrize("text", ["lovelace", "Ada", "@ada_l", "ADA_L"])
def test_a_contact_is_found_by_name_and_by_handle(api: Api, ada: Any, text: str) -> None:
    make_contact(first_name="Boris", last_name="Other")
    (row,) = results(api.get("contacts", search=text))
    assert row["id"] == str(ada.pk) and "Ada" in row["name"]
    assert [known["handle"] for known in row["profiles"]] == ["ada_l"]


def test_a_search_that_finds_nobody_is_an_empty_list(api: Api, ada: Any) -> None:
    assert results(api.get("contacts", search="zzz")) == []


def test_contacts_without_a_profile_can_be_listed(api: Api, ada: Any) -> None:
    boris = make_contact(first_name="Boris", last_name="Other")
    assert [row["id"] for row in results(api.get("contacts", linked="false"))] == [str(boris.pk)]
    assert [row["id"] for row in results(api.get("contacts", linked="true"))] == [str(ada.pk)]


def test_a_contacts_summary_says_who_how_much_and_when(
    api: Api, ada: Any, ada_profile: SocialProfile, mention: Post
) -> None:
    make_score(ada_profile)
    ProfileLink.objects.create(profile=profile("400", "ada_two"), contact=ada, state="suggested")
    said = api.get("contact", ada.pk).json()
    assert [link["profile"]["handle"] for link in said["links"]] == ["ada_l"]
    assert said["counts"]["mentions"] == 1 and said["suggestions"] == 1
    assert round(said["score"]["value"]) == 58 and said["score"]["parts"]
    assert said["last_touch"] == mention.posted_at.astimezone().isoformat() or said["last_touch"]


def test_a_timeline_tells_the_mention_and_our_answer_newest_first(
    api: Api, ada: Any, mention: Post, acme: SocialAccount, rep: Any
) -> None:
    make_reply(mention, acme, rep)
    answer, asked = results(api.get("contact-timeline", ada.pk))
    assert (asked["kind"], asked["post"]["external_id"], asked["text"]) == ("mention", "5000", mention.text)
    assert (answer["kind"], answer["reply"]["state"], answer["ours"]) == ("reply", "queued", True)
    assert asked["thread"] == answer["thread"]


def test_a_timeline_can_be_read_to_its_end_without_a_gap(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    posts(25, ada_profile)
    seen, link = [], None
    for _ in range(9):
        answer = api.client.get(link, headers=api.headers) if link else api.get("contact-timeline", ada.pk, limit=4)
        seen += [row["external_id"] for row in results(answer)]
        link = answer.json()["next"]
        if not link:
            break
    assert sorted(seen) == sorted(str(7000 + number) for number in range(25))


@pytest.mark.parametrize("kind", ["everything", ""])
def test_a_kind_that_is_none_is_refused(api: Api, ada: Any, kind: str) -> None:
    assert api.get("contact-timeline", ada.pk, kind=kind).status_code == 400


def test_posts_are_found_by_their_id_on_the_network(api: Api, ada: Any, mention: Post) -> None:
    for network in ("twitter", "x"):
        (row,) = results(api.get("posts", network=network, external_id="5000"))
        assert (row["id"], row["network"]) == (mention.pk, "twitter")
        assert row["author"]["handle"] == "ada_l" and row["mentions"][0]["reason"] == "mention"
    assert results(api.get("posts", network="mastodon", external_id="5000")) == []


def test_posts_are_found_by_author_contact_account_and_time(
    api: Api, ada: Any, ada_profile: SocialProfile, acme: SocialAccount, mention: Post
) -> None:
    posts(2, ada_profile)
    assert len(results(api.get("posts", author=ada_profile.pk))) == 3
    assert len(results(api.get("posts", contact=ada.pk))) == 3
    assert [row["id"] for row in results(api.get("posts", account=acme.pk))] == [mention.pk]
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    assert [row["id"] for row in results(api.get("posts", since=since))] == [mention.pk]


def test_a_moment_far_from_greenwich_is_read_on_both_databases(api: Api, ada: Any, mention: Post) -> None:
    far = "2020-03-01T00:55:27-20:46"
    assert [row["id"] for row in results(api.get("posts", since=far))] == [mention.pk]
    answer = api.get("contact-timeline", ada.pk, cursor=f"2040-03-01T00:55:27-20:46~{mention.pk}")
    assert len(results(answer)) == 1


def test_pages_go_forth_and_back_over_posts_of_the_same_second(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    posts(11, ada_profile)
    pages, link = [], None
    while link or not pages:
        answer = api.client.get(link, headers=api.headers) if link else api.get("posts", limit=3)
        pages.append([row["external_id"] for row in results(answer)])
        link = answer.json()["next"]
    assert [len(page) for page in pages] == [3, 3, 3, 2]
    assert sum(pages, []) == [str(7010 - number) for number in range(11)]
    back = [pages[-1]]
    while link := answer.json()["previous"]:
        answer = api.client.get(link, headers=api.headers)
        back.append([row["external_id"] for row in results(answer)])
    assert back[::-1] == pages


def test_a_page_does_not_move_when_new_posts_arrive(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    posts(6, ada_profile)
    first = api.get("posts", limit=3)
    posts(3, ada_profile, start=9000)
    Post.objects.filter(external_id__gte="9000").update(posted_at=timezone.now())
    second = api.client.get(first.json()["next"], headers=api.headers)
    assert [row["external_id"] for row in results(second)] == ["7002", "7001", "7000"]


def test_a_post_says_as_whom_it_can_be_answered(api: Api, ada: Any, mention: Post, acme: SocialAccount) -> None:
    said = api.get("post", mention.pk).json()
    (verdict,) = said["answer_as"]
    assert (verdict["account"], verdict["allowed"]) == (acme.pk, True)


def test_accounts_say_how_they_are(api: Api, acme: SocialAccount) -> None:
    old = timezone.now() - timedelta(hours=3)
    SocialAccount.objects.update(connected_at=old)
    stream = Stream.objects.create(account=acme, kind="mentions", last_success_at=old, failures=2, interval=60)
    Gap.objects.create(stream=stream, why="depth")
    (row,) = results(api.get("accounts", network="x"))
    assert (row["handle"], row["state"], row["may_reply"]) == ("acme", "working", True)
    assert {name: row["health"][name] for name in ("late", "failing", "gaps")} == {
        "late": True,
        "failing": True,
        "gaps": 1,
    }


def test_an_account_says_what_it_costs(api: Api, acme: SocialAccount) -> None:
    Stream.objects.create(account=acme, kind="mentions")
    said = api.get("account", acme.pk).json()
    assert said["cost"]["spent_micros"] == 0
    assert [stream["kind"] for stream in said["streams"]] == ["mentions"]


def test_scores_are_listed_day_by_day(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    today = timezone.localdate()
    for days, value in ((1, 50), (0, 58)):
        make_score(ada_profile, value, today - timedelta(days=days))
    rows = results(api.get("scores", contact=ada.pk))
    assert [(row["day"], row["value"]) for row in rows] == [
        (today.isoformat(), 58.0),
        ((today - timedelta(days=1)).isoformat(), 50.0),
    ]
    assert len(results(api.get("scores", at_least=55))) == 1


def test_a_contacts_score_comes_with_its_parts_and_its_days(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    make_score(ada_profile)
    said = api.get("contact-score", ada.pk).json()
    assert round(said["value"]) == 58 and said["parts"][0]["of"] == 30 and len(said["history"]) == 1


def test_a_contact_without_a_score_says_so(api: Api, ada: Any) -> None:
    answer = api.get("contact-score", ada.pk)
    assert answer.status_code == 404 and answer.json()["type"].endswith("no-score")


@pytest.mark.parametrize("route", ["contacts", "profiles", "posts", "replies", "accounts", "scores"])
def test_a_list_costs_the_same_queries_for_two_rows_and_for_forty(
    api: Api, acme: SocialAccount, ada: Any, rep: Any, route: str
) -> None:
    few = fill(2, acme, rep, 0)
    api.get(route)
    with CaptureQueriesContext(
        connection,
    ) as small:
        assert len(results(api.get(route, limit=100))) >= few
    fill(38, acme, rep, 2)
    with CaptureQueriesContext(connection) as large:
        assert len(results(api.get(route, limit=100))) >= 40
    assert len(large) == len(small) <= 10, [query["sql"][:150] for query in large.captured_queries]


def test_a_timeline_costs_the_same_queries_for_two_posts_and_for_eighty(
    api: Api, acme: SocialAccount, ada: Any, ada_profile: SocialProfile, rep: Any
) -> None:
    posts(2, ada_profile, acme)
    make_reply(Post.objects.latest("pk"), acme, rep)
    api.get("contact-timeline", ada.pk)
    with CaptureQueriesContext(connection) as small:
        api.get("contact-timeline", ada.pk, limit=100)
    posts(78, ada_profile, acme, start=8000)
    for post in Post.objects.filter(external_id__gte="8000")[:20]:
        make_reply(post, acme, rep)
    with CaptureQueriesContext(connection) as large:
        assert len(results(api.get("contact-timeline", ada.pk, limit=100))) >= 80
    assert len(large) == len(small) <= 12


def fill(count: int, acme: SocialAccount, rep: Any, start: int) -> int:
    """People with a profile, a post that mentions us, a reply and a score each, and as many accounts."""
    for number in range(start, start + count):
        who = profile(f"u{number}", f"user{number}")
        contact = make_contact(first_name="Person", last_name=f"No {number}")
        ProfileLink.objects.create(profile=who, contact=contact, state="linked", basis="given")
        post = Post.objects.create(
            network="twitter", external_id=f"p{number}", author=who, text="@acme hi", posted_at=timezone.now()
        )
        Mention.objects.create(post=post, account=acme, author=who, posted_at=post.posted_at)
        make_reply(post, acme, rep, client_key=f"fill{number}")
        make_score(who)
        account = SocialAccount.objects.create(network="twitter", external_id=f"a{number}", handle=f"a{number}")
        Stream.objects.create(account=account, kind="mentions")
    return count
