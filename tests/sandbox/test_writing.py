"""What the sandbox's X lets an account post, and its reasons to refuse."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Client


def test_a_reply_is_logged_exactly_once_as_it_was_typed(desk: Client, townspeople: list[str]) -> None:
    mention = desk.sandbox.post(townspeople[0], "Help me @lumen_desk")
    made = desk.tweet("We are on it!", to=mention["id"])
    assert made.status_code == 201
    assert made.json()["data"]["text"] == f"@{mention['author']} We are on it!"
    entries = desk.sandbox.log(in_reply_to=mention["id"])
    assert [(one["text"], one["account"], one["action"]) for one in entries] == [
        ("We are on it!", "lumen_desk", "post")
    ]
    assert entries[0]["id"] == made.json()["data"]["id"]


def test_the_same_words_twice_are_refused(desk: Client) -> None:
    assert desk.tweet("Only once, please").status_code == 201
    again = desk.tweet("Only once, please")
    assert again.status_code == 403
    assert again.json()["detail"] == "You are not allowed to create a Tweet with duplicate content."


def test_an_author_who_did_not_mention_us_can_not_be_answered(desk: Client, townspeople: list[str]) -> None:
    post = desk.sandbox.post(townspeople[1], "Just thinking aloud about lamps")
    refused = desk.tweet("May we join in?", to=post["id"])
    assert refused.status_code == 403 and "mentioned your account" in refused.json()["detail"]
    assert desk.sandbox.log(in_reply_to=post["id"]) == []


def test_an_author_who_quoted_us_can_be_answered(desk: Client, townspeople: list[str]) -> None:
    ours = desk.tweet("News worth quoting").json()["data"]["id"]
    quote = desk.sandbox.post(townspeople[1], "Look at this", quotes=ours)
    assert desk.tweet("Thanks for quoting", to=quote["id"]).status_code == 201


def test_enterprise_may_answer_anyone(desk: Client, townspeople: list[str]) -> None:
    post = desk.sandbox.post(townspeople[2], "Thinking aloud again")
    desk.sandbox.control("POST", "tier", {"handle": "lumen_desk", "tier": "enterprise"})
    try:
        assert desk.tweet("Joining in", to=post["id"]).status_code == 201
    finally:
        desk.sandbox.control("POST", "tier", {"handle": "lumen_desk", "tier": "self_serve"})


def test_a_deleted_post_can_not_be_answered(desk: Client, townspeople: list[str]) -> None:
    post = desk.sandbox.post(townspeople[3], "Oops @lumen_desk")
    desk.sandbox.control("POST", "delete", {"id": post["id"]})
    assert desk.tweet("Too late", to=post["id"]).status_code == 403


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x" * 280, 201),
        ("x" * 281, 403),
        ("💡" * 140, 201),
        ("💡" * 141, 403),
        ("", 400),
        ("   \n", 400),
        ("nul \x00 inside", 400),
        ("two $LMN and $ABC", 403),
        (f"{'y' * 256} https://lumen-lighting.example.com/a/very/long/address/that/counts/as/23", 201),
    ],
)
def test_texts_are_weighed_as_x_weighs_them(desk: Client, text: str, status: int) -> None:
    assert desk.tweet(text).status_code == status


def test_the_names_in_front_of_a_reply_do_not_count(desk: Client, townspeople: list[str]) -> None:
    mention = desk.sandbox.post(townspeople[4], "Long answer please @lumen_desk")
    assert desk.tweet(f"@{mention['author']} {'z' * 280}", to=mention["id"]).status_code == 201


def test_a_body_that_is_not_json_is_refused_politely(desk: Client) -> None:
    url = f"{desk.sandbox.url}/2/tweets"
    for body in (b"", b"{", b"[]", b'{"text": 3}', b'{"nonsense": 1}', b'{"text":"a","reply":"b"}', b"\xff\xfe"):
        answer = desk.session.post(url, data=body, headers={"content-type": "application/json"}, timeout=10)
        assert answer.status_code == 400, body
        assert answer.json()["title"] == "Invalid Request"


def test_headers_look_like_those_that_were_recorded(desk: Client) -> None:
    answer = desk.tweet("What do the headers say?")
    seen = answer.headers
    assert seen["x-access-level"] == "read-write" and seen["api-version"] and len(seen["x-transaction-id"]) == 16
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(map(str.lower, seen))
    assert {"x-app-limit-24hour-limit", "x-app-limit-24hour-remaining"} <= set(map(str.lower, seen))
    assert seen["location"].endswith(answer.json()["data"]["id"])


def test_a_window_runs_out_and_opens_again_by_the_clock(clients: Any, townspeople: list[str]) -> None:
    sandbox, caller = clients("lumen_lighting").sandbox, clients(townspeople[7])
    sandbox.control("POST", "limits", {"endpoint": "GET /2/users/me", "limit": 2, "window_s": 900})
    try:
        answers = [caller.get("/2/users/me") for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[2].json()["title"] == "Too Many Requests"
        assert answers[2].headers["x-rate-limit-remaining"] == "0"
        assert clients("lumen_lighting").get("/2/users/me").status_code == 200
        sandbox.control("POST", "clock", {"advance": 901})
        assert caller.get("/2/users/me").status_code == 200
    finally:
        sandbox.control("POST", "limits", {"endpoint": "GET /2/users/me", "limit": None})
