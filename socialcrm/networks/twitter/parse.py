"""X's answers -> border structs. Nothing else in the house knows X's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from socialcrm.networks.border import Author, FetchedPost, Metrics, Page, Profiles
from socialcrm.networks.reading import utc

from .answer import envelope, missing_of, objects, read
from .person import WEB, author_of, count
from .text import mark, unescape, web_address
from .wire import Envelope, XMedia, XPost, XUser

EPOCH_MS = 1288834974657  # X's snowflake ids count milliseconds from here

_post = msgspec.json.Decoder(XPost)
_user = msgspec.json.Decoder(XUser)
_media = msgspec.json.Decoder(XMedia)


def time_of_id(external_id: str) -> datetime:
    """When a post was made, by its id."""
    try:
        return datetime.fromtimestamp(((int(external_id) >> 22) + EPOCH_MS) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


class Reader:
    """Reads the objects of one answer; people and media that were sent along are looked up here."""

    def __init__(self, parts: Envelope, web: str = WEB) -> None:
        self.parts, self.web = parts, web
        self.authors: dict[str, Author] = {}
        self.by_handle: dict[str, str] = {}
        self.media: dict[str, Mapping[str, Any]] = {}
        includes = parts.includes
        for raw in (includes and includes.users) or ():
            self.author(raw)
        for raw in (includes and includes.media) or ():
            medium = read(_media, raw)
            if medium is not None:
                self.media[medium.media_key] = picture(medium)

    def author(self, raw: msgspec.Raw) -> Author | None:
        """Read and remember a person."""
        user = read(_user, raw)
        if user is None or not user.id:
            return None
        author = author_of(user, bytes(raw), self.web)
        self.authors[user.id] = author
        self.by_handle[user.username.lower()] = user.id
        return author

    def posts(self, raws: list[msgspec.Raw], bad: list[bytes]) -> list[FetchedPost]:
        """Read posts; those that cannot be read land in `bad` as they are."""
        found = []
        for raw in raws:
            post = read(_post, raw)
            if post is None or not post.id.isdigit():
                bad.append(bytes(raw))
            else:
                found.append(self.post(post, bytes(raw)))
        return found

    def post(self, post: XPost, raw: bytes) -> FetchedPost:
        """One post. Reposts name what they repost in `quoted`."""
        author = self.authors.get(post.author_id or "") or Author(external_id=post.author_id or "", handle="")
        note = post.note_tweet or post.note_post
        sent, marks = (note.text, note.entities) if note and note.text else (post.text, post.entities)
        text, entities, mentioned = mark(sent, marks, self.by_handle, self.web) if marks else (unescape(sent), (), ())
        parent, quoted, kind = references(post)
        history = post.edit_history_tweet_ids or post.edit_history_post_ids
        return FetchedPost(
            external_id=post.id,
            author=author,
            text=text,
            posted_at=utc(post.created_at) or time_of_id(post.id),
            thread_id=post.conversation_id or "",
            in_reply_to=parent,
            to_author_id=(post.in_reply_to_user_id or "") if parent else "",
            quoted=quoted,
            kind=kind,
            visibility="followers" if author.protected else "public",
            lang=post.lang or "",
            url=f"{self.web}/{author.handle or 'i'}/status/{post.id}",
            mentioned_ids=mentioned,
            metrics=metrics_of(post),
            entities=entities,
            media=self._media_of(post),
            edited=history is not None and len(history) > 1,
            raw=raw,
        )

    def _media_of(self, post: XPost) -> tuple[Mapping[str, Any], ...]:
        keys = post.attachments.media_keys if post.attachments else None
        return tuple(self.media[key] for key in keys if key in self.media) if keys else ()


def references(post: XPost) -> tuple[str, str, str]:
    """(the parent's id, the quoted or reposted post's id, kind)."""
    parent = quoted = ""
    kind = "post"
    for one in post.referenced_tweets or post.referenced_posts or ():
        if one.type == "replied_to":
            parent, kind = one.id, "reply"
        elif one.type == "quoted":
            quoted, kind = one.id, kind if kind == "reply" else "quote"
        elif one.type == "retweeted":
            quoted, kind = one.id, "repost"
    return parent, quoted, kind


_NO_METRICS = Metrics()


def metrics_of(post: XPost) -> Metrics:
    """Public counts."""
    found = post.public_metrics
    if found is None:
        return _NO_METRICS
    return Metrics(
        likes=count(found.like_count),
        replies=count(found.reply_count),
        reposts=count(found.retweet_count if found.retweet_count is not None else found.repost_count),
        quotes=count(found.quote_count),
        views=count(found.impression_count),
        bookmarks=count(found.bookmark_count),
    )


def picture(medium: XMedia) -> Mapping[str, Any]:
    """A picture or film; of a film's files the best mp4."""
    films = [v for v in medium.variants or () if v.url and v.content_type == "video/mp4"]
    best = max(films, key=lambda v: v.bit_rate or 0).url if films else None
    return {
        "kind": medium.type,
        "url": web_address(medium.url) or web_address(best),
        "preview_url": web_address(medium.preview_image_url),
        "alt": medium.alt_text or "",
        "width": medium.width,
        "height": medium.height,
    }


def key(external_id: str) -> tuple[int, str]:
    """Snowflake ids in order of time, compared without turning them into numbers."""
    return len(external_id), external_id


def page(body: bytes, cursor: str = "", web: str = WEB) -> Page:
    """A page of posts, oldest first, with what was sent along. `next_token` is X's own."""
    parts = envelope(body)
    reader, bad = Reader(parts, web), list[bytes]()
    posts = sorted(reader.posts(objects(parts), bad), key=lambda post: key(post.external_id))
    includes = parts.includes
    along = reader.posts((includes and (includes.tweets or includes.posts)) or [], [])
    meta = parts.meta
    ids = [post.external_id for post in posts] + [one for one in (cursor, meta and meta.newest_id) if one]
    return Page(
        posts=tuple(posts),
        cursor=max(ids, key=key, default=""),
        next_token=(meta and meta.next_token) or "",
        missing=missing_of(parts, ("tweet", "post")),
        parents=tuple(along),
        authors=tuple(reader.authors.values()),
        oldest=posts[0].external_id if posts else "",
        unreadable=tuple(bad),
    )


def people(body: bytes, web: str = WEB) -> Profiles:
    """People, and those who are not shown."""
    parts = envelope(body)
    reader = Reader(parts, web)
    found = [author for raw in objects(parts) if (author := reader.author(raw)) is not None]
    return Profiles(authors=tuple(found), missing=missing_of(parts, ("user",)))
