"""Every recorded answer is read without loss of a field that we keep; a second, plain reading of the JSON checks it."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from socialcrm.networks.base import FetchedPost, Page, Unreachable
from socialcrm.networks.twitter import parse

SPECS = Path(__file__).resolve().parents[4] / "shared" / "specs" / "x"
pytestmark = pytest.mark.skipif(not SPECS.is_dir(), reason="the recorded answers (../shared/specs/x) are not here")
Row = dict[str, Any]


def answers() -> Iterator[tuple[str, Row]]:
    """(name, body) of every recorded answer and every example of the official simulator."""
    for path in sorted(SPECS.glob("recorded/*.json")):
        for number, one in enumerate(json.loads(path.read_text())["interactions"]):
            yield f"{path.stem}-{number}", one["response"]["body"]
    for path in sorted(SPECS.glob("playground-examples/*.json")):
        examples = json.loads(path.read_text())
        for number, one in enumerate(examples if isinstance(examples, list) else [examples]):
            yield f"{path.stem}-{number}", one.get("response", one) if isinstance(one, dict) else {}


def rows(body: Any) -> list[Row]:
    """The objects of `data`, however many."""
    data = body.get("data") if isinstance(body, dict) else None
    found = data if isinstance(data, list) else [data]
    return [row for row in found if isinstance(row, dict)]


def is_post(row: Row) -> bool:
    """Whether an object is a post."""
    return "text" in row and str(row.get("id", "")).isdigit() and "dm_conversation_id" not in row


def is_person(row: Row) -> bool:
    """Whether an object is a person."""
    return "username" in row and "id" in row


ALL = [(name, body) for name, body in answers() if isinstance(body, dict)] if SPECS.is_dir() else []
POSTS = [(name, body) for name, body in ALL if any(map(is_post, rows(body)))]
PEOPLE = [(name, body) for name, body in ALL if any(map(is_person, rows(body)))]


def test_there_is_something_to_read() -> None:
    assert len(ALL) >= 90
    assert len(POSTS) >= 15
    assert len(PEOPLE) >= 10


def pick(row: Row, *names: str) -> Any:
    """The first of several names that is there."""
    return next((row[name] for name in names if row.get(name) is not None), None)


def moment(text: str) -> datetime:
    """A time, as the standard library reads it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def check_post(row: Row, post: FetchedPost, people: dict[str, Row]) -> None:
    """The post holds everything of the row that we keep."""
    note = pick(row, "note_tweet", "note_post") or {}
    assert post.external_id == row["id"]
    assert post.text == html.unescape(note.get("text") or row["text"])
    assert post.author.external_id == (row.get("author_id") or "")
    assert post.thread_id == (row.get("conversation_id") or "")
    assert post.lang == (row.get("lang") or "")
    if row.get("created_at"):
        assert post.posted_at == moment(row["created_at"])
    links = {one["type"]: one["id"] for one in pick(row, "referenced_tweets", "referenced_posts") or []}
    assert post.in_reply_to == links.get("replied_to", "")
    assert post.quoted in ([links[kind] for kind in ("quoted", "retweeted") if kind in links] or [""])
    if post.in_reply_to:
        assert post.to_author_id == (row.get("in_reply_to_user_id") or "")
    check_metrics(row.get("public_metrics") or {}, post)
    marks = (note.get("entities") if note.get("text") else row.get("entities")) or {}
    wanted = {one["id"] for one in marks.get("mentions") or [] if one.get("id")}
    assert wanted <= set(post.mentioned_ids)
    assert post.edited == (len(pick(row, "edit_history_tweet_ids", "edit_history_post_ids") or []) > 1)
    assert json.loads(post.raw) == row
    if post.author.external_id in people:
        assert post.author.handle == people[post.author.external_id]["username"]


def check_metrics(counts: Row, post: FetchedPost) -> None:
    """The post's counts."""
    metrics = post.metrics
    assert metrics.likes == counts.get("like_count")
    assert metrics.replies == counts.get("reply_count")
    assert metrics.reposts == pick(counts, "retweet_count", "repost_count")
    assert metrics.quotes == counts.get("quote_count")
    assert metrics.views == counts.get("impression_count")
    assert metrics.bookmarks == counts.get("bookmark_count")


def check_page(body: Row, page: Page) -> None:
    """The page holds every post, every person and every medium of the answer."""
    includes = body.get("includes") or {}
    people = {row["id"]: row for row in includes.get("users") or []}
    by_id: dict[str, list[Row]] = {}
    for row in rows(body):
        by_id.setdefault(row["id"], []).append(row)
    assert len(page.posts) == len(rows(body))
    for post in page.posts:
        check_post(by_id[post.external_id].pop(0), post, people)
    along = [row for row in pick(includes, "tweets", "posts") or [] if is_post(row)]
    assert [post.external_id for post in page.parents] == [row["id"] for row in along]
    for row, post in zip(along, page.parents, strict=True):
        check_post(row, post, people)
    assert {author.external_id for author in page.authors} == set(people)
    assert page.next_token == ((body.get("meta") or {}).get("next_token") or "")
    assert not page.unreadable


@pytest.mark.parametrize(("name", "body"), POSTS, ids=[name for name, _body in POSTS])
def test_a_recorded_page_of_posts_is_read_whole(name: str, body: Row) -> None:
    check_page(body, parse.page(json.dumps(body).encode()))


@pytest.mark.parametrize(("name", "body"), PEOPLE, ids=[name for name, _body in PEOPLE])
def test_recorded_people_are_read_whole(name: str, body: Row) -> None:
    found = parse.people(json.dumps(body, ensure_ascii=False).encode()).authors
    assert len(found) == len(rows(body))
    for row, author in zip(rows(body), found, strict=True):
        counts = row.get("public_metrics") or {}
        assert (author.external_id, author.handle, author.name) == (row["id"], row["username"], row.get("name") or "")
        assert author.location == (row.get("location") or "")
        assert author.avatar_url == (row.get("profile_image_url") or "")
        assert author.followers == counts.get("followers_count")
        assert author.following == counts.get("following_count")
        assert author.listed == counts.get("listed_count")
        assert author.posts_count == pick(counts, "tweet_count", "post_count")
        assert (author.verified, author.protected) == (bool(row.get("verified")), bool(row.get("protected")))
        assert author.joined_at == (moment(row["created_at"]) if row.get("created_at") else None)
        assert bool(author.website) == bool(row.get("url"))
        assert json.loads(author.raw) == row


@pytest.mark.parametrize(("name", "body"), ALL, ids=[name for name, _body in ALL])
def test_an_answer_of_any_other_kind_does_no_harm(name: str, body: Row) -> None:
    try:
        parse.page(json.dumps(body).encode())
        parse.people(json.dumps(body).encode())
    except Unreachable:
        pass


def new_names(value: Any) -> Any:
    """An answer in old names, told in those of specification 2.167."""
    words = {
        "referenced_tweets": "referenced_posts",
        "edit_history_tweet_ids": "edit_history_post_ids",
        "retweet_count": "repost_count",
        "tweet_count": "post_count",
        "note_tweet": "note_post",
        "tweets": "posts",
    }
    if isinstance(value, dict):
        return {words.get(name, name): new_names(inner) for name, inner in value.items()}
    return [new_names(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "body"), POSTS, ids=[name for name, _body in POSTS])
def test_new_names_say_the_same(name: str, body: Row) -> None:
    renamed = new_names(body)
    page = parse.page(json.dumps(renamed).encode())
    check_page(renamed, page)
    old = parse.page(json.dumps(body).encode())
    assert [(p.external_id, p.text, p.metrics, p.kind) for p in page.posts] == [
        (p.external_id, p.text, p.metrics, p.kind) for p in old.posts
    ]
