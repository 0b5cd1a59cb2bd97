"""A server that lies about its limits, names endless people, or says what nobody can keep: it costs nobody anything."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from socialcrm.networks.base import Credentials, Page
from socialcrm.networks.mastodon import Mastodon, rules
from socialcrm.networks.mastodon.parse import Reader
from socialcrm.outbox.echo import same_text
from tests.networks.local_server import RawServer

ADA = {"id": "7", "username": "ada", "acct": "ada", "uri": "https://town.example/users/ada"}
STATUS = {"id": "1", "account": ADA, "created_at": "2026-01-02T03:04:05.000Z", "content": "<p>hi</p>"}


def answering(value: Any) -> RawServer:
    """A server that answers everything with this JSON."""
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return RawServer(lambda connection, _request: connection.sendall(head + body))


def at(server: RawServer) -> Mastodon:
    """Our account on that server."""
    own = Credentials("oauth2", access_token="t", server=server.url, external_id=f"{server.url}/ap/users/7")
    return Mastodon({"private_hosts": ["127.0.0.1"]}, own)


def read(*statuses: Any) -> Page:
    """The posts as the house gets them."""
    return Reader("town.example").page([msgspec.Raw(json.dumps(one).encode()) for one in statuses])


@pytest.mark.parametrize(
    ("told", "limit"),
    [(500, 500), ("2000", 2000), (0, 500), (-1, 500), (None, 500), (True, 500), (1.5, 500), ([], 500), ("²", 500)]
    + [(10**9, 100_000), (10**400, 500)],
)
def test_a_limit_that_makes_no_sense_leaves_mastodons_own(told: Any, limit: int) -> None:
    statuses = {"max_characters": told, "characters_reserved_per_url": told}
    with answering({"domain": "town.example", "configuration": {"statuses": statuses}}) as server:
        facts = at(server).server_facts()
    assert facts["limit"] == limit and 1 <= facts["link"] <= limit


@pytest.mark.parametrize("told", ["", "!", " ", "@", "\u00e9", "@a.b!"])
def test_an_endless_name_takes_no_time(told: str) -> None:
    begun, word = time.process_time(), "@" + "a" * 100_000 + told
    rules.length(word)
    rules.addressed(word, ["ada"])
    rules.fingerprint(word)
    same_text(word, word)
    for address in (word, f"https://town.example/{word}"):
        try:
            rules.parse_handle(address)
        except ValueError:
            continue
    assert time.process_time() - begun < 10


def test_a_time_without_a_zone_is_utc_so_that_a_lost_answer_can_be_looked_for() -> None:
    ours = {**STATUS, "created_at": "2026-01-02T03:04:05"}
    with answering([{**ours, "in_reply_to_id": "9"}]) as server:
        post = at(server).own_posts().posts[0]
        assert post.posted_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        since = post.posted_at - timedelta(minutes=1)
        assert at(server).find_reply(post.in_reply_to, "hi", since) == post.external_id


def test_endless_warnings_polls_and_galleries_are_cut() -> None:
    long = {"spoiler_text": "w" * 10**6, "poll": {"options": [{"title": "o" * 10**5}] * 1000}}
    (post,) = read({**STATUS, **long, "media_attachments": [{"type": "image", "description": "d" * 10**5}] * 900}).posts
    assert len(post.text) < 110_000 and len(post.media) == 50 and len(post.media[0]["alt"]) == 2000


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>hi",
        "<svg onload=alert(1)><a href='https://a.example'>x</a></svg>hi",
        "<img src=x onerror=alert(1)>hi",
        "<a href='javascript:alert(1)'>hi</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>hi</a>",
        "<a href='vbscript:x'>hi</a>",
        "<a href='JaVa\tScRiPt:alert(1)'>hi</a>",
        "<a href='//evil.example'>hi</a>",
        "<a href='https://'>hi</a>",
        "<a href='https://[::1'>hi</a>",
    ],
)
def test_nothing_that_runs_survives(html: str) -> None:
    (post,) = read({**STATUS, "content": html}).posts
    assert post.text == "hi" and post.entities == ()


def test_what_cannot_be_understood_is_set_aside_and_the_rest_is_read() -> None:
    odd = [{**STATUS, "id": 5}, {**STATUS, "account": {}}, {**STATUS, "created_at": "soon"}, {}, 7, None]
    page = read(*odd, STATUS, {**STATUS, "id": "2", "visibility": "for-the-moon"})
    assert [(one.external_id, one.visibility) for one in page.posts] == [
        ("1@town.example", "public"),
        ("2@town.example", "private"),
    ]
    assert len(page.unreadable) == len(odd)


def test_a_notification_without_its_post_or_without_sense_hides_no_other() -> None:
    told = [{"id": "9", "status": STATUS}, {"id": "8"}, {"id": "7", "status": None}, {"status": STATUS}, "?", {"id": 6}]
    with answering(told) as server:
        page = at(server).mentions()
    assert [one.external_id for one in page.posts] == [f"1@{server.host}:{server.port}"] and page.cursor == "9"
