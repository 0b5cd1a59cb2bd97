"""Every address of the sandbox's X answers as the official specification says, in both dialects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Client
from tests.sandbox.spec import check
from tests.sandbox_process import Sandbox

ALL_TWEET = (
    "author_id,conversation_id,created_at,display_text_range,edit_controls,entities,in_reply_to_user_id,lang,"
    "non_public_metrics,organic_metrics,possibly_sensitive,public_metrics,referenced_tweets,reply_settings,source,text"
)
ALL_USER = (
    "created_at,description,entities,location,most_recent_tweet_id,profile_image_url,protected,public_metrics,url,"
    "verified,verified_type"
)
EXPAND = "author_id,in_reply_to_user_id,referenced_tweets.id,referenced_tweets.id.author_id,entities.mentions.username"


@pytest.fixture(params=["tweet", "post"])
def names(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """Which generation of field names the world speaks."""
    sandbox.control("POST", "names", {"names": request.param})
    yield request.param
    sandbox.control("POST", "names", {"names": "tweet"})


def timeline(client: Client, path: str, **more: Any) -> Any:
    return client.get(path, tweet_fields=ALL_TWEET, user_fields=ALL_USER, expansions=EXPAND, **more)


def test_users_answer_as_specified(names: str, desk: Client, townspeople: list[str]) -> None:
    for path, params in (
        ("/2/users/me", {}),
        (f"/2/users/{desk.id}", {}),
        ("/2/users/by/username/lumen_desk", {}),
        ("/2/users", {"ids": f"{desk.id},12"}),
        ("/2/users/by", {"usernames": f"{townspeople[0]},nobody_at_all"}),
    ):
        answer = desk.get(path, user_fields=ALL_USER, expansions="most_recent_tweet_id", **params)
        assert answer.status_code == 200, answer.text
        check(answer, names)


def test_timelines_answer_as_specified(names: str, desk: Client, townspeople: list[str]) -> None:
    mention = desk.sandbox.post(
        townspeople[0], "Spec says hello #spec https://lumen-lighting.example.com/x", mentions=["lumen_desk"]
    )
    assert desk.tweet(f"Hello from {names}", to=mention["id"]).status_code == 201
    for path, params in (
        (f"/2/users/{desk.id}/mentions", {"max_results": 50}),
        (f"/2/users/{desk.id}/tweets", {"max_results": 50}),
        ("/2/tweets", {"ids": f"{mention['id']},1"}),
        (f"/2/tweets/{mention['id']}", {}),
        ("/2/tweets/search/recent", {"query": f"conversation_id:{mention['id']}"}),
    ):
        answer = timeline(desk, path, **params)
        assert answer.status_code == 200 and "data" in answer.json(), answer.text
        check(answer, names)


def test_posting_and_deleting_answer_as_specified(names: str, desk: Client) -> None:
    made = desk.tweet(f"A new lamp, in {names}")
    body = check(made, names)
    assert made.status_code == 201
    assert check(desk.delete(body["data"]["id"]), names) == {"data": {"deleted": True}}


def test_usage_and_followers_answer_as_specified(clients: Any) -> None:
    app = clients("lumen_desk", "app")
    assert check(app.get("/2/usage/tweets"))["data"]["project_cap"] > 0
    assert len(check(app.get(f"/2/users/{app.id}/followers", max_results=7))["data"]) == 7


def test_the_new_names_are_spoken_when_asked_for(desk: Client) -> None:
    asked = {
        "post.fields": "public_metrics",
        "expansions": "author_id,referenced_posts",
        "user.fields": "public_metrics",
    }
    body = check(desk.get(f"/2/users/{desk.id}/mentions", **asked), "post")
    assert {"edit_history_post_ids", "public_metrics"} <= set(body["data"][0])
    assert "repost_count" in body["data"][0]["public_metrics"]
    assert "post_count" in body["includes"]["users"][0]["public_metrics"]
    by_header = desk.session.get(
        f"{desk.sandbox.url}/2/users/me?user.fields=public_metrics", headers={"x-sandbox-names": "post"}
    )
    assert "post_count" in by_header.json()["data"]["public_metrics"]


def test_refusals_answer_as_specified(names: str, desk: Client, clients: Any, townspeople: list[str]) -> None:
    app = clients("lumen_desk", "app")
    uncalled = desk.sandbox.post(townspeople[1], f"Nothing to do with you, {names}")
    refused = (
        (400, desk.get("/2/users/me", user_fields="bogus")),
        (400, desk.get("/2/tweets")),
        (400, desk.get(f"/2/users/{desk.id}/mentions", max_results=4)),
        (400, desk.get(f"/2/users/{desk.id}/mentions", nonsense="1")),
        (400, desk.get(f"/2/users/{desk.id}/mentions", pagination_token="nonsense")),
        (400, desk.get("/2/tweets/search/recent", query="(")),
        (403, app.get("/2/users/me")),
        (403, desk.tweet("Hello, stranger", to=uncalled["id"])),
        (404, desk.delete("12")),
        (403, desk.delete(uncalled["id"])),
    )
    for status, answer in refused:
        assert answer.status_code == status, answer.text
        check(answer, names)


def test_an_invalid_field_is_named_as_x_names_it(desk: Client) -> None:
    body = desk.get(f"/2/users/{desk.id}/tweets", tweet_fields="bogus").json()
    assert body["errors"][0]["message"].startswith("invalid value 'bogus' at index 0: value must be one of: [")
    assert body["errors"][0]["parameters"] == {"tweet.fields": ["bogus"]}
    assert body["title"] == "Invalid Request"
