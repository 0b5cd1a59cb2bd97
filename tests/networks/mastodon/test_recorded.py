"""Recorded answers of Mastodon 4.6.4, read by us and by a second, plain reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from socialcrm.networks.border import Request, Response
from socialcrm.networks.headers import limit_of
from socialcrm.networks.mastodon.parse import VISIBILITY, Reader
from socialcrm.networks.mastodon.server import error_of

from .spec import recorded

NOW = datetime(2026, 8, 1, 13, 50, tzinfo=UTC)


def objects(node: Any, key: str) -> list[dict[str, Any]]:
    """Every object in an answer that has this key."""
    if isinstance(node, list):
        return [found for one in node for found in objects(one, key)]
    if not isinstance(node, dict):
        return []
    inner = [found for value in node.values() for found in objects(value, key)]
    return [node, *inner] if key in node and "id" in node and "uri" in node else inner


def test_every_recorded_status_is_read_whole() -> None:
    statuses = [one for call in recorded() for one in objects(call[3], "in_reply_to_id")]
    assert len(statuses) > 30
    for plain in statuses:
        reader = Reader("localhost:3000")
        (post,) = reader.posts([msgspec.Raw(msgspec.json.encode(plain))])
        assert post.external_id == f"{plain['id']}@localhost:3000" and post.in_reply_to == reader.key(
            plain["in_reply_to_id"]
        )
        assert post.author.external_id == plain["account"]["uri"]
        assert post.visibility == VISIBILITY[plain["visibility"]]
        assert post.edited == bool(plain["edited_at"])
        assert post.metrics.replies == plain["replies_count"]
        assert post.posted_at == datetime.fromisoformat(plain["created_at"])
        assert len([e for e in post.entities if e["kind"] == "mention"]) == plain.get("content", "").count(
            "u-url mention"
        )
        assert "<" not in post.text or "&lt;" in plain.get("content", "")


def test_every_recorded_account_is_read_whole() -> None:
    accounts = [one for call in recorded() for one in objects(call[3], "acct")]
    assert len(accounts) > 30
    for plain in accounts:
        person = Reader("localhost:3000").author(msgspec.json.encode(plain))
        assert person.external_id == plain["uri"]
        assert person.handle.count("@") == 1 and person.handle.startswith(plain["username"])
        assert (person.name, person.followers) == (plain["display_name"] or plain["username"], plain["followers_count"])


def test_recorded_refusals_keep_their_words_and_are_judged_by_status() -> None:
    refusals = [call for call in recorded() if call[2] >= 400]
    assert {call[2] for call in refusals} >= {404, 422}
    for method, path, status, body, headers in refusals:
        answer = Response(status, headers, msgspec.json.encode(body))
        error = error_of(Request(method, path, "x"), answer, NOW)
        assert type(error).__name__ == {401: "AuthExpired", 404: "NotFound"}.get(status, "Rejected")
        assert error.detail == (body.get("error_description") or body["error"])


def test_recorded_limits_are_read() -> None:
    limits = [limit_of(call[4], NOW) for call in recorded()]
    known = [one for one in limits if one is not None]
    assert known and all(one.limit and one.resets_at and one.resets_at.tzinfo for one in known)


@pytest.mark.parametrize(
    ("reset", "minutes"),
    [("2026-08-01T15:00:00.754511Z", 70), ("2026-08-01T13:55:00.000Z", 5), ("2040-01-01T00:00:00Z", 16)],
)
def test_a_wait_lasts_as_long_as_the_server_says_within_reason(reset: str, minutes: int) -> None:
    answer = Response(429, {"x-ratelimit-reset": reset}, b'{"error":"Too many requests"}')
    error: Any = error_of(Request("GET", "x", "x"), answer, NOW)
    assert abs(error.retry_at - NOW - timedelta(minutes=minutes)) < timedelta(minutes=1)
