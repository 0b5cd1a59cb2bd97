"""The sandbox's Mastodon answers as the OpenAPI description says, and pages as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from .conftest import MastodonScene
from .spec import check


class Caller:
    """Calls the sandbox and holds each answer against the description."""

    def __init__(self, scene: MastodonScene) -> None:
        self.base, self.session = scene.keys["base_url"], requests.Session()
        self.session.headers["authorization"] = f"Bearer {scene.keys['access_token']}"
        self.headers: Any = {}

    def __call__(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        answer = self.session.request(method, f"{self.base}{path}", timeout=10, **more)
        assert answer.status_code == status, answer.text
        self.headers = answer.headers
        check(method, path.partition("?")[0], status, answer.json())
        return answer.json()


@pytest.fixture
def call(scene: MastodonScene) -> Iterator[Caller]:
    caller = Caller(scene)
    yield caller
    caller.session.close()


def test_reading_is_as_described(scene: MastodonScene, call: Caller) -> None:
    made = scene.typed("about #lamps at https://example.com/a/rather/long/address/that/is/cut/for/the/eye")
    me = call("GET", "/api/v1/accounts/verify_credentials")
    call("GET", f"/api/v1/accounts/{me['id']}")
    call("GET", f"/api/v1/accounts/{me['id']}/statuses")
    call("GET", f"/api/v1/accounts/lookup?acct={scene.friend['handle']}")
    call("GET", f"/api/v1/statuses/{made}")
    call("GET", f"/api/v1/statuses?id[]={made}")
    call("GET", f"/api/v1/statuses/{made}/context")
    call("GET", f"/api/v2/search?q={scene.friend['handle']}&resolve=true&type=accounts")
    call("GET", "/api/v2/instance")
    call("GET", "/api/v1/instance")
    call("GET", "/.well-known/oauth-authorization-server")


def test_refusals_are_as_described(call: Caller) -> None:
    assert call("GET", "/api/v1/accounts/lookup?acct=nobody_at_all", 404) == {"error": "Record not found"}
    call("GET", "/api/v1/statuses/1", 404)
    call("POST", "/api/v1/statuses", 422, json={"status": "  "})
    call("POST", "/api/v1/statuses", 422, json={"status": "a" * 501})
    call("POST", "/api/v1/apps", 422, json={})
    call.session.headers["authorization"] = "Bearer nobody"
    call("GET", "/api/v1/notifications", 401)


def test_notifications_page_both_ways_as_the_links_say(scene: MastodonScene, call: Caller) -> None:
    made = [scene.typed(f"page {n}") for n in range(5)]
    first = call("GET", "/api/v1/notifications?types[]=mention&limit=2")
    assert [one["status"]["id"] for one in first] == made[:2:-1]
    older = requests.utils.parse_header_links(call.headers["link"])[0]["url"].removeprefix(call.base)
    second = call("GET", older)
    assert [one["status"]["id"] for one in second] == made[2:0:-1]
    forward = call("GET", f"/api/v1/notifications?types[]=mention&limit=2&min_id={second[-1]['id']}")
    assert [one["status"]["id"] for one in forward] == made[3:1:-1]
    since = call("GET", f"/api/v1/notifications?types[]=mention&limit=2&since_id={second[-1]['id']}")
    assert [one["status"]["id"] for one in since] == made[:2:-1]
    assert "T" in call.headers["x-ratelimit-reset"]


def test_the_same_key_within_the_hour_is_one_status(scene: MastodonScene, call: Caller) -> None:
    post = scene.typed("twice?")
    content = {"json": {"status": "Once", "in_reply_to_id": post}, "headers": {"Idempotency-Key": f"key-{post}"}}
    one, two = call("POST", "/api/v1/statuses", **content), call("POST", "/api/v1/statuses", **content)
    assert one["id"] == two["id"]
    scene.sandbox.control("POST", "clock", {"advance": 3601})
    assert call("POST", "/api/v1/statuses", **content)["id"] != one["id"]


def test_a_status_is_changed_and_taken_away(scene: MastodonScene, call: Caller) -> None:
    made = call("POST", "/api/v1/statuses", json={"status": "First"})
    assert call("PUT", f"/api/v1/statuses/{made['id']}", json={"status": "Second"})["edited_at"]
    assert scene.network().posts([scene.key(made["id"])]).posts[0].edited
    assert call("DELETE", f"/api/v1/statuses/{made['id']}")["text"] == "Second"
    call("GET", f"/api/v1/statuses/{made['id']}", 404)
