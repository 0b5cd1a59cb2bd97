"""One control API for all networks: who posts where, what was accepted, faults, limits, accounts, pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Client
from tests.sandbox.toots import Toots
from tests.sandbox_process import Sandbox

HERE = "mastodon"


def toot(sandbox: Sandbox, author: str, text: str, **more: Any) -> dict[str, Any]:
    return sandbox.post(author, text, network=HERE, **more)


def refusal(sandbox: Sandbox, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = requests.post(f"{sandbox.url}/_control/{path}", json=body, timeout=10)
    return answer.status_code, answer.json()["error"]


def test_each_network_has_its_own_posts_and_x_is_meant_where_none_is_named(sandbox: Sandbox, ada: str) -> None:
    there, here = toot(sandbox, ada, "Said on Mastodon"), sandbox.post("lumen_desk", "Said on X")
    (listed,) = sandbox.control("GET", f"posts?network=mastodon&author={ada}&limit=1")["posts"]
    assert (listed["text"], listed["network"]) == ("Said on Mastodon", HERE)
    assert [one["id"] for one in sandbox.control("GET", "posts?author=lumen_desk&limit=1")["posts"]] == [here["id"]]
    assert there["author"] == ada and there["visibility"] == "public"


def test_the_log_says_of_each_line_on_which_network_it_was(sandbox: Sandbox, ada: str) -> None:
    made = [toot(sandbox, ada, "One for the log")["id"], sandbox.post("lumen_desk", "Two for the log")["id"]]
    every = {one["id"]: one["network"] for one in sandbox.log()}
    assert [every[one] for one in made] == [HERE, "twitter"]
    assert {one["network"] for one in sandbox.log(network=HERE)} == {HERE}
    assert {one["network"] for one in sandbox.log(network="x")} == {"twitter"}


def test_the_brand_is_named_as_each_server_names_it(sandbox: Sandbox, ada: str, far: str, desk_there: Toots) -> None:
    near, away = (toot(sandbox, who, "Is anyone there?", mentions=["lumen_desk"]) for who in (ada, far))
    assert near["text"] == "@lumen_desk Is anyone there?"
    assert away["text"] == "@lumen_desk@town.example Is anyone there?"
    told = [one["status"]["id"] for one in desk_there.get("/api/v1/notifications?types[]=mention&limit=2")]
    assert told == [away["id"], near["id"]]


def test_an_answer_stands_below_what_it_answers(sandbox: Sandbox, ada: str) -> None:
    first = toot(sandbox, ada, "A question, @lumen_desk")
    second = toot(sandbox, "lumen_desk", "An answer", in_reply_to=first["id"])
    found = sandbox.control("GET", f"posts?network=mastodon&in_reply_to={first['id']}")["posts"]
    assert [one["id"] for one in found] == [second["id"]] and second["conversation_id"] == first["conversation_id"]
    assert [one["id"] for one in sandbox.log(network=HERE, in_reply_to=first["id"])] == [second["id"]]


def test_edits_and_deletions_are_logged_and_nothing_is_forgotten(sandbox: Sandbox, ada: str) -> None:
    made = toot(sandbox, ada, "Before")
    edited = sandbox.control("POST", "edit", {"network": HERE, "id": made["id"], "text": "After"})
    sandbox.control("POST", "delete", {"network": HERE, "id": made["id"]})
    assert edited["text"] == "After" and edited["edited_at"]
    lines = [(one["action"], one["text"], one["via"]) for one in sandbox.log(network=HERE, id=made["id"])]
    assert lines == [("post", "Before", "control"), ("edit", "After", "control"), ("delete", "After", "control")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("edit", {"network": "x", "id": "MADE", "text": "Other"}, 400),
        ("post", {"network": "x", "author": "lumen_desk", "text": "Hush", "visibility": "direct"}, 400),
        ("post", {"network": HERE, "author": "lumen_desk", "text": "Hush", "visibility": "secret"}, 400),
        ("post", {"network": HERE, "author": "lumen_desk@nowhere.example", "text": "Hello"}, 404),
        ("delete", {"network": HERE, "id": "MADE"}, 404),
        ("tier", {"network": HERE, "tier": "enterprise"}, 400),
        ("version", {"version": "newest"}, 400),
        ("limits", {"network": HERE, "endpoint": "GET /2/users/me", "limit": 1}, 400),
    ],
)
def test_what_a_network_lacks_is_refused_with_a_sentence(
    sandbox: Sandbox, path: str, body: dict[str, Any], status: int
) -> None:
    made = sandbox.post("lumen_desk", "On X only")["id"]
    code, sentence = refusal(sandbox, path, {key: made if value == "MADE" else value for key, value in body.items()})
    assert code == status and re.search(r"\w{3} \w", sentence)


def test_a_fault_hits_the_network_that_it_names(sandbox: Sandbox, desk: Client, desk_there: Toots) -> None:
    rule = {"action": "status", "status": 503, "match": {"network": HERE, "account": "lumen_desk"}}
    sandbox.control("POST", "faults", rule)
    try:
        assert desk_there.ask("GET", "/api/v1/accounts/verify_credentials").status_code == 503
        assert desk.get("/2/users/me").status_code == 200
        assert requests.get(f"{desk_there.base}/api/v2/instance", timeout=10).status_code == 200
    finally:
        sandbox.control("DELETE", "faults")


def test_each_network_has_its_own_limits(sandbox: Sandbox, desk: Client, desk_there: Toots) -> None:
    sandbox.control("POST", "limits", {"network": HERE, "limit": 0})
    try:
        assert desk_there.ask("GET", "/api/v1/accounts/verify_credentials").status_code == 429
        assert desk.get("/2/users/me").status_code == 200
    finally:
        sandbox.control("POST", "limits", {"network": HERE, "limit": 1_000_000})


def test_an_account_of_any_network_changes_and_loses_its_tokens(sandbox: Sandbox, ada: str, toots: Any) -> None:
    client: Toots = toots(ada)
    shown = sandbox.control("POST", "account", {"network": HERE, "handle": ada, "bio": "New words", "followers": 9})
    assert (shown["handle"], shown["bio"], shown["followers"]) == (ada, "New words", 9)
    assert "New words" in client.get("/api/v1/accounts/verify_credentials")["note"]
    assert sandbox.control("POST", "revoke", {"network": HERE, "handle": ada})["revoked"] >= 1
    assert client.ask("GET", "/api/v1/accounts/verify_credentials").status_code == 401


def test_the_page_of_what_happened_shows_both_networks_or_one(sandbox: Sandbox, ada: str) -> None:
    toot(sandbox, ada, "Shown for Mastodon")
    sandbox.post("lumen_desk", "Shown for X")
    both, one = (requests.get(sandbox.url + path, timeout=10).text for path in ("/", "/?network=mastodon"))
    assert "Shown for Mastodon" in both and "Shown for X" in both and "<main>" in both
    assert "Shown for Mastodon" in one and "Shown for X" not in one


def test_the_address_of_a_status_opens_a_page_with_its_thread(sandbox: Sandbox, far: str, desk_there: Toots) -> None:
    first = toot(sandbox, far, "<b>From afar</b>, @lumen_desk@town.example", spoiler="Long")
    toot(sandbox, "lumen_desk", "Answered here", in_reply_to=first["id"])
    shown = desk_there.get(f"/api/v1/statuses/{first['id']}")
    page = requests.get(shown["url"], timeout=10)
    assert page.status_code == 200 and "&lt;b&gt;From afar" in page.text and "Answered here" in page.text
    assert "Content warning: Long" in page.text and shown["url"] == first["url"]
    person = requests.get(shown["account"]["url"], timeout=10)
    assert person.status_code == 200 and f"@{far}" in person.text
    face = requests.get(shown["account"]["avatar"], timeout=10)
    assert face.headers["content-type"] == "image/png"


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_no_page_shows_what_was_said_in_a_small_circle(sandbox: Sandbox, ada: str, visibility: str) -> None:
    made = toot(sandbox, ada, f"Between us, {visibility}", mentions=["lumen_desk"], visibility=visibility)
    assert requests.get(made["url"], timeout=10).status_code == 403
    for path in (f"/mastodon/@{ada.partition('@')[0]}", f"/intent/post?network=mastodon&in_reply_to={made['id']}"):
        assert "Between us" not in requests.get(sandbox.url + path, timeout=10).text


def test_one_can_answer_by_hand_on_mastodon_too(sandbox: Sandbox, ada: str, desk_there: Toots) -> None:
    made = toot(sandbox, ada, "By hand?", mentions=["lumen_desk"], visibility="direct")
    form = {"network": HERE, "in_reply_to": made["id"], "as": "lumen_desk", "text": "Typed elsewhere"}
    requests.post(f"{sandbox.url}/intent/post", data=form, timeout=10)
    (line,) = sandbox.log(network=HERE, in_reply_to=made["id"])
    assert (line["via"], line["text"]) == ("web", f"@{ada.partition('@')[0]} Typed elsewhere")
    assert desk_there.get(f"/api/v1/statuses/{line['id']}")["visibility"] == "direct"
