"""What clients read from the sandbox's X: pages, depth, cursors, fields, and who can't be seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Client
from tests.sandbox_process import Sandbox


def walk(client: Client, path: str, **params: Any) -> list[list[str]]:
    """Ids of every page, until no next_token comes."""
    pages, token = [], {}
    while True:
        body = client.get(path, **params, **token).json()
        pages.append([one["id"] for one in body.get("data", [])])
        if "next_token" not in body["meta"]:
            return pages
        token = {"pagination_token": body["meta"]["next_token"]}


def test_paging_walks_every_mention_once_newest_first(desk: Client) -> None:
    pages = walk(desk, f"/2/users/{desk.id}/mentions", max_results=7)
    ids = [int(one) for page in pages for one in page]
    assert len(pages) > 3
    assert ids == sorted(set(ids), reverse=True)


def test_a_previous_token_leads_back(desk: Client) -> None:
    first = desk.get(f"/2/users/{desk.id}/mentions", max_results=5).json()
    second = desk.get(
        f"/2/users/{desk.id}/mentions", max_results=5, pagination_token=first["meta"]["next_token"]
    ).json()
    back = desk.get(f"/2/users/{desk.id}/mentions", max_results=5, pagination_token=second["meta"]["previous_token"])
    assert back.json()["data"] == first["data"]


def test_since_id_gives_only_what_is_newer(desk: Client, townspeople: list[str]) -> None:
    newest = desk.get(f"/2/users/{desk.id}/mentions").json()["meta"]["newest_id"]
    post = desk.sandbox.post(townspeople[0], "Are you there, @lumen_desk?")
    body = desk.get(f"/2/users/{desk.id}/mentions", since_id=newest).json()
    assert [one["id"] for one in body["data"]] == [post["id"]]
    assert body["meta"]["newest_id"] == body["meta"]["oldest_id"] == post["id"]


def test_an_empty_page_has_no_data(desk: Client) -> None:
    newest = desk.get(f"/2/users/{desk.id}/mentions").json()["meta"]["newest_id"]
    assert desk.get(f"/2/users/{desk.id}/mentions", since_id=newest).json() == {"meta": {"result_count": 0}}


def test_only_the_fields_that_were_asked_for_come_back(desk: Client) -> None:
    bare = desk.get(f"/2/users/{desk.id}/tweets").json()["data"][0]
    assert set(bare) == {"id", "text", "edit_history_tweet_ids"}
    assert set(desk.get("/2/users/me").json()["data"]) == {"id", "name", "username"}


def test_times_bound_a_timeline(desk: Client) -> None:
    first = desk.get(f"/2/users/{desk.id}/mentions", max_results=20, tweet_fields="created_at").json()["data"]
    middle = first[10]["created_at"]
    body = desk.get(f"/2/users/{desk.id}/mentions", start_time=middle, tweet_fields="created_at").json()
    assert all(one["created_at"] >= middle for one in body["data"])
    body = desk.get(f"/2/users/{desk.id}/mentions", end_time=middle, tweet_fields="created_at").json()
    assert all(one["created_at"] < middle for one in body["data"])


def test_only_the_800_newest_mentions_are_reachable() -> None:
    with Sandbox(people=300, history_days=2) as sandbox:
        sandbox.control("POST", "limits", {"limit": 100000})
        desk, author = Client(sandbox, "lumen_desk"), "lumen_lighting"
        for number in range(830):
            sandbox.post(author, f"@lumen_desk number {number}")
        ids = [one for page in walk(desk, f"/2/users/{desk.id}/mentions", max_results=100) for one in page]
        desk.close()
    assert len(ids) == 800


def test_partial_success_names_what_is_missing(desk: Client, townspeople: list[str]) -> None:
    body = desk.get("/2/users/by", usernames=f"{townspeople[0]},no_such_person").json()
    assert [one["username"].lower() for one in body["data"]] == [townspeople[0].lower()]
    assert body["errors"][0]["resource_id"] == "no_such_person"
    assert body["errors"][0]["type"].endswith("/resource-not-found")


def test_a_reply_brings_its_parent_and_its_thread(desk: Client, townspeople: list[str]) -> None:
    mention = desk.sandbox.post(townspeople[1], "Thread start @lumen_desk")
    reply = desk.tweet("Thread answer", to=mention["id"]).json()["data"]
    again = desk.sandbox.post(townspeople[1], "Thread end", in_reply_to=reply["id"])
    body = desk.get(
        f"/2/tweets/{again['id']}",
        expansions="referenced_tweets.id,referenced_tweets.id.author_id",
        tweet_fields="conversation_id,in_reply_to_user_id",
    ).json()
    assert body["data"]["conversation_id"] == mention["id"]
    assert body["data"]["in_reply_to_user_id"] == desk.id
    assert body["data"]["referenced_tweets"] == [{"type": "replied_to", "id": reply["id"]}]
    assert [one["id"] for one in body["includes"]["tweets"]] == [reply["id"]]
    found = desk.get("/2/tweets/search/recent", query=f"conversation_id:{mention['id']}").json()["data"]
    assert [one["id"] for one in found] == [again["id"], reply["id"], mention["id"]]
    assert again["id"] in [one["id"] for one in desk.get(f"/2/users/{desk.id}/mentions").json()["data"]]


def test_a_deleted_parent_is_an_error_beside_the_data(desk: Client, townspeople: list[str]) -> None:
    parent = desk.sandbox.post(townspeople[2], "Soon gone")
    child = desk.sandbox.post(townspeople[3], "@lumen_desk look", in_reply_to=parent["id"])
    desk.sandbox.control("POST", "delete", {"id": parent["id"]})
    body = desk.get(f"/2/tweets/{child['id']}", expansions="referenced_tweets.id").json()
    assert body["data"]["referenced_tweets"] == [{"type": "replied_to", "id": parent["id"]}]
    assert body["errors"][0]["resource_id"] == parent["id"]


def test_text_is_escaped_and_links_shortened_as_x_does(desk: Client, townspeople: list[str]) -> None:
    post = desk.sandbox.post(townspeople[4], "1 < 2 & https://lumen-lighting.example.com/a?b=c #light @lumen_desk")
    data = desk.get(f"/2/tweets/{post['id']}", tweet_fields="entities").json()["data"]
    link = data["entities"]["urls"][0]
    assert data["text"] == f"1 &lt; 2 &amp; {link['url']} #light @lumen_desk"
    assert (
        link["url"].startswith("https://t.co/") and link["expanded_url"] == "https://lumen-lighting.example.com/a?b=c"
    )
    assert data["text"][link["start"] : link["end"]] == link["url"]
    mention = data["entities"]["mentions"][0]
    assert data["text"][mention["start"] : mention["end"]] == "@lumen_desk" and mention["id"] == desk.id


@pytest.mark.parametrize(("state", "title"), [("suspended", "Forbidden"), ("protected", "Authorization Error")])
def test_posts_of_suspended_and_protected_accounts_are_not_shown(
    desk: Client, townspeople: list[str], state: str, title: str
) -> None:
    post = desk.sandbox.post(townspeople[5], f"Before {state}")
    user = post["author_id"]
    desk.sandbox.control("POST", "account", {"handle": townspeople[5], "state": state})
    try:
        assert "data" not in desk.get(f"/2/tweets/{post['id']}").json()
        assert desk.get(f"/2/users/{user}/tweets").json()["errors"][0]["title"] == title
    finally:
        desk.sandbox.control("POST", "account", {"handle": townspeople[5], "state": "active"})
    assert desk.get(f"/2/tweets/{post['id']}").json()["data"]["id"] == post["id"]


def test_a_renamed_account_keeps_its_id(desk: Client, townspeople: list[str]) -> None:
    user = desk.get(f"/2/users/by/username/{townspeople[6]}").json()["data"]
    desk.sandbox.control("POST", "account", {"handle": townspeople[6], "rename_to": "brand_new_name"})
    assert "data" not in desk.get(f"/2/users/by/username/{user['username']}").json()
    assert desk.get(f"/2/users/{user['id']}").json()["data"]["username"] == "brand_new_name"
    desk.sandbox.control("POST", "account", {"handle": "brand_new_name", "rename_to": user["username"]})


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("from:lumen_lighting zebra", True),
        ("to:lumen_desk zebra", False),
        ("zebra @lumen_desk", True),
        ("zebra -@lumen_desk", False),
        ("(giraffe OR zebra) lang:en", True),
        ('"zebra lamp"', True),
        ("zebra is:reply", False),
        ("zebra min_likes:5", False),
        ("100% zebra", False),
    ],
)
def test_search_understands_operators(desk: Client, query: str, hit: bool) -> None:
    if not desk.sandbox.control("GET", "posts?text=zebra")["posts"]:
        desk.sandbox.post("lumen_lighting", "The new zebra lamp is here, says @lumen_desk")
    assert ("data" in desk.get("/2/tweets/search/recent", query=query).json()) is hit


def test_search_finds_a_young_account_by_its_id_of_19_digits(desk: Client) -> None:
    people = desk.sandbox.control("GET", "people")["people"]
    truths = [person["truth"]["twitter"] for person in people if person["truth"]["twitter"]]
    young = next(truth for truth in truths if len(truth["id"]) == 19)
    made = desk.sandbox.post(young["handle"], "a quokka on a lamp")
    found = desk.get("/2/tweets/search/recent", query=f"quokka from:{young['id']}").json()
    assert [post["id"] for post in found["data"]] == [made["id"]]


def test_search_finds_the_answers_to_one_post(desk: Client, townspeople: list[str]) -> None:
    asked = desk.sandbox.post(townspeople[1], "@lumen_desk which lamp?")
    answer = desk.tweet("This one", to=asked["id"]).json()["data"]
    desk.tweet("And that one", to=answer["id"])
    found = desk.get("/2/tweets/search/recent", query=f"in_reply_to_tweet_id:{asked['id']}").json()
    assert [post["id"] for post in found["data"]] == [answer["id"]]
    assert desk.get("/2/tweets/search/recent", query="in_reply_to_tweet_id:lamp").status_code == 400


def test_a_word_that_is_no_operator_is_refused(desk: Client) -> None:
    assert desk.get("/2/tweets/search/recent", query="frm:lumen_desk").status_code == 400


def test_deletions_leave_timelines(desk: Client) -> None:
    made = desk.tweet("Here for a moment").json()["data"]["id"]
    assert made in [one["id"] for one in desk.get(f"/2/users/{desk.id}/tweets").json()["data"]]
    desk.delete(made)
    assert made not in [one["id"] for one in desk.get(f"/2/users/{desk.id}/tweets").json()["data"]]
    assert desk.get(f"/2/tweets/{made}").json()["errors"][0]["type"].endswith("resource-not-found")
