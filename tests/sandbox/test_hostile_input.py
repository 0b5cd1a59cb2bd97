"""Whatever is thrown at the sandbox, it answers with a refusal and never with a fault of its own."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.conftest import Client
from tests.sandbox_process import Sandbox

NASTY = [
    "",
    "\x00",
    "9" * 19,
    "9" * 400,
    "-1",
    "١٢٣",
    "%",
    "' OR 1=1 --",
    "a" * 3000,
    "‮אב",
    "😀",
    "{}",
    "[1]",
    "null",
    "../../etc",
]


@pytest.mark.parametrize("value", NASTY)
def test_no_parameter_makes_it_fall(desk: Client, value: str) -> None:
    names = ("ids", "usernames", "query", "max_results", "since_id", "until_id", "start_time", "end_time")
    names += ("pagination_token", "next_token", "exclude", "tweet.fields", "user.fields", "expansions", "days")
    paths = (f"/2/users/{desk.id}/mentions", "/2/tweets", "/2/users", "/2/users/by", "/2/tweets/search/recent")
    paths += (f"/2/users/{desk.id}/tweets", f"/2/users/{desk.id}/followers", "/2/usage/tweets")
    for path in paths:
        for name in names:
            assert desk.get(path, **{name: value}).status_code in (200, 400, 403), (path, name)


@pytest.mark.parametrize(
    "words",
    ["from:", "to:@", "conversation_id:x", "((", "a OR", "OR", "-", "-(a)", '"', "from:" + "9" * 30, "min_likes:-1"],
)
def test_no_search_makes_it_fall(desk: Client, words: str) -> None:
    assert desk.get("/2/tweets/search/recent", query=words).status_code in (200, 400)


@pytest.mark.parametrize(
    "value",
    ["OAuth", "OAuth x", "OAuth oauth_token=", "Bearer", "Bearer é", "Basic !!", "Digest a=b", "OAuth " + "a=b," * 900],
)
def test_no_authorization_header_makes_it_fall(sandbox: Sandbox, value: str) -> None:
    headers = {"authorization": value.encode()}
    for method, path in (("GET", "/2/users/me"), ("POST", "/2/oauth2/token"), ("POST", "/oauth/request_token")):
        answer = requests.request(method, sandbox.url + path, headers=headers, timeout=10)
        assert answer.status_code in (400, 401), path


@pytest.mark.parametrize("value", NASTY)
def test_no_page_makes_it_fall(sandbox: Sandbox, value: str) -> None:
    for path in (
        f"/{value}",
        f"/lumen_desk/status/{value}",
        f"/profile_images/{value}/face_normal.png",
        f"/lumen_desk?before={value}",
    ):
        assert requests.get(sandbox.url + path, timeout=10).status_code in (200, 400, 404), path
    for path in ("posts?author=", "posts?in_reply_to=", "log?since_seq=", "credentials?handle=", "log?account="):
        assert (
            requests.get(
                f"{sandbox.url}/_control/{path}", params={path.split("?")[1][:-1]: value}, timeout=10
            ).status_code
            < 500
        )


def test_a_body_of_several_megabytes_is_refused(desk: Client) -> None:
    answer = desk.session.post(f"{desk.sandbox.url}/2/tweets", data=b"x" * 3_000_000, timeout=20)
    assert answer.status_code == 413


def test_half_a_character_can_not_be_posted(desk: Client) -> None:
    for url, body in (
        (f"{desk.sandbox.url}/2/tweets", '{"text": "\\ud800"}'),
        (f"{desk.sandbox.url}/_control/post", '{"author": "lumen_desk", "text": "\\ud800"}'),
    ):
        assert desk.session.post(url, data=body, timeout=10).status_code == 400


def test_hostile_names_and_texts_are_passed_on_as_they_are(desk: Client, townspeople: list[str]) -> None:
    text = "<img src=x onerror=alert(1)> \u202e\u0000 ‮ Z̸̢͖a̷l̵g̶o̵ 👨‍👩‍👧‍👦 @lumen_desk"
    desk.sandbox.control(
        "POST", "account", {"handle": townspeople[0], "name": "<b>Bobby</b>", "bio": "javascript:alert(1)"}
    )
    post = desk.sandbox.post(townspeople[0], text)
    body = desk.get(f"/2/tweets/{post['id']}", expansions="author_id").json()
    assert body["includes"]["users"][0]["name"] == "<b>Bobby</b>"
    assert "&lt;img src=x" in body["data"]["text"] and "\u0000" in body["data"]["text"]
